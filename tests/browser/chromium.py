"""The installed Chromium, and the errors it reports about a page."""

import os
import shutil

from playwright.async_api import ConsoleMessage, Page, Request

SETTING = "RELAI_CHROMIUM"
ABSENT = f"no Chromium: apt-get install chromium, or set {SETTING}"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Path of the browser, from the setting or from PATH; None if there is none."""
    found = (shutil.which(name) for name in _NAMES)
    return os.environ.get(SETTING) or next(filter(None, found), None)


def errors_of(page: Page) -> list[str]:
    """A list that grows with each error of the page, its console and its requests."""
    errors: list[str] = []

    def on_console(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            errors.append(said.text)

    def on_failure(asked: Request) -> None:
        # A page that is loaded again or closed aborts what it was asking for.
        if asked.failure != "net::ERR_ABORTED":
            errors.append(f"{asked.failure} {asked.url}")

    page.on("console", on_console)
    page.on("requestfailed", on_failure)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors
