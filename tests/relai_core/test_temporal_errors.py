"""Temporal's errors in an operator's words."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from relai_core.temporal_errors import Failure, reason, refusal

_CONNECT = "Failed client connect: Server connection error: tonic::transport::Error(Transport, "
_CALL = "Failed client connect: `get_system_info` call error after connection: Status { code: "


def rpc(status: RPCStatusCode) -> RPCError:
    return RPCError("Request unauthorized at 10.0.0.7:7233", status, b"")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (rpc(RPCStatusCode.PERMISSION_DENIED), "Temporal refuses us in TEMPORAL_NAMESPACE"),
        (rpc(RPCStatusCode.UNAUTHENTICATED), "Temporal refuses us in TEMPORAL_NAMESPACE"),
        (RuntimeError(f"{_CALL}PermissionDenied, message"), "Temporal refuses us in"),
        (
            RuntimeError(f"{_CONNECT}Custom {{ error: InvalidCertificate(UnknownIssuer) }})"),
            "The certificate of TEMPORAL_HOST is not accepted",
        ),
    ],
)
def test_proof_of_a_wrong_setting_is_a_refusal(error: Failure, said: str) -> None:
    assert str(refusal(error)).startswith(said)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (rpc(RPCStatusCode.NOT_FOUND), "it has no namespace of the name in TEMPORAL_NAMESPACE"),
        (rpc(RPCStatusCode.DEADLINE_EXCEEDED), "deadline exceeded"),
        (RuntimeError(f"{_CONNECT}10.0.0.7:7233, message: Connection refused"), "connection ref"),
        (RuntimeError(f"{_CONNECT}dns error"), "no such host"),
        (RuntimeError(f"{_CONNECT}tls handshake eof"), "TLS is on, and the server speaks none"),
        (RuntimeError(f"{_CALL}Unknown, kind: BrokenPipe"), "the connection was closed"),
        (RuntimeError(f"{_CONNECT}10.0.0.7:7233"), "no connection"),
    ],
)
def test_failure_that_may_pass_has_a_reason_without_address(error: Failure, said: str) -> None:
    assert refusal(error) is None
    assert reason(error).startswith(said)
    assert "10.0.0.7" not in reason(error)
