"""What is known of one modem at a moment, and what its machine asks of those around it. No I/O."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from firmware_bridge.at_parser import Payload
from firmware_bridge.commands import Command
from firmware_bridge.desk import Found, Outcome, Outgoing
from firmware_bridge.pins import PinAnswer
from firmware_bridge.quirks import Quirks
from firmware_bridge.troubles import Trouble

_MOST_UNLISTED: Final = 5
"""In so many sweeps in a row, half a minute, a storage may refuse to be listed before others no longer wait for it."""


class Pause(Struct, frozen=True):
    """Wait, or until a line begins so; with `any_sign` until anything is heard."""

    seconds: float
    until: str = ""
    any_sign: bool = False


class Raw(Struct, frozen=True):
    """Bytes that are no command."""

    data: bytes


class Take(Struct, frozen=True):
    """The desk shall commit these; answered by whether it did."""

    found: tuple[Found, ...]


class Ask(Struct, frozen=True):
    """The desk may give something to send."""

    replies_only: bool


class Tell(Struct, frozen=True):
    """What became of it."""

    outgoing: Outgoing
    outcome: Outcome
    reference: int | None
    code: str


class Told(Struct, frozen=True):
    """What the operator answered to the balance code."""

    text: str
    rupiah: int | None


class Claim(Struct, frozen=True):
    """This modem is to be driven through this port; answered by whether no other port has it already."""

    imei: str
    imsi: str
    """Of its card; empty while it is not known."""


class TryPin(Struct, frozen=True):
    """The PIN of the settings is to be entered; answered by whether it may be, the try counted already."""

    card: str
    """The number of the card, or of the modem that it is in where a modem tells none before the PIN."""


class PinAnswered(Struct, frozen=True):
    """The card said something of it."""

    card: str
    answer: PinAnswer


DeskRequest = Take | Ask | Tell | Told | Claim | TryPin | PinAnswered
Request = Command | Pause | Raw | DeskRequest


class Facts(Struct):
    """Times are the monotonic clock's seconds; 0 is never."""

    now: float = 0.0
    imei: str = ""
    imsi: str = ""
    manufacturer: str = ""
    model: str = ""
    quirks: Quirks = field(default_factory=Quirks)
    storages: tuple[str, ...] = ()
    """What is swept; empty until it was asked for."""
    storage: str = ""
    """The one that is chosen."""
    first_storage: str = ""
    """The one that was chosen when the modem was met, and most likely is after a restart."""
    slots: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Places used and places there are, by storage."""
    operator: str = ""
    signal_dbm: int | None = None
    registration: str = ""
    balance: int | None = None
    credit_hints: set[str] = field(default_factory=set)
    """To whom nothing could be sent, in a row, by an answer that looks like that of an empty prepaid card."""
    refused: set[str] = field(default_factory=set)
    """The same, whatever the balance says: an expired card is answered so too."""
    next_credit_trial: float = 0.0
    credit_known_until: float = 0.0
    """The operator answered such refusals with enough credit: until then they mean something else."""
    steps: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    stepped_at: float = 0.0

    next_sweep: float = 0.0
    next_check: float = 0.0
    next_ask: float = 0.0
    next_balance: float = 0.0
    next_reset: float = 0.0
    asked_at: float = 0.0
    last_answer_at: float = 0.0
    unanswered_since: float = 0.0
    """When the first command was written that no answer followed; 0 while it answers."""
    patience: float = 1.0
    """How many times longer than usual this modem may take to begin an answer."""
    last_sweep_at: float = 0.0
    last_sms_at: float = 0.0
    last_boot_at: float = -1e9

    setup_due: bool = True
    restarted: bool = False
    """The modem said, or showed by its echo, that it started anew."""
    echo_off: bool = False
    """It obeyed ATE0, so that an echo means that it forgot."""
    echoed: bool = False
    """It repeated the last command."""
    body_sent: bool = False
    """The PDU of the last AT+CMGS left us."""
    given_reference: int | None = None
    """What +CMGS gave for it, even if no OK came behind."""
    direct: list[Payload] = field(default_factory=list)
    """Messages and reports that came without lying in a storage, not yet committed."""
    ussd_line: str = ""
    """The last +CUSD."""
    ussd_answered: bool = False
    """The network said something to the last code, or the modem refused it."""
    ussd: str = ""
    """How codes were written when the operator understood one: `text` or `packed`."""
    suspects: dict[tuple[str, int], str] = field(default_factory=dict)
    """Entries that looked damaged when they were listed last: they are read again before they are believed."""
    more_messages: bool = True
    pin_card: str = ""
    """On this one a PIN was tried, and no answer has come yet that says whether it is right."""
    next_pin: float = 0.0
    """Before that it is not tried on this card again."""
    in_pdu_mode: bool = False
    """Since a moment ago; a modem that restarts unnoticed loses it."""
    phantoms: dict[str, int] = field(default_factory=dict)
    """Places that a storage counts as used though nothing can be read there."""

    unlisted: dict[str, int] = field(default_factory=dict)
    """Storages that cannot be listed, and in how many sweeps in a row."""
    desk_refused: bool = False
    cannot_delete: bool = False
    troubled_sweeps: int = 0
    """In a row."""
    no_service_centre: bool = False
    sim_trouble: str = ""
    rival: bool = False
    """Another port leads to the same modem."""
    silent: bool = False

    failures: int = 0
    """Recoveries in a row in which it answered, without a sweep that came to its end."""
    resets_in_a_row: int = 0
    resets: int = 0
    """How often it started anew: told to, or by itself where its port stayed."""
    unknown_sends: int = 0

    def step(self, text: str) -> None:
        """Note a step of the watchdog; nothing of a message, number or PIN may stand in it."""
        self.steps.append(text)
        self.stepped_at = self.now

    def step_aloud(self, text: str) -> None:
        """Note a step, unless it is one of the many of a modem that is known to keep silent."""
        if not self.silent:
            self.step(text)

    def after_fault(self) -> "Facts":
        """What is kept where the program went wrong: what lies nowhere else, and what was done so far."""
        return Facts(
            now=self.now,
            imei=self.imei,
            imsi=self.imsi,
            direct=self.direct,
            steps=self.steps,
            resets=self.resets,
            unknown_sends=self.unknown_sends,
        )

    def forget_modem(self) -> None:
        """What was known of the modem's settings holds no more."""
        self.setup_due, self.restarted, self.echo_off = True, False, False
        self.storage, self.storages, self.more_messages = "", (), True
        self.suspects.clear()
        self.phantoms.clear()
        self.unlisted.clear()
        self.next_sweep = self.next_check = 0.0

    def places(self) -> tuple[int, int]:
        """Used and in all; MT counts the others' too."""
        counted = [self.slots["MT"]] if "MT" in self.slots else list(self.slots.values())
        return sum(used for used, _ in counted), sum(total for _, total in counted)

    def holds_unread(self) -> bool:
        """A message may lie there that nobody has; a storage that keeps refusing is given up, and only told of."""
        return self.desk_refused or any(times <= _MOST_UNLISTED for times in self.unlisted.values())

    def trouble(self) -> str:
        """The one thing to mend first, as a stable code; empty when all is well."""
        registration = {
            "denied": Trouble.DENIED,
            "none": Trouble.NOT_REGISTERED,
            "searching": Trouble.NOT_REGISTERED,
        }
        checks: Sequence[tuple[bool, str]] = (
            (self.rival, Trouble.SAME_MODEM),
            (bool(self.sim_trouble), self.sim_trouble),
            (self.silent, Trouble.SILENT),
            (self.desk_refused, Trouble.DESK_REFUSED),
            (self.cannot_delete, Trouble.CANNOT_DELETE),
            (bool(self.unlisted), Trouble.CANNOT_LIST),
            (self.registration in registration, registration.get(self.registration, "")),
            (self.no_service_centre, Trouble.NO_SMSC),
        )
        return next((str(code) for holds, code in checks if holds), "")
