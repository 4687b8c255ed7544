"""A person of the scenarios tries again while the answer says that nothing was saved."""

import pytest

from tests.scenarios import people
from tests.scenarios.people import Json, Person, Workspace, answer_of

BUSY = "MongoDB can't be reached right now, so nothing was saved. Here is your text, to send again:"
REFUSED = "T-1 *Sing* is with <@UBO>, so only <@UBO> can do that."
BUTTON: Json = {
    "channel": "D1",
    "ts": "1.0",
    "blocks": [
        {
            "elements": [
                {"type": "button", "text": {"text": "Accept"}, "action_id": "a", "value": "v"}
            ]
        }
    ],
}


class FakeWorkspace(Workspace):
    """Answers each delivery with the next of these texts, and repeats the last one."""

    def __init__(self, *words: str) -> None:
        self._words = list(words)
        self.deliveries: list[Json] = []
        self.whispers: list[Json] = []

    async def post(self, path: str, body: Json) -> Json:
        word = self._words.pop(0) if len(self._words) > 1 else self._words[0]
        at = float(len(self.deliveries))
        delivery: Json = {"at": at, "outcome": "ok", "elapsed": 0.8, "answer": None}
        if path == "actions":
            self.whispers.append({"text": word, "ts": str(at + 0.5), "is_ephemeral": True})
        elif path == "commands":
            delivery["answer"] = {"text": word}
        else:
            delivery["errors"] = {"title": word}
        self.deliveries.append(delivery)
        return delivery

    async def get(self, path: str, **query: str) -> Json:
        return {"messages": self.whispers}


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "_REST", 0.0)


def ana(slack: FakeWorkspace) -> Person:
    return Person(slack, "UANA", "ana")


async def test_text_is_typed_again_until_it_is_saved() -> None:
    slack = FakeWorkspace(BUSY, BUSY, "T-1 is yours.")

    assert answer_of(await ana(slack).types("/task new Sing")) == "T-1 is yours."
    assert len(slack.deliveries) == 3


async def test_text_that_is_never_saved_fails_with_the_answer() -> None:
    with pytest.raises(AssertionError, match="MongoDB can't be reached"):
        await ana(FakeWorkspace(BUSY)).types("/task new Sing")


async def test_refusal_is_an_answer() -> None:
    slack = FakeWorkspace(REFUSED, "T-1 is yours.")

    assert answer_of(await ana(slack).types("/task done T-1")) == REFUSED


async def test_types_once_does_not_repeat() -> None:
    slack = FakeWorkspace(BUSY)

    assert answer_of(await ana(slack).types_once("/task new Sing")) == BUSY
    assert len(slack.deliveries) == 1


async def test_button_is_pressed_again_until_the_answer_changes() -> None:
    slack = FakeWorkspace(BUSY, BUSY, "Saved: to accept the task.", BUSY)

    await ana(slack).presses(BUTTON, "Accept")

    assert len(slack.deliveries) == 3


async def test_form_is_sent_again_until_it_can_be_saved() -> None:
    slack = FakeWorkspace(BUSY, BUSY, "Choose a task.")

    sent = await ana(slack).submits({"id": "V1"}, title="Sing")

    assert sent["errors"] == {"title": "Choose a task."}
