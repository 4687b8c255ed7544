"""Encrypted payloads are hidden, decrypted, and never misread."""

import base64

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from relai_core.codec import EncryptionCodec, UnreadablePayloadError
from relai_core.domain.payload_key import parse_payload_keys
from relai_core.temporal import data_converter

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"the blue ferry"')


def a_codec(keys: str) -> EncryptionCodec:
    return EncryptionCodec(parse_payload_keys(keys))


async def encrypt(keys: str, payload: Payload = PLAIN) -> Payload:
    (sealed,) = await a_codec(keys).encode([payload])
    return sealed


def id_of(key: str) -> str:
    (found,) = parse_payload_keys(key).reading
    return found.id


async def test_encrypted_payload_hides_data_and_encoding() -> None:
    sealed = await encrypt(NEW)

    assert b"ferry" not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()


async def test_encrypted_payload_names_its_key() -> None:
    sealed = await encrypt(f"{NEW},{OLD}")

    assert dict(sealed.metadata) == {
        "encoding": b"binary/encrypted",
        "encryption-key-id": id_of(NEW).encode(),
    }


async def test_equal_payloads_are_encrypted_differently() -> None:
    first, second = await a_codec(NEW).encode([PLAIN, PLAIN])

    assert first.data != second.data


@pytest.mark.parametrize("keys", [OLD, f"{NEW},{OLD}", f"plain,{OLD}"])
async def test_payload_is_decrypted_by_any_listed_key(keys: str) -> None:
    assert await a_codec(keys).decode([await encrypt(OLD)]) == [PLAIN]


@pytest.mark.parametrize("keys", ["", "plain", f"plain,{OLD}"])
async def test_payload_stays_plain_without_a_writing_key(keys: str) -> None:
    assert await encrypt(keys) == PLAIN


@pytest.mark.parametrize("keys", ["", OLD, f"plain,{OLD}"])
async def test_plain_payload_is_read_unchanged(keys: str) -> None:
    assert await a_codec(keys).decode([PLAIN, await encrypt(keys)]) == [PLAIN, PLAIN]


@pytest.mark.parametrize("keys", ["", "plain", NEW])
async def test_missing_key_is_named_with_its_setting(keys: str) -> None:
    with pytest.raises(UnreadablePayloadError, match="RELAI_PAYLOAD_KEYS") as refused:
        await a_codec(keys).decode([PLAIN, await encrypt(OLD)])

    assert id_of(OLD) in str(refused.value)
    assert OLD not in str(refused.value)


@pytest.mark.parametrize("keep", [0, 5, 12, 27, -1])
async def test_truncated_payload_is_refused(keep: int) -> None:
    sealed = await encrypt(OLD)
    cut = Payload(metadata=sealed.metadata, data=sealed.data[:keep])

    with pytest.raises(UnreadablePayloadError, match="changed or cut off"):
        await a_codec(OLD).decode([cut])


async def test_changed_payload_is_refused() -> None:
    sealed = await encrypt(OLD)
    changed = Payload(
        metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    )

    with pytest.raises(UnreadablePayloadError, match="changed or cut off"):
        await a_codec(OLD).decode([changed])


async def test_error_text_is_encrypted_and_decrypted() -> None:
    converter = data_converter(parse_payload_keys(OLD))
    failure = Failure()

    await converter.encode_failure(_error_with_a_cause(), failure)

    assert b"ferry" not in failure.SerializeToString()
    error = await converter.decode_failure(failure)
    assert str(error) == "no room on the blue ferry"
    assert str(error.__cause__) == "KeyError: 'the blue ferry'"


async def test_error_text_stays_plain_without_a_writing_key() -> None:
    failure = Failure()

    await data_converter(parse_payload_keys(f"plain,{OLD}")).encode_failure(
        _error_with_a_cause(), failure
    )

    assert failure.message == "no room on the blue ferry"


def _error_with_a_cause() -> ApplicationError:
    error = ApplicationError("no room on the blue ferry")
    error.__cause__ = KeyError("the blue ferry")
    return error
