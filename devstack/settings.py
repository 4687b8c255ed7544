"""The dev stack's settings, from the environment and `.env`; the environment wins."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from devstack.errors import DevstackError

ROOT = Path(__file__).parents[1]

Port = Annotated[int, Field(ge=1, le=65535, description="a whole number from 1 to 65535")]


class DevstackSettings(BaseSettings):
    """Each field is the variable of its name in capitals. An empty variable means the default.

    So `SLACK_BOT_TOKEN= make run` starts the sandbox although `.env` holds a token.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore")

    slack_bot_token: SecretStr | None = None
    mongodb_uri: SecretStr | None = None
    temporal_host: str | None = None
    api_tokens: SecretStr | None = None

    relai_port: Port = 8080
    relai_sandbox_port: Port = 8090
    relai_dev_transport: Literal["socket", "http"] = Field(
        default="socket", description="socket or http"
    )
    relai_dev_mongodb_port: Port = 27018
    relai_dev_temporal_port: Port = 7233
    relai_dev_temporal_ui_port: Port = 8233

    @field_validator("*", mode="before")
    @classmethod
    def _default_if_empty(cls, value: object, info: ValidationInfo) -> object:
        if value == "" and info.field_name:
            return cls.model_fields[info.field_name].default
        return value


def load_settings() -> DevstackSettings:
    """Read the settings.

    Raises:
        DevstackError: `.env` can't be read; or naming the first setting that is malformed.
    """
    try:
        return DevstackSettings()
    except ValidationError as error:
        name = str(error.errors(include_input=False)[0]["loc"][0])
        form = DevstackSettings.model_fields[name].description
        raise DevstackError(f"{name.upper()} must be {form}. Change it or unset it.") from None
    except UnicodeDecodeError:
        raise DevstackError(".env can't be read: save it as UTF-8 text.") from None
    except OSError as error:
        raise DevstackError(f".env can't be read: {error.strerror}.") from None
