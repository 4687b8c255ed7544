"""What people do with the mouse."""

from tests.bot.office import Json, Office


async def press(office: Office, name: str, message: Json, action_id: str) -> Json:
    return await office.control(
        "POST",
        "actions",
        user=await office.id_of(name),
        channel=message["channel"],
        ts=message["ts"],
        action_id=action_id,
    )


async def latest_message(office: Office, name: str) -> Json:
    seen = await office.control("GET", f"messages?user={await office.id_of(name)}")
    message: Json = seen["messages"][-1]
    return message


async def top_view(office: Office, name: str) -> Json:
    views = (await office.control("GET", f"views?user={await office.id_of(name)}"))["views"]
    top: Json = views[-1]
    return top


async def submit(office: Office, name: str, values: Json) -> Json:
    view = await top_view(office, name)
    return await office.control(
        "POST",
        f"views/{view['id']}/submit",
        user=await office.id_of(name),
        values={field: {field: value} for field, value in values.items()},
    )
