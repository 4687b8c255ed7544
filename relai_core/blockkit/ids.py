"""The ids that connect a block with its handler. Both sides import them from here."""

from enum import StrEnum


class ActionId(StrEnum):
    """Buttons. Their value is the id of the task or the relay they are about."""

    TASK_COMPLETE = "task_complete"
    TASK_HAND_OVER = "task_hand_over"
    RELAY_ACCEPT = "relay_accept"
    RELAY_DECLINE = "relay_decline"
    RELAY_TAKE_BACK = "relay_take_back"


class CallbackId(StrEnum):
    """Modals."""

    TASK_FORM = "task_form"
    RELAY_FORM = "relay_form"
    DECLINE_FORM = "decline_form"


class InputId(StrEnum):
    """Inputs of modals: both the block_id and the action_id of each."""

    TITLE = "title"
    DESCRIPTION = "description"
    OWNER = "owner"
    DUE = "due"
    TASK = "task"
    RECEIVER = "receiver"
    NOTE = "note"
    MODE = "mode"
    ANSWER_BY = "answer_by"
    REASON = "reason"
