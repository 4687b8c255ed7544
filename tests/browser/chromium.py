"""The installed Chromium, and what it complains of."""

import os
import shutil

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright, Request

SETTING = "RELAI_CHROMIUM"
ABSENT = f"no Chromium: apt-get install chromium, or set {SETTING}"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The program to start, from the setting or from PATH."""
    found = (shutil.which(name) for name in _NAMES)
    return os.environ.get(SETTING) or next(filter(None, found), None)


async def launch(playwright: Playwright, program: str) -> Browser:
    """Start the browser; as root it runs only without a sandbox of its own."""
    sandboxed = os.geteuid() != 0
    return await playwright.chromium.launch(executable_path=program, chromium_sandbox=sandboxed)


def complaints_of(page: Page) -> list[str]:
    """A list that grows with each error of the page, its console and its requests."""
    complaints: list[str] = []

    def on_console(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            complaints.append(said.text)

    def on_failure(asked: Request) -> None:
        # A page that is loaded again or closed aborts what it was asking for.
        if asked.failure != "net::ERR_ABORTED":
            complaints.append(f"{asked.failure} {asked.url}")

    page.on("console", on_console)
    page.on("requestfailed", on_failure)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints
