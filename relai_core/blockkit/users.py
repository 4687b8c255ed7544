"""The messages of an onboarding, for the newcomer and for the inviter."""

from relai_core.blockkit.elements import mention
from relai_core.domain.ids import SlackUserId


def welcome_text(newcomer: SlackUserId) -> str:
    """The welcome: RelAI introduces itself in three lines."""
    return (
        f"Welcome, {mention(newcomer)}! I'm RelAI, and I keep track of who does what here.\n"
        "• `/task new …` makes a task, and `/task list` shows yours; each has one owner\n"
        "• `/relay @someone` hands a task over, and tells you whether it was accepted\n"
        "• I remind you in your own time zone and working hours. Your first tasks follow"
    )


def follow_up_text(newcomer: SlackUserId, still_open: int, done: int) -> str:
    """The newcomer's progress."""
    if not still_open:
        return f"All {done} of your first tasks are done, {mention(newcomer)}. Well done!"
    return (
        f"{mention(newcomer)}, {_of_first_tasks(still_open, done)} still open. `/task list` shows "
        "what is left; ask whoever invited you if you are stuck."
    )


def summary_text(newcomer: SlackUserId, still_open: int, done: int) -> str:
    """The report on a newcomer's first week, for another person."""
    if not still_open:
        return f"{mention(newcomer)} has finished all {done} first tasks. Nothing left to do."
    return (
        f"{mention(newcomer)} has been here for a week: {_of_first_tasks(still_open, done)} still "
        "open. A word from you may help."
    )


def _of_first_tasks(still_open: int, done: int) -> str:
    verb = "is" if still_open == 1 else "are"
    return f"{still_open} of {still_open + done} first tasks {verb}"
