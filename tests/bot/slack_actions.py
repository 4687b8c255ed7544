"""Presses buttons and submits forms as a person."""

from tests.bot.bot_harness import BotHarness, Json


async def press(harness: BotHarness, name: str, message: Json, action_id: str) -> Json:
    return await harness.control(
        "POST",
        "actions",
        user=await harness.id_of(name),
        channel=message["channel"],
        ts=message["ts"],
        action_id=action_id,
    )


async def latest_message(harness: BotHarness, name: str) -> Json:
    seen = await harness.control("GET", f"messages?user={await harness.id_of(name)}")
    message: Json = seen["messages"][-1]
    return message


async def press_latest(harness: BotHarness, name: str, action_id: str) -> Json:
    """Press a button of the latest message that a person sees."""
    return await press(harness, name, await latest_message(harness, name), action_id)


async def top_view(harness: BotHarness, name: str) -> Json:
    views = (await harness.control("GET", f"views?user={await harness.id_of(name)}"))["views"]
    top: Json = views[-1]
    return top


async def submit(harness: BotHarness, name: str, values: Json) -> Json:
    view = await top_view(harness, name)
    return await harness.control(
        "POST",
        f"views/{view['id']}/submit",
        user=await harness.id_of(name),
        values={field: {field: value} for field, value in values.items()},
    )
