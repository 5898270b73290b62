"""How often a PIN was tried on a card: the third wrong one locks it, so a refusal is remembered through every restart.

A try is counted before it is made. So one that a power cut ends counts too, and may be repeated once; one that the card
refused may not. Whatever happens, a card keeps at least one of its three tries for a person.
"""

from typing import Final, Protocol

MOST_TRIES: Final = 2


class PinTries(Protocol):
    """Where it is kept. Its methods are called from the modems' threads."""

    def get(self, card: str, pin: str) -> int:
        """How many tries are counted."""
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
    counted = tries.get(card, pin)
    return counted < MOST_TRIES and tries.put(card, pin, counted + 1)


def note_answer(tries: PinTries, card: str, pin: str, *, accepted: bool) -> None:
    """The card said whether it was the right one."""
    tries.put(card, pin, 0 if accepted else MOST_TRIES)
