"""What a failed try leaves in the log: one line of ours, and the SDK's only for what is none."""

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


def test_an_error_of_ours_is_not_logged_a_second_time(caplog: pytest.LogCaptureFixture) -> None:
    ErrorInterceptor()
    ours = TransientMessengerError("service_unavailable")

    _log_as_the_sdk_does(application_error(ours), ours)

    assert not caplog.records


def test_an_error_that_nobody_foresaw_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    ErrorInterceptor()

    _log_as_the_sdk_does(ValueError("a defect"), None)
    SDK.warning("no error at all")

    assert [record.message for record in caplog.records] == [
        "Completing activity as failed",
        "no error at all",
    ]
