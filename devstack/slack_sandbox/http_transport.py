"""Signed HTTP to the app's request URL."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from devstack.slack_sandbox.ids import Clock, new_secret
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.signature import headers_for
from devstack.slack_sandbox.transport import Parcel, Reply, TransportError, as_answer

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class HttpTransport:
    """Posts payloads as Slack does: commands and interactions as forms, events as JSON."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: Callable[[], str | None],
        secret: str,
        clock: Clock,
    ) -> None:
        self._session = session
        self._url = url
        self._secret = secret
        self._clock = clock

    @property
    def is_ready(self) -> bool:
        return self._url() is not None

    async def send(self, parcel: Parcel) -> Reply:
        content_type, body = _encoded(parcel)
        signed = headers_for(body, secret=self._secret, now=self._clock(), signing=parcel.signing)
        headers = {"Content-Type": content_type, **signed, **_retry_headers(parcel)}
        return await self._post(self._url() or "", body, headers)

    async def verify(self, url: str) -> bool:
        """Send `url_verification`; True if the challenge came back."""
        challenge = new_secret()
        body = json.dumps({"token": "sandbox", "challenge": challenge, "type": "url_verification"})
        signed = headers_for(body, secret=self._secret, now=self._clock())
        try:
            reply = await self._post(url, body, {"Content-Type": _JSON, **signed})
        except TransportError:
            return False
        return reply.status == 200 and challenge in (reply.answer or {}).values()

    async def _post(self, url: str, body: str, headers: dict[str, str]) -> Reply:
        try:
            async with self._session.post(
                url, data=body.encode(), headers=headers, allow_redirects=False
            ) as response:
                return Reply(
                    status=response.status,
                    answer=as_answer(await response.text()),
                    no_retry=response.headers.get("x-slack-no-retry") == "1",
                )
        except (aiohttp.ClientError, UnicodeDecodeError) as error:
            raise TransportError("connection_failed") from error
        except TimeoutError as error:
            raise TransportError("http_timeout") from error


def _encoded(parcel: Parcel) -> tuple[str, str]:
    if parcel.kind == "command":
        return _FORM, urlencode(parcel.payload)
    if parcel.kind == "interactive":
        return _FORM, urlencode({"payload": _dumped(parcel.payload)})
    return _JSON, _dumped(parcel.payload)


def _dumped(payload: Json) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _retry_headers(parcel: Parcel) -> dict[str, str]:
    if parcel.retry is None:
        return {}
    return {
        "X-Slack-Retry-Num": str(parcel.retry.number),
        "X-Slack-Retry-Reason": parcel.retry.reason,
    }
