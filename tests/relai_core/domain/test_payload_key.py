"""Payload keys: the first one encrypts, all of them decrypt, and logs show only their ids."""

import base64

import pytest

from relai_core.domain.payload_key import PayloadKeys, new_payload_key, parse_payload_keys

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


def test_empty_setting_has_no_keys() -> None:
    assert parse_payload_keys(" , ") == PayloadKeys(writing=None, reading=())


def test_the_first_key_writes_and_all_read() -> None:
    keys = parse_payload_keys(f"{NEW}, {OLD}")

    assert keys.writing == keys.reading[0]
    assert [key.secret for key in keys.reading] == [base64.b64decode(NEW), base64.b64decode(OLD)]


def test_keys_after_plain_only_decrypt() -> None:
    keys = parse_payload_keys(f"plain,{NEW},{OLD}")

    assert keys.writing is None
    assert keys.reading == parse_payload_keys(f"{NEW},{OLD}").reading


def test_key_id_does_not_depend_on_the_position() -> None:
    first, second = parse_payload_keys(f"{NEW},{OLD}").reading

    assert first.id != second.id
    assert parse_payload_keys(OLD).writing == second


def test_new_keys_are_valid_and_different() -> None:
    keys = parse_payload_keys(f"{new_payload_key()},{new_payload_key()}").reading

    assert keys[0] != keys[1]


def test_a_key_shows_its_id_only() -> None:
    (key,) = parse_payload_keys(OLD).reading

    assert key.id in repr(key)
    assert repr(key.secret) not in repr(key)


@pytest.mark.parametrize(
    "entry",
    [
        "open sesame",
        "geheim-ß",
        base64.b64encode(b"sixteen bytes ..").decode(),
        OLD.removesuffix("="),
        f"{OLD} {NEW}",
        "plain",
    ],
    ids=["words", "no ascii", "too short", "cut off", "two in one", "plain not at first"],
)
def test_malformed_entry_is_named_by_its_position(entry: str) -> None:
    with pytest.raises(ValueError, match="entry 2 ") as refused:
        parse_payload_keys(f"{NEW},{entry}")

    assert entry == "plain" or entry not in str(refused.value)
    assert refused.value.__cause__ is None
