"""The driver's errors in an operator's words."""

import pytest
from pymongo.errors import (
    AutoReconnect,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from relai_core.store.driver_errors import reason, refusal

SEEN = "10.0.0.7:27017: {} (configured timeouts: socketTimeoutMS: 20000.0ms)"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OperationFailure("", 18), "MongoDB refuses the login in MONGODB_URI"),
        (OperationFailure("", 8000), "MongoDB refuses the login in MONGODB_URI"),
        (OperationFailure("", 13), "MongoDB does not let the user of MONGODB_URI read and write"),
        (
            ServerSelectionTimeoutError(
                'No replica set members available for replica set name "rs0"'
            ),
            "MONGODB_URI names another replica set",
        ),
        (
            ServerSelectionTimeoutError(SEEN.format("certificate verify failed: unknown CA")),
            "MongoDB's certificate is not accepted",
        ),
    ],
)
def test_proof_of_a_wrong_setting_is_a_refusal(error: PyMongoError, said: str) -> None:
    assert str(refusal(error)).startswith(said)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AutoReconnect(SEEN.format("[Errno 111] Connection refused")),
            "AutoReconnect: [Errno 111] Connection refused",
        ),
        (
            AutoReconnect(SEEN.format("[Errno -2] Name or service not known")),
            "AutoReconnect: [Errno -2] Name or service not known",
        ),
        (
            AutoReconnect(SEEN.format("[SSL: WRONG_VERSION_NUMBER] wrong version")),
            "AutoReconnect: [SSL: WRONG_VERSION_NUMBER]",
        ),
        (AutoReconnect(SEEN.format("connection closed")), "AutoReconnect: connection closed"),
        (AutoReconnect(SEEN.format("something new")), "AutoReconnect"),
        (
            OperationFailure("at 10.0.0.7", 86, {"codeName": "IndexKeySpecsConflict"}),
            "OperationFailure: IndexKeySpecsConflict",
        ),
    ],
)
def test_failure_that_may_pass_has_a_reason_without_address(error: PyMongoError, said: str) -> None:
    assert refusal(error) is None
    assert reason(error) == said
