"""Temporal's errors in an operator's words, which hold no address and no key."""

from temporalio.service import RPCError, RPCStatusCode

from relai_core.settings import SettingsError

Failure = RPCError | RuntimeError
"""A call that failed; a connection that could not be made."""

_NOT_ALLOWED = (
    "Temporal refuses us in TEMPORAL_NAMESPACE (permission denied): correct TEMPORAL_API_KEY, or "
    "TEMPORAL_TLS_CLIENT_CERT and TEMPORAL_TLS_CLIENT_KEY."
)
_BAD_CERTIFICATE = (
    "The certificate of TEMPORAL_HOST is not accepted: it must name that host and come from a CA "
    "that this machine trusts; SSL_CERT_FILE may name the file of one."
)
_REFUSALS = {
    "PermissionDenied": _NOT_ALLOWED,
    "Unauthenticated": _NOT_ALLOWED,
    "InvalidCertificate": _BAD_CERTIFICATE,
}
_NO_TLS = "TLS is on, and the server speaks none: see TEMPORAL_TLS"
_REASONS = {
    "Connection refused": "connection refused",
    "dns error": "no such host",
    "tls handshake eof": _NO_TLS,
    "InvalidContentType": _NO_TLS,
    "BrokenPipe": "the connection was closed; a server with TLS needs TEMPORAL_TLS=true",
}
_REFUSING = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)


def refusal(error: Failure) -> SettingsError | None:
    """The setting that `error` proves wrong; None if it proves no such thing."""
    if isinstance(error, RPCError):
        return SettingsError(_NOT_ALLOWED) if error.status in _REFUSING else None
    text = next((said for sign, said in _REFUSALS.items() if sign in str(error)), None)
    return SettingsError(text) if text else None


def reason(error: Failure) -> str:
    """Why Temporal can't be used."""
    if refused := refusal(error):
        return str(refused)
    if isinstance(error, RPCError):
        if error.status is RPCStatusCode.NOT_FOUND:
            return "it has no namespace of the name in TEMPORAL_NAMESPACE"
        return error.status.name.lower().replace("_", " ")
    known = (said for sign, said in _REASONS.items() if sign in str(error))
    return next(known, "no connection")
