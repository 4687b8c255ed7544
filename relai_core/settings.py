"""Every setting, read once at start from the environment and `.env`; the environment wins."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from relai_core.domain.api_token import ApiToken, parse_api_tokens
from relai_core.domain.hours import WorkingHours
from relai_core.domain.ids import ChannelId
from relai_core.domain.payload_key import PayloadKeys, parse_payload_keys
from relai_core.domain.relay import RelayMode


def _working_hours(text: str) -> str:
    WorkingHours.parse(text)
    return text


def _api_tokens(text: str) -> str:
    parse_api_tokens(text)
    return text


def _payload_keys(text: SecretStr) -> SecretStr:
    parse_payload_keys(text.get_secret_value())
    return text


def _api_url(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise ValueError("must be a URL such as https://slack.com/api/")
    return url.rstrip("/") + "/"


def _socket_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
        served = 0 < int(port) < 65536
    except ValueError:
        served = False
    if not served:
        raise ValueError("must be an IP address and a port, such as 127.0.0.1:9464")
    return text


class SettingsError(Exception):
    """A setting is missing or malformed. Its text names each one and says what to do."""


class Settings(BaseSettings):
    """The settings of the bot and the worker. `.env.example` explains each.

    An empty variable stands for the default, also where `.env` holds a value.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"

    temporal_host: str = "localhost:7233"
    temporal_namespace: str = "default"
    temporal_task_queue: str = "relai-task-queue"
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    temporal_tls_client_cert: Path | None = None
    temporal_tls_client_key: Path | None = None

    mongodb_uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    # What MongoDB takes on every system, see "Naming Restrictions" in its manual.
    mongodb_database: str = Field(default="relai", pattern=r'^[^/\\. "$*<>:|?\x00]{1,63}$')

    api_tokens: Annotated[str, AfterValidator(_api_tokens)] = ""

    relai_host: str = "127.0.0.1"
    relai_port: int = Field(default=8080, ge=0, le=65535)
    relai_log_format: str = Field(default="console", pattern="^(console|json)$")
    relai_relay_mode: RelayMode = RelayMode.DIRECT
    relai_relay_window: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0))
    relai_working_hours: Annotated[str, AfterValidator(_working_hours)] = "mon-fri 09:00-17:00"
    relai_api_requests_per_minute: int = Field(default=600, gt=0)
    relai_archive_after: timedelta = Field(default=timedelta(days=30), gt=timedelta(0))
    relai_onboarding_template: Path = Path("onboarding.yml")
    relai_admin_channel: ChannelId | None = None
    relai_worker_metrics: Annotated[str, AfterValidator(_socket_address)] | None = None
    relai_payload_keys: Annotated[SecretStr, AfterValidator(_payload_keys)] = SecretStr("")

    @field_validator("*", mode="before")
    @classmethod
    def _default_if_empty(cls, value: object, info: ValidationInfo) -> object:
        field = cls.model_fields[info.field_name] if info.field_name else None
        if value != "" or field is None:
            return value
        if field.is_required():
            raise ValueError("is empty, and there is no default")
        return field.default

    @model_validator(mode="after")
    def _one_transport(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
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
        SettingsError: naming every setting that is missing or malformed, never a value.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue] - filled from the environment
    except ValidationError as error:
        issues = error.errors(include_input=False, include_url=False)
        lines = [f"  {_name(issue['loc'])}: {issue['msg']}" for issue in issues]
        text = "\n".join(["Some settings need attention (see .env.example):", *lines])
        raise SettingsError(text) from None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location).upper() or "settings"
