"""The driver's errors in an operator's words, which hold no address, name or password."""

import re

from pymongo.errors import OperationFailure, PyMongoError

from relai_core.settings import SettingsError

UNUSABLE = (
    "MONGODB_URI can't be used: it is no connection string, or names a file that can't be read. "
    "Write special characters of the user's name and password percent-encoded, such as %2F for /."
)
NO_REPLICA_SET = (
    "MONGODB_URI leads to a MongoDB without a replica set, which has no transactions: start mongod "
    "with --replSet and call rs.initiate() once; one node is enough."
)
_BAD_LOGIN = (
    "MongoDB refuses the login in MONGODB_URI (authentication failed): correct the user's name, "
    "the password or authSource."
)
_NO_RIGHTS = (
    "MongoDB does not let the user of MONGODB_URI read and write MONGODB_DATABASE "
    "(not authorized): give the user the role readWrite on that database."
)
_WRONG_SET = (
    "MONGODB_URI names another replica set than the server is in, or the server is in none: "
    "correct replicaSet=…, or start mongod with that --replSet."
)
_BAD_CERTIFICATE = (
    "MongoDB's certificate is not accepted (certificate verify failed): name the file of its CA in "
    "MONGODB_URI with tlsCAFile=…, and the host as the certificate does."
)
_BY_CODE = {13: _NO_RIGHTS, 18: _BAD_LOGIN, 8000: _BAD_LOGIN}
"""Unauthorized, AuthenticationFailed, and Atlas' own code for it."""
_BY_TEXT = {
    "No replica set members available for replica set name": _WRONG_SET,
    "certificate verify failed": _BAD_CERTIFICATE,
}
_REASON = re.compile(r"\[Errno -?\d+\] [\w ]*\w|\[SSL: \w+\]|connection closed|timed out")
"""The parts of the driver's texts that hold no address."""


def refusal(error: PyMongoError) -> SettingsError | None:
    """The setting that `error` proves wrong; None if it proves no such thing."""
    if isinstance(error, OperationFailure):
        text = _BY_CODE.get(error.code or 0)
    else:
        text = next((said for sign, said in _BY_TEXT.items() if sign in str(error)), None)
    return SettingsError(text) if text else None


def reason(error: PyMongoError) -> str:
    """The driver's class, and as much of its text as gives no address away."""
    if isinstance(error, OperationFailure):
        return f"{type(error).__name__}: {(error.details or {}).get('codeName', error.code)}"
    found = _REASON.search(str(error))
    return f"{type(error).__name__}: {found[0]}" if found else type(error).__name__
