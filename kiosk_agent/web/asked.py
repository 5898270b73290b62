"""What a resident asks at CEK LAPORAN. In memory alone; the PIN goes to the centre, and nothing here keeps it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from sync_protocol.bodies import Answer
from sync_protocol.errors import NumberError
from sync_protocol.number import parse_number

Ask = Callable[[str, str], Answer]
"""Asks the centre with a number and a PIN, and raises KioskError where nobody could be asked. Takes its time."""

LONGEST_S: Final = 20
"""How long a resident is kept waiting; whatever comes later is not waited for."""
_PIN_DIGITS: Final = (6, 16)


@dataclass(slots=True)
class Asked:
    """One question, from the form to the answer."""

    typed: str = ""
    """The number as typed, to be shown again beside what is wrong with it."""
    faults: dict[str, str] = field(default_factory=dict)
    """What has to be put right: field and id of the text."""
    number: str = ""
    """In its written form, once the question is complete."""
    stands_here: bool | None = None
    """Filed at this kiosk: True while the centre has not received it, False once it has; None: filed elsewhere."""
    until_s: float = 0
    """Of the monotonic clock: when waiting ends."""
    answer: Future[Answer] | None = field(default=None, repr=False)


def take(typed: str, pin_typed: str) -> tuple[Asked, str]:
    """Read the form, in whatever notation. Gives the PIN apart from what is kept; a faulty question has no number."""
    asked = Asked(typed=typed)
    number = ""
    try:
        number = parse_number(typed)
    except NumberError:
        asked.faults["number"] = "cek.nomor_salah" if typed.strip() else "cek.nomor_kosong"
    pin = "".join(pin_typed.replace("-", " ").split())
    if not (pin.isascii() and pin.isdigit() and len(pin) in _PIN_DIGITS):
        asked.faults["pin"] = "cek.pin_salah" if pin else "cek.pin_kosong"
    if not asked.faults:
        asked.number = number
    return asked, pin


def begin(ask: Ask, number: str, pin: str) -> "Future[Answer]":
    """Ask in a thread of its own, which nobody has to wait for: a name that does not resolve can hang for minutes."""
    answer: Future[Answer] = Future()

    def run() -> None:
        try:
            answer.set_result(ask(number, pin))
        except Exception as error:  # noqa: BLE001 - it is raised again where the answer is fetched
            # The answer is kept as long as the resident's session; the frames on the error's way here know the PIN.
            error.__cause__ = error.__context__ = None
            answer.set_exception(error.with_traceback(None))

    Thread(target=run, name="ask", daemon=True).start()
    return answer
