"""A window of the sandbox's page, in which one person types, presses and reads."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

# The visible elements that reach over the left or the right edge.
_OUTSIDE = """() => [...document.querySelectorAll('body *')].filter((node) => {
  const { left, right, width } = node.getBoundingClientRect();
  return width > 1 && node.checkVisibility() && (left < -1 || right > innerWidth + 1);
}).map((node) => node.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Window:
    """One person's window; `name` is the handle that others type after the @."""

    page: Page
    name: str

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Slash command")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    async def loads(self, url: str, real_name: str) -> None:
        """Load the page at `url` as this person, who is new in the workspace."""
        person = {"name": self.name, "real_name": real_name, "announce": False}
        joined = await self.page.request.post(f"{url}control/people", data=person)
        await self.page.goto(f"{url}#user={(await joined.json())['id']}")
        await expect(self.composer).to_be_enabled()

    async def types(self, text: str) -> None:
        """Type a command and send it; the line is empty once the app has answered."""
        await self.composer.press_sequentially(text)
        await self.page.get_by_role("button", name="Send").click()
        await expect(self.composer).to_have_value("")

    async def mentions(self, person: "Window") -> None:
        """Begin to type somebody's name, and take the page's suggestion."""
        await self.composer.press_sequentially(f"@{person.name[:-1]}")
        await self.page.get_by_role("option", name=f"@{person.name}").click()

    def message(self, *parts: str) -> Locator:
        """The messages that say all of this."""
        found = self.page.get_by_role("article")
        for part in parts:
            found = found.filter(has_text=part)
        return found

    async def sees(self, *parts: str) -> Locator:
        """Wait for the one message that says all of this; the same one, however it changes."""
        message = self.message(*parts)
        await expect(message).to_be_visible()
        ts = await message.get_attribute("data-ts")
        return self.page.locator(f"[data-ts='{ts}']")

    async def unfolds_sidebar(self) -> None:
        """Open the sidebar where the page is too narrow to show it always."""
        unfold = self.page.get_by_role("button", name="People and conversations")
        if await unfold.is_visible():
            await unfold.click()

    async def opens_channel(self, channel: str) -> None:
        """Open a channel from the sidebar."""
        await self.unfolds_sidebar()
        await self.page.get_by_role("button", name=channel, exact=True).click()

    async def switches_to(self, real_name: str) -> None:
        """Choose another person as oneself, from the sidebar."""
        await self.unfolds_sidebar()
        await self.page.get_by_role("button", name="You are").click()
        await self.page.get_by_role("menuitemradio", name=real_name).click()

    async def fits(self) -> None:
        """Assert that no element reaches over the edges of the window."""
        outside = await self.page.evaluate(_OUTSIDE)
        assert outside == []


def button(message: Locator, label: str) -> Locator:
    """The button of a message that has this label."""
    return message.get_by_role("button", name=label, exact=True)
