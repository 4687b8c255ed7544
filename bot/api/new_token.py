"""Makes an API token: `python -m bot.api.new_token NAME TEAM read|write`."""

import argparse
import secrets
import sys

from relai_core.domain.api_token import digest_of, parse_api_tokens

_BYTES = 32


def main() -> None:
    """Print a new token, which is shown only now, and its entry for API_TOKENS."""
    parser = argparse.ArgumentParser(prog="new_token", description=main.__doc__)
    parser.add_argument("name", help="name of the system that will use the token, such as ci")
    parser.add_argument("team", help="id of the Slack workspace, such as T012AB3CD")
    parser.add_argument("access", choices=["read", "write"])
    asked = parser.parse_args()
    secret = f"relai_{secrets.token_urlsafe(_BYTES)}"
    entry = f"{asked.name}:{asked.team}:{asked.access}:{digest_of(secret)}"
    try:
        parse_api_tokens(entry)
    except ValueError:
        parser.error("a name has 1 to 40 of A-Z a-z 0-9 . _ -, and a workspace's id begins with T")
    sys.stdout.write(
        f"Token for the caller; keep it, because it is not shown again:\n  {secret}\n"
        f"Entry for API_TOKENS; separate several entries by commas:\n  {entry}\n"
    )


if __name__ == "__main__":
    main()
