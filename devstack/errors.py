"""The error of the dev stack."""


class DevstackError(Exception):
    """The dev stack can't go on; its text is a sentence with the cure."""
