"""Programs that call the REST API in people's names, with Idempotency-Keys and repeats."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tests.chaos.act_plan import Act
from tests.chaos.crowd import Crowd, note_of, title_of
from tests.chaos.hands import Nothing, answered, heard
from tests.chaos.journal import Json
from tests.scenarios.api import Answer, Api

_DUE_WITHIN = timedelta(seconds=25)


class Callers:
    """The acts over HTTP. A bot is chosen for each, and another for its repeat."""

    def __init__(self, apis: list[Api], crowd: Crowd, foreign: Json) -> None:
        self._apis = apis
        self._crowd = crowd
        self._foreign = foreign
        self._ways: dict[str, Callable[[Act], Awaitable[Json]]] = {
            "api_create": self._create,
            "api_relay": self._relay,
            "api_complete": self._complete,
            "api_progress": self._progress,
            "api_edit": self._edit,
            "api_move": self._move,
            "api_cancel": self._cancel,
            "api_look": self._look,
        }

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self._ways)

    async def carry_out(self, act: Act) -> Json:
        """Send one request, and tell what was asked for and what came back.

        Raises:
            Nothing: there is nothing to ask it of.
        """
        return await self._ways[act.kind](act)

    async def _create(self, act: Act) -> Json:
        title = title_of(act)
        creator = self._crowd.present(act)[0]
        body: Json = {"title": title, "assignedTo": self._crowd.receiver(act).id}
        body |= {"creator": creator.id} if act.handshake else {}
        if act.pick < 0.7:
            body |= {"estimatedHandoff": _soon(act)}
        return await self._sent(act, "POST", "/api/tasks", body, title=title)

    async def _relay(self, act: Act) -> Json:
        task, actor = await self._open_task(act)
        note = note_of(act)
        body = {
            "from_user": actor,
            "to_user": self._crowd.receiver(act).id,
            "message": note,
            "mode": "handshake" if act.handshake else "direct",
        }
        path = f"/api/tasks/{task}/relay"
        return await self._sent(act, "POST", path, body, note=note)

    async def _complete(self, act: Act) -> Json:
        task, actor = await self._open_task(act)
        return await self._sent(act, "POST", f"/api/tasks/{task}/complete", {"actor": actor})

    async def _progress(self, act: Act) -> Json:
        return await self._patch(act, {"progress": int(act.pick * 100)})

    async def _edit(self, act: Act) -> Json:
        return await self._patch(act, {"description": f"it is {title_of(act)}"})

    async def _move(self, act: Act) -> Json:
        return await self._patch(act, {"estimatedHandoff": _soon(act)})

    async def _cancel(self, act: Act) -> Json:
        return await self._patch(act, {"status": "cancelled"})

    async def _look(self, act: Act) -> Json:
        paths = [
            "/api/tasks",
            f"/api/tasks/{self._foreign['task_id']}",
            f"/api/tasks/T-{self._foreign['number']}",
            f"/api/tasks/{self._foreign['task_id']}/trail",
            f"/api/workflows/relay-{self._foreign['relay_id']}",
        ]
        path = act.chosen(paths)
        told = await heard(_answer_of(self._apis[act.bot].get(path)))
        return {"asked": f"GET {path}", **told}

    async def _patch(self, act: Act, change: Json) -> Json:
        task, actor = await self._open_task(act)
        return await self._sent(act, "PATCH", f"/api/tasks/{task}", change | {"actor": actor})

    async def _open_task(self, act: Act) -> tuple[str, str]:
        """An open task, and who acts: mostly its owner, sometimes whoever may not."""
        answer = await self._apis[act.bot].get("/api/tasks", status="open", limit=20)
        tasks = answer.json.get("tasks") or []
        if not tasks:
            raise Nothing(f"the API shows no open task: {answer.status}")
        task = act.chosen(tasks)
        owner_acts = act.pick * 100 % 10 < 8
        actor = task["assignedTo"] if owner_acts else self._crowd.present(act)[0].id
        return task["id"], actor

    async def _sent(self, act: Act, method: str, path: str, body: Json, **marks: str) -> Json:
        """Send a request with a key, and as often again as the plan says, to the other bot.

        What one bot answered is kept, whatever became of the other.
        """
        key = f"chaos-{act.number}"
        first, second = self._apis[act.bot], self._apis[1 - act.bot]

        async def sent(api: Api) -> Json:
            call = api.post if method == "POST" else api.patch
            return await heard(_answer_of(call(path, body, key=key)))

        asked: Json = {"asked": f"{method} {path}", "body": body, "key": key, **marks}
        if act.repeats == "at_once":
            told, other = await asyncio.gather(sent(first), sent(second))
            return {**asked, **told, "again": [other]}
        told = await sent(first)
        # Whoever is told to send it again does.
        if act.repeats == "after" or told.get("status") == 503:
            return {**asked, **told, "again": [await sent(second)]}
        return {**asked, **told}


async def _answer_of(calling: Awaitable[Answer]) -> Json:
    return _told(await answered({}, calling))


def _soon(act: Act) -> str:
    """A due date within the run, so that there is somebody to remind."""
    due = datetime.now(UTC) + timedelta(seconds=2) + act.pick * _DUE_WITHIN
    return due.isoformat(timespec="milliseconds")


def _told(answer: Answer) -> Json:
    return {"status": answer.status, "json": answer.json}
