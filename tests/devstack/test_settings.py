"""Settings of the dev stack: a malformed one is named in one sentence."""

import pytest

from devstack.errors import DevstackError
from devstack.settings import DevstackSettings, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RELAI_PORT", "eighty"),
        ("RELAI_SANDBOX_PORT", "0"),
        ("RELAI_DEV_MONGODB_PORT", "65536"),
        ("RELAI_DEV_TRANSPORT", "pigeon"),
    ],
)
def test_a_malformed_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(DevstackError, match=f"^{name}: .*Change it or unset it"):
        load_settings()


def test_an_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAI_PORT", "")

    assert DevstackSettings(_env_file=None).relai_port == 8080
