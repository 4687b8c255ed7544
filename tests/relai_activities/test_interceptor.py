"""The SDK logs a failed try only if the error is not one of ours."""

import pytest
from temporalio import activity

from relai_activities.interceptor import ErrorInterceptor, application_error
from relai_core.errors import TransientMessengerError

SDK = activity.logger.base_logger


def _log_as_the_sdk_does(error: Exception, cause: Exception | None) -> None:
    try:
        raise error from cause
    except type(error):
        SDK.warning("Completing activity as failed", exc_info=True)


def test_own_error_is_not_logged_by_the_sdk(caplog: pytest.LogCaptureFixture) -> None:
    ErrorInterceptor()
    ours = TransientMessengerError("service_unavailable")

    _log_as_the_sdk_does(application_error(ours), ours)

    assert not caplog.records


def test_unexpected_error_is_logged_by_the_sdk(caplog: pytest.LogCaptureFixture) -> None:
    ErrorInterceptor()

    _log_as_the_sdk_does(ValueError("a defect"), None)
    SDK.warning("no error at all")

    assert [record.message for record in caplog.records] == [
        "Completing activity as failed",
        "no error at all",
    ]
