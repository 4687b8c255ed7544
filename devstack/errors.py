"""The error of the dev stack."""


class DevstackError(Exception):
    """The dev stack can't go on; its text is one sentence that says what to do."""
