"""Every setting, read once at start from the environment and `.env`; the environment wins."""

import re
import ssl
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from relai_core.domain.api_token import ApiToken, parse_api_tokens
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId
from relai_core.domain.payload_key import PayloadKeys, parse_payload_keys
from relai_core.domain.relay import RelayMode

_TLS_PAIR = "TEMPORAL_TLS_CLIENT_CERT and TEMPORAL_TLS_CLIENT_KEY"
_URL = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d+)?(/\S*)?")
_DURATION = "an ISO 8601 duration above zero, such as"


def _checked(parse: Callable[[str], object]) -> AfterValidator:
    """Keep the text of a setting that `parse` takes."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


def _secret(parse: Callable[[str], object]) -> AfterValidator:
    """Keep a secret that `parse` takes."""

    def check(secret: SecretStr) -> SecretStr:
        parse(secret.get_secret_value())
        return secret

    return AfterValidator(check)


def _on_one_line(start: str, what: str) -> AfterValidator:
    """Keep a secret that begins with `start` and can stand in an HTTP header."""

    def parse(text: str) -> None:
        if not re.fullmatch(f"{start}[!-~]+", text):
            raise ValueError(f"must be {what}")

    return _secret(parse)


def _api_url(url: str) -> str:
    if not _URL.fullmatch(url):
        raise ValueError("must be a URL such as https://slack.com/api/")
    return url.rstrip("/") + "/"


def _mongodb_uri(uri: str) -> None:
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("must begin with mongodb:// or mongodb+srv://")


def _host_and_port(text: str) -> tuple[str, str]:
    host, _, port = text.rpartition(":")
    if not (host and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("must be a host and a port, such as localhost:7233, without https://")
    return host, port


def _host(text: str) -> None:
    host, _ = _host_and_port(text)
    if "/" in host or (":" in host and not host.startswith("[")):
        raise ValueError("must be a host and a port, such as localhost:7233, without https://")


def _socket_address(text: str) -> None:
    try:
        host, _ = _host_and_port(text)
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise ValueError("must be an IP address and a port, such as 127.0.0.1:9464") from None


def _require_pair(cert: Path, key: Path) -> None:
    """Check that the files of a certificate and of its key can be used."""
    for file, name in (cert, "CERT"), (key, "KEY"):
        try:
            file.read_bytes()
        except OSError as error:
            raise ValueError(
                f"The file of TEMPORAL_TLS_CLIENT_{name} can't be read: {error.strerror}"
            ) from error
    try:
        # A key with a password would make OpenSSL ask for it on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, key, password="")
    except ssl.SSLError as error:
        raise ValueError(
            f"{_TLS_PAIR} must name a certificate and its own key, both as PEM and without a "
            "password"
        ) from error


class SettingsError(Exception):
    """A setting is wrong. The text names it and the cure, and quotes no secret and no address."""


class Settings(BaseSettings):
    """The settings of the bot and the worker. `.env.example` explains each.

    An empty variable stands for the default, also where `.env` holds a value. A `description`
    states the permitted values; it completes the sentence that refuses any other value.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    slack_bot_token: Annotated[
        SecretStr, _on_one_line("xoxb-", "the bot token of the Slack app, xoxb-…")
    ]
    slack_app_token: (
        Annotated[SecretStr, _on_one_line("xapp-", "an app-level token of the Slack app, xapp-…")]
        | None
    ) = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"

    temporal_host: Annotated[str, _checked(_host)] = "localhost:7233"
    temporal_namespace: str = "default"
    temporal_task_queue: str = "relai-task-queue"
    temporal_api_key: (
        Annotated[SecretStr, _on_one_line("", "an API key of Temporal, on one line")] | None
    ) = None
    temporal_tls: bool = Field(default=False, description="true or false")
    temporal_tls_client_cert: Path | None = None
    temporal_tls_client_key: Path | None = None

    mongodb_uri: Annotated[SecretStr, _secret(_mongodb_uri)] = SecretStr(
        "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    )
    # Names that MongoDB takes on every system, see "Naming Restrictions" in its manual.
    mongodb_database: str = Field(
        default="relai",
        pattern=r'^[^/\\. "$*<>:|?\x00]{1,63}$',
        description='a name of at most 63 characters, none of them a space or one of /\\."$*<>:|?',
    )

    api_tokens: Annotated[str, _checked(parse_api_tokens)] = ""

    relai_host: str = "127.0.0.1"
    relai_port: int = Field(
        default=8080, ge=0, le=65535, description="a whole number from 0 to 65535"
    )
    relai_log_format: str = Field(
        default="console", pattern="^(console|json)$", description="console or json"
    )
    relai_relay_mode: RelayMode = Field(default=RelayMode.DIRECT, description="direct or handshake")
    relai_relay_window: timedelta = Field(
        default=timedelta(minutes=10), gt=timedelta(0), description=f"{_DURATION} PT10M"
    )
    relai_working_hours: Annotated[str, _checked(WorkingHours.parse)] = "mon-fri 09:00-17:00"
    relai_api_requests_per_minute: int = Field(
        default=600, gt=0, description="a whole number above 0"
    )
    relai_archive_after: timedelta = Field(
        default=timedelta(days=30), gt=timedelta(0), description=f"{_DURATION} P30D"
    )
    relai_onboarding_template: Path = Path("onboarding.yml")
    relai_admin_channel: ChannelId | None = Field(
        default=None,
        pattern="^[CG][A-Z0-9]+$",
        description="the id of a channel, such as C0123456789, not its name",
    )
    relai_worker_metrics: Annotated[str, _checked(_socket_address)] | None = None
    relai_payload_keys: Annotated[SecretStr, _secret(parse_payload_keys)] = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != ""}

    @model_validator(mode="after")
    def _one_transport(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
            )
        return self

    @model_validator(mode="after")
    def _tls_fits(self) -> Self:
        cert, key = self.temporal_tls_client_cert, self.temporal_tls_client_key
        if cert and key:
            _require_pair(cert, key)
        elif cert or key:
            raise ValueError(f"Set both {_TLS_PAIR}, or neither")
        refused = "temporal_tls" in self.model_fields_set and not self.temporal_tls
        if refused and (cert or self.temporal_api_key):
            raise ValueError(
                f"TEMPORAL_TLS=false contradicts TEMPORAL_API_KEY, and {_TLS_PAIR}, which turn TLS "
                "on: leave it out"
            )
        return self

    @property
    def uses_socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def tokens(self) -> tuple[ApiToken, ...]:
        return parse_api_tokens(self.api_tokens)

    @property
    def payload_keys(self) -> PayloadKeys:
        return parse_payload_keys(self.relai_payload_keys.get_secret_value())

    @property
    def working_hours(self) -> WorkingHours:
        return WorkingHours.parse(self.relai_working_hours)


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a sentence for every setting that is missing or malformed, never a value.
    """
    if Path(".env").is_dir():
        raise SettingsError(".env is a folder: it must be a file.")
    try:
        return Settings()  # pyright: ignore[reportCallIssue] - filled from the environment
    except ValidationError as error:
        issues = error.errors(include_input=False, include_url=False)
        raise SettingsError("\n".join(_sentence(issue) for issue in issues)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env can't be read: save it as UTF-8 text.") from None
    except OSError as error:
        raise SettingsError(f".env can't be read: {error.strerror}.") from None


def _sentence(issue: ErrorDetails) -> str:
    """The error and the permitted value of a setting, in our words instead of pydantic's."""
    own = str(issue["ctx"]["error"]) if issue["type"] == "value_error" else None
    if not issue["loc"]:
        return f"{own}. See .env.example."
    name = str(issue["loc"][0])
    if issue["type"] == "missing":
        return f"{name.upper()} is not set, and has no default. See .env.example."
    said = own or f"must be {Settings.model_fields[name].description}"
    separator = " " if said.startswith("must") else ": "
    return f"{name.upper()}{separator}{said}. See .env.example."
