"""How often a PIN was tried on a card: the third wrong one locks it, so tries are remembered through every restart.

Until the card accepts one, all tries on it count together, whichever PIN was tried, and two of its three are used at
most: the third is left to a person. A try is counted before it is made, so one that a power cut ends counts too. A PIN
that the card refused is not tried on it again. What others try, in a telephone, is not known here; nor is, where a
modem tells no number of its card, that there is another card in it.
"""

from enum import Enum
from typing import Final, Protocol

MOST_TRIES: Final = 2
_ANY: Final = ""
"""No PIN: under it the tries of all of them are counted. Under a PIN stands only that it was refused."""


class PinAnswer(Enum):
    """What a card said of a PIN. It may also say nothing, or something that is about other matters."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    BUSY = "busy"
    """It has not looked at it."""


class PinTries(Protocol):
    """Where it is kept. Its methods are called from the modems' threads."""

    def get(self, card: str, pin: str) -> int:
        """How many tries are counted; what cannot be read may have been tried."""
        ...

    def put(self, card: str, pin: str, tries: int) -> bool:
        """Keep that durably; false if it could not be done."""
        ...


class UnkeptPinTries:
    """Kept for as long as the program runs: for tools, and for who brings no better place."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, str], int] = {}

    def get(self, card: str, pin: str) -> int:
        return self._tries.get((card, pin), 0)

    def put(self, card: str, pin: str, tries: int) -> bool:
        self._tries[card, pin] = tries
        return True


def may_try(tries: PinTries, card: str, pin: str) -> bool:
    """Whether the PIN may be entered now; then the try is counted already."""
    counted = tries.get(card, _ANY)
    return max(counted, tries.get(card, pin)) < MOST_TRIES and tries.put(card, _ANY, counted + 1)


def note_answer(tries: PinTries, card: str, pin: str, answer: PinAnswer) -> None:
    """The card answered to a try."""
    counted = tries.get(card, _ANY)
    if answer is PinAnswer.ACCEPTED:
        tries.put(card, _ANY, 0)
    elif answer is PinAnswer.REFUSED:
        tries.put(card, pin, MOST_TRIES)
    elif 0 < counted <= MOST_TRIES:
        tries.put(card, _ANY, counted - 1)
