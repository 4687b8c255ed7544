"""The page of the sandbox in a real browser, against the real product."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.browser.window import button

# The first test also waits for the servers to start.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.scenario,
    pytest.mark.timeout(120),
]


async def test_task_goes_through_three_hands(open_as: Opener) -> None:
    """Ana gives it to Bo, Bo hands it to Cy, Cy completes it; no window is reloaded."""
    ana, bo, cy = [await open_as(name) for name in ("Ana", "Bo", "Cy")]

    await ana.composer.press_sequentially("/task new Renew the certificate ")
    await ana.mentions(bo)
    await ana.types("due tomorrow 17:00")
    await ana.sees("Renew the certificate", "You hear when it is done")
    card = await bo.sees("Renew the certificate", f"@{ana.name} gave you")

    await bo.composer.press_sequentially("/relay ")
    await bo.mentions(cy)
    await bo.types("staging is done")
    await expect(button(card, "Mark complete")).to_have_count(0)
    offer = await cy.sees("handed you", "staging is done")

    await button(offer, "Accept").click()
    await expect(button(offer, "Accept")).to_have_count(0)
    await bo.sees("accepted", f"@{cy.name}")
    await cy.fits()

    await button(offer, "Mark complete").click()
    await ana.sees("Renew the certificate", "Done by")
    await expect(offer.get_by_role("button")).to_have_count(0)


async def test_form_keeps_what_was_typed_beside_its_error(open_as: Opener) -> None:
    """A due date in the past is refused at its field; put right, the form closes."""
    ana = await open_as("Ana")
    await ana.types("/task new")
    title, due = ana.dialog.get_by_label("What is to be done?"), ana.dialog.get_by_label("Due")
    await title.fill("Paint the fence")
    await due.fill("2020-01-31T10:00")

    await button(ana.dialog, "Create").click()
    await expect(due).to_have_accessible_description(re.compile("has already passed"))
    await expect(title).to_have_value("Paint the fence")
    await expect(due).to_have_value("2020-01-31T10:00")
    await ana.fits()

    await due.fill(f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}")
    await button(ana.dialog, "Create").click()
    await expect(ana.dialog).to_have_count(0)
    await ana.sees("Paint the fence", "is yours")


async def test_answer_in_channel_is_seen_by_one_person(open_as: Opener) -> None:
    """Others in the channel don't see it, and a reload of the window removes it."""
    ana, bo = [await open_as(name) for name in ("Ana", "Bo")]
    for person in (ana, bo):
        await person.opens_channel("general")

    await ana.types("/task new Water the plants")
    await ana.sees("Water the plants", "Only visible to you")
    await bo.types("/task help")
    await bo.sees("/task new", "Only visible to you")
    await expect(bo.message("Water the plants")).to_have_count(0)

    await ana.page.reload()
    await expect(ana.composer).to_be_enabled()
    await ana.types("/task list")
    await ana.sees("Water the plants", "Yours")
    await expect(ana.message("Only visible to you")).to_have_count(1)


async def test_new_person_is_welcomed(open_as: Opener) -> None:
    """Dee joins from the Sandbox panel. The page switches to her, and other windows list her."""
    ana, bo = [await open_as(name) for name in ("Ana", "Bo")]
    await ana.page.get_by_role("button", name="Sandbox", exact=True).click()
    await ana.fits()
    await ana.page.get_by_role("button", name="A new person joins").click()
    await ana.dialog.get_by_label("Handle").fill(f"dee.{ana.name}")
    await ana.dialog.get_by_label("Full name").fill(f"Dee of {ana.name}")
    await ana.fits()
    await button(ana.dialog, "Join").click()

    await ana.page.get_by_role("button", name="Close the Sandbox panel").click()
    await ana.sees("Welcome")
    await ana.sees("Try a hand-over", "Mark complete")

    await bo.switches_to(f"Dee of {ana.name}")
    await bo.sees("Welcome")
