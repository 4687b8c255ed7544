"""API tokens: read strictly, found by their secret, never shown."""

import pytest

from relai_core.domain.api_token import digest_of, find_api_token, parse_api_tokens

SECRET = "relai_a-very-long-secret"
DIGEST = digest_of(SECRET)


def test_a_token_has_a_name_a_workspace_and_a_scope() -> None:
    (token,) = parse_api_tokens(f"ci:T1:write:{DIGEST}")

    assert (token.name, token.team_id, token.may_write) == ("ci", "T1", True)


def test_empty_setting_has_no_tokens() -> None:
    assert parse_api_tokens(" , ") == ()


def test_a_token_is_found_by_its_secret() -> None:
    tokens = parse_api_tokens(f"old:T1:read:{digest_of('other')},ci:T1:write:{DIGEST}")

    found = find_api_token(tokens, SECRET)

    assert found is not None
    assert found.name == "ci"


@pytest.mark.parametrize("secret", [DIGEST, "", "relai_another"])
def test_wrong_secret_finds_no_token(secret: str) -> None:
    assert find_api_token(parse_api_tokens(f"ci:T1:write:{DIGEST}"), secret) is None


def test_two_secrets_of_one_name_are_both_valid() -> None:
    tokens = parse_api_tokens(f"ci:T1:write:{DIGEST}, ci:T1:write:{digest_of('next')}")

    found = [find_api_token(tokens, secret) for secret in (SECRET, "next")]

    assert [token and token.name for token in found] == ["ci", "ci"]


@pytest.mark.parametrize("second", ["ci:T2:write", "ci:T1:read"])
def test_one_name_for_two_systems_is_refused(second: str) -> None:
    with pytest.raises(ValueError, match="named ci differ"):
        parse_api_tokens(f"ci:T1:write:{DIGEST},{second}:{digest_of('next')}")


@pytest.mark.parametrize(
    "entry",
    ["relai_secret", "ci:T1:write:relai_secret", f"ci:T1:admin:{DIGEST}", f"ci:X1:read:{DIGEST}"],
)
def test_malformed_entry_is_named_by_its_position(entry: str) -> None:
    with pytest.raises(ValueError, match="entry 2 must be") as refused:
        parse_api_tokens(f"ok:T1:read:{DIGEST},{entry}")

    assert "relai_secret" not in str(refused.value)


def test_hash_of_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="SHA-256 of nothing"):
        parse_api_tokens(f"ci:T1:write:{digest_of('')}")


def test_one_token_for_two_systems_is_refused() -> None:
    with pytest.raises(ValueError, match="the same token"):
        parse_api_tokens(f"ci:T1:write:{DIGEST},report:T1:read:{DIGEST}")
