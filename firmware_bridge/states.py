"""The machine that drives one modem, as one table; docs/modem.md draws it from here."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """What is being done with a modem."""

    CLOSED = "closed"
    """Its port is not open."""
    IDENTIFY = "identify"
    """The least that must be known before messages can be taken: which modem, which card, PDU mode."""
    SWEEP = "sweep"
    """Messages are listed, handed to the desk, and deleted one by one once it has them."""
    SETUP = "setup"
    """What can wait until the messages that were there are safe: quirks, storages, indications."""
    IDLE = "idle"
    """Nothing is due."""
    SEND = "send"
    """Whole messages go out, until there are no more or incoming ones wait."""
    CHECK = "check"
    """Signal, registration, operator, places on the card, and whether it is still the same card."""
    BALANCE = "balance"
    """The operator is asked by a USSD code, and the session is cancelled."""
    RECOVER = "recover"
    """It gave no answer, or kept refusing: it is woken, its port re-opened, and at last it is reset."""
    BLOCKED = "blocked"
    """The card is missing, locked or rejected: only a person can help."""


class Event(StrEnum):
    """What happens to a modem."""

    OPENED = "port opened"
    KNOWN = "modem and card known"
    SWEPT = "storages swept"
    SETUP_DUE = "setup due"
    SET_UP = "set up"
    SWEEP_DUE = "sweep due"
    SEND_DUE = "send due"
    SENT = "nothing more to send"
    CHECK_DUE = "check due"
    CHECKED = "checked"
    NEW_CARD = "another card"
    BALANCE_DUE = "balance due"
    TOLD = "balance told"
    REBOOTED = "modem restarted"
    SILENT = "no answer in time"
    FAILED = "refused what it must do"
    NO_CARD = "card missing, locked or rejected"
    RETRY = "look again"
    ANSWERED = "answers again"
    GAVE_UP = "port must be re-opened"
    LOST = "port gone"


_WORKING: Final = (State.IDENTIFY, State.SWEEP, State.SETUP, State.IDLE, State.SEND, State.CHECK, State.BALANCE)

TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.CLOSED, Event.OPENED): State.IDENTIFY,
    (State.IDENTIFY, Event.KNOWN): State.SWEEP,
    (State.IDENTIFY, Event.NO_CARD): State.BLOCKED,
    (State.BLOCKED, Event.RETRY): State.IDENTIFY,
    (State.SWEEP, Event.SWEPT): State.IDLE,
    (State.IDLE, Event.SETUP_DUE): State.SETUP,
    (State.SETUP, Event.SET_UP): State.SWEEP,
    (State.IDLE, Event.SWEEP_DUE): State.SWEEP,
    (State.IDLE, Event.SEND_DUE): State.SEND,
    (State.SEND, Event.SENT): State.IDLE,
    (State.IDLE, Event.CHECK_DUE): State.CHECK,
    (State.CHECK, Event.CHECKED): State.IDLE,
    (State.CHECK, Event.NEW_CARD): State.IDENTIFY,
    (State.IDLE, Event.BALANCE_DUE): State.BALANCE,
    (State.BALANCE, Event.TOLD): State.IDLE,
    **{(state, Event.REBOOTED): State.IDENTIFY for state in _WORKING},
    **{(state, Event.SILENT): State.RECOVER for state in _WORKING if state is not State.IDLE},
    **{(state, Event.FAILED): State.RECOVER for state in _WORKING if state is not State.IDLE},
    (State.RECOVER, Event.ANSWERED): State.IDENTIFY,
    (State.RECOVER, Event.REBOOTED): State.IDENTIFY,
    (State.RECOVER, Event.GAVE_UP): State.CLOSED,
    (State.BLOCKED, Event.REBOOTED): State.IDENTIFY,
    **{(state, Event.LOST): State.CLOSED for state in State if state is not State.CLOSED},
}
