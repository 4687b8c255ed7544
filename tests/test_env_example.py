"""`.env.example` lists every setting, and shows the defaults."""

import re
from pathlib import Path

import pytest

from devstack.settings import DevstackSettings
from relai_core.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
LINE = re.compile(r"#?(?P<name>[A-Z][A-Z0-9_]+)=(?P<value>.*)")
TO_BE_FILLED_IN = frozenset({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"})


def entries() -> dict[str, str]:
    """Every setting that the file shows, with its value."""
    lines = (LINE.fullmatch(line) for line in EXAMPLE.read_text().splitlines())
    return {line["name"]: line["value"] for line in lines if line}


def test_example_shows_exactly_the_settings() -> None:
    fields = Settings.model_fields | DevstackSettings.model_fields
    assert set(entries()) == {name.upper() for name in fields}


def test_every_setting_is_explained() -> None:
    """A comment stands above each setting or above its group."""
    explained = False
    for line in EXAMPLE.read_text().splitlines():
        if LINE.fullmatch(line):
            assert explained, f"{line} has no explanation"
        else:
            explained = line.startswith("# ") and not line.startswith("# ---")


@pytest.mark.parametrize("name", sorted(set(entries()) - TO_BE_FILLED_IN))
def test_shown_value_is_the_default(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty value counts as not set, so it is the default by itself."""
    monkeypatch.chdir(tmp_path)
    for each in entries():
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    plain = load_settings()

    monkeypatch.setenv(name, entries()[name])

    assert load_settings() == plain
    if name.startswith(("RELAI_SANDBOX", "RELAI_DEV")):
        shown, default = entries()[name], DevstackSettings.model_fields[name.lower()].default
        assert shown == str(default)
