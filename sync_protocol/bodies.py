"""The typed bodies of each kind (section 3): JSON objects, unknown fields skipped, ids and keys in lower-case hex."""

from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from sync_protocol import strict_json
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import MAX_LINE, MAX_TEXT, DeviceState, Identity

# In these patterns \Z ends the text; $ would let a line break follow.
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""An entry's id or a public key: 32 bytes in lower-case hex."""
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Line = Annotated[str, Meta(max_length=MAX_LINE)]
Word = Annotated[str, Meta(max_length=40)]
Phone = Annotated[str, Meta(max_length=20, pattern=r"^(\+?[0-9]{3,18})?\Z")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Millis = Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)]

MAX_WANT: Final = 32
DEFAULT_REPLY: Final = 262_144


class Body(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every body shares: fields with their default are left out on the wire."""

    def encode(self) -> bytes:
        """The body as JSON in UTF-8, fields in the order declared."""
        return _ENCODER.encode(self)


class Head(Body, frozen=True, kw_only=True):
    """Kind 0: where the writer stands, in both logs. From the pinned server key it is the receipt (section 4)."""

    have: Id | None = None
    """Of the reader's log: how far the writer has come."""
    root: Id | None = None
    """Of the reader's log: the writer's newest entry whose chain to seq 1 is complete."""
    want: Annotated[list[Id], Meta(max_length=MAX_WANT)] = []
    """Of the reader's log: entries that the writer misses."""
    v: Annotated[int, Meta(ge=1, le=255)] = 1
    """The highest version that the writer reads."""
    max: Annotated[int, Meta(ge=0, le=2**31)] = DEFAULT_REPLY
    """Bytes of entries wanted in the reply: 0 asks for the HEAD alone, anything else for at least one entry."""
    state: DeviceState | None = None
    """From the server: what it holds of the device."""
    safe: Id | None = None
    """From the server: the device's newest entry with a complete chain inside a verified backup."""
    now: Millis = 0
    """From the server: its clock in Unix milliseconds."""


class Key(Body, frozen=True, kw_only=True):
    """Kind 1: the device's keys, and at seq 1 the proof that it knew an enrolment code."""

    sign: Id
    """Ed25519, signs every entry of this log, this one too."""
    seal: Id
    """X25519: what the server seals, it seals to this key."""
    name: Line = ""
    """What the PC calls itself, for an admin to know it by."""
    mac: Id | None = None
    """HMAC-SHA256 under the code's secret of the two keys (section 5)."""


class Secret(Body, frozen=True, kw_only=True):
    """The two inner seals of a secret report, to the duty key (section 8); base64 in JSON."""

    text: bytes
    """Sealed and packed `SecretText`."""
    person: bytes
    """Sealed and packed `SecretPerson`."""


class SecretText(Body, frozen=True, kw_only=True):
    """What a secret report says."""

    text: Text = ""
    """As in `Complaint`."""
    place: Line = ""
    """As in `Complaint`."""
    accused: Word = ""
    """As in `Complaint`."""


class SecretPerson(Body, frozen=True, kw_only=True):
    """Who made a secret report."""

    name: Line = ""
    """As in `Complaint`."""
    phone: Phone = ""
    """As in `Complaint`."""


class Complaint(Body, frozen=True, kw_only=True):
    """Kind 2: a resident complained. Written once, never changed afterwards."""

    category: Word
    """The code of what it is about."""
    kelurahan: Word
    """The code of where it happened, not of where the kiosk stands; empty where an SMS does not say."""
    pin: Annotated[str, Meta(pattern=r"^[0-9]{6,16}\Z")]
    """6 digits, or 16 for a secret report without a phone (section 2)."""
    channel: Word = "kios"
    """How it came in."""
    identity: Identity = Identity.OPEN
    """How much of the resident's identity may be seen, and by whom."""
    text: Text = ""
    """In the resident's own words; empty in a secret report."""
    place: Line = ""
    """RT, landmark or address, in the resident's words."""
    name: Line = ""
    """The resident's name; empty in a secret report."""
    phone: Phone = ""
    """The resident's phone; in a secret report only where news by SMS is wanted."""
    sms_ok: bool = False
    """Whether the resident wants news by SMS."""
    accused: Word = ""
    """The code of the unit that the report is about."""
    operator: Line = ""
    """Who typed it, where it was not the resident."""
    batch: Word = ""
    """The file that it was uploaded with."""
    row: Count = 0
    """The row of that file."""
    sms: Annotated[list[Id], Meta(max_length=255)] = []
    """SHA-256 of each SMS part that it came from."""
    flags: Annotated[list[Word], Meta(max_length=16)] = []
    """draft, guessed-category, guessed-kelurahan, held, incomplete or emergency; unknown ones are passed over."""
    secret: Secret | None = None
    """What only sworn staff may read (section 8)."""


class Note(Body, frozen=True, kw_only=True):
    """Kind 3: the resident said more about an earlier complaint; the centre checks the PIN."""

    number: Word
    """The complaint's number."""
    pin: Annotated[str, Meta(max_length=16)] = ""
    """As typed: what is wrong is noted, and changes nothing."""
    type: Word
    """amended, withdrawn, confirmed, disputed or rated."""
    text: Text = ""
    """What was added."""
    rating: Annotated[int, Meta(ge=0, le=5)] = 0
    """1 to 5; 0 where it is no rating."""
    secret: bytes = b""
    """In place of `text` for a secret report: a `SecretText`, sealed as in `Secret`; base64 in JSON."""


class SmsIn(Body, frozen=True, kw_only=True):
    """Kind 4: an SMS that is no new complaint."""

    sender: Word = msgspec.field(name="from")
    """The sender as the network gives it."""
    text: Text = ""
    """All parts together."""
    parts: Annotated[list[Id], Meta(max_length=255)] = []
    """SHA-256 of each SMS part."""
    sent_at: Word = ""
    """The network's time stamp, as it came."""
    flags: Annotated[list[Word], Meta(max_length=16)] = []
    """Understood as: cek, tambah, ya, belum, nilai, pin, berhenti or mulai; then `typo`, `incomplete` (parts miss)."""


class SmsResult(Body, frozen=True, kw_only=True):
    """Kind 5: what became of an `SmsOut`."""

    key: Id
    """That of the `SmsOut`."""
    state: Word
    """What became of it, such as sent or failed."""
    at: Millis = 0
    """When, by the kiosk's clock."""
    report: Word = ""
    """What the network said."""


class Clock(Body, frozen=True, kw_only=True):
    """Kind 6: what the device learnt about its own clock."""

    reason: Word
    """boot, jump, server or sms."""
    offset_ms: Millis = 0
    """True time less the device's clock, as far as known."""
    jump_ms: Millis = 0
    """How far the clock moved against the monotonic one."""


class Lost(Body, frozen=True, kw_only=True):
    """Kind 7: an entry of this log has rotted here, so nobody need ask this device for it again."""

    seq: Count
    """Its place in the log."""
    id: Id
    """Its id."""
    prev: Id
    """Its parent, which counts as held."""


class ModemHealth(Body, frozen=True, kw_only=True):
    """How one modem of a device is."""

    operator: Word = ""
    """The network."""
    signal: Annotated[int, Meta(ge=-200, le=200)] | None = None
    """In dBm."""
    registration: Word = ""
    """home, roaming, searching, denied, none or unknown."""
    used: Count = 0
    """Slots of the SIM that hold a message."""
    slots: Count = 0
    """Slots in all."""
    swept: Millis = 0
    """When it was last looked through, by the kiosk's clock."""
    heard: Millis = 0
    """When the last SMS came, by the kiosk's clock."""
    resets: Count = 0
    """How often it started anew since the program started: told to, or by itself where its port stayed."""
    unknown: Count = 0
    """Messages sent without an answer."""
    balance: Millis | None = None
    """Rupiah."""
    trouble: Word = ""
    """A stable code; empty when all is well."""
    step: Word = ""
    """The last thing that was done or noticed when it did not work, for a technician."""
    stepped: Millis = 0
    """When, by the kiosk's clock."""


class Health(Body, frozen=True, kw_only=True):
    """Kind 9: how the device is; fields that it does not know are left out."""

    version: Word = ""
    """Of the program."""
    queue: Count = 0
    """Own entries that the server does not have yet."""
    oldest_s: Count = 0
    """How long the oldest of them has waited, in seconds."""
    disk_free_mb: Count = 0
    """Free space, in MB."""
    rotted: Count = 0
    """Entries found damaged."""
    modem: Line = ""
    """Network and signal, or what is wrong."""
    quarantine: Count = 0
    """SMS that were put aside unread: no PDU, no text, or a sender that is never answered."""
    modems: Annotated[list[ModemHealth], Meta(max_length=16)] = []
    """Each modem."""


class Query(Body, frozen=True, kw_only=True):
    """Kind 10: what became of a case, asked at a kiosk; never stored."""

    number: Word
    """The complaint's number."""
    pin: Annotated[str, Meta(max_length=16)]
    """As typed."""
    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """Random; the `Answer` repeats it."""


class Answer(Body, frozen=True, kw_only=True):
    """Kind 38: the reply to a `Query` with the same nonce."""

    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """That of the `Query`."""
    found: bool = False
    """False for a wrong number, a wrong PIN and a locked one alike."""
    status: Word = ""
    """The code of the case's status."""
    unit: Word = ""
    """The code of the unit that has the case."""
    at: Millis = 0
    """Since when."""
    due: Millis = 0
    """By when an answer is due."""
    answer: Text = ""
    """What the unit answered."""


class Status(Body, frozen=True, kw_only=True):
    """Kind 32: news of a case, for the kiosks of the unit where it was filed."""

    case: Id
    """The complaint's id."""
    status: Word
    """The code of its status."""
    unit: Word = ""
    """The code of the unit that has the case."""
    at: Millis = 0
    """Since when."""
    due: Millis = 0
    """By when an answer is due."""
    box: bytes = b""
    """The answer, readable with the PIN alone."""


class SmsOut(Body, frozen=True, kw_only=True):
    """Kind 33: an SMS to send; a kiosk sends a key once ever."""

    key: Id
    """SHA-256 of case, event and template."""
    to: Phone
    """Whom to."""
    text: Text
    """One GSM-7 segment."""
    priority: Count = 0
    """Which goes first where several wait."""
    not_after: Millis = 0
    """Not to be sent later than this; 0: no limit."""


class Config(Body, frozen=True, kw_only=True):
    """Kind 34: settings of one device."""

    unit: Word
    """The code of the unit where the device stands."""
    unit_name: Line = ""
    """Its name."""
    poll_s: Annotated[int, Meta(ge=1, le=86_400)] = 600
    """Seconds between two exchanges without anything new."""
    settings: dict[str, str] = {}
    """Anything else, by name."""


class Master(Body, frozen=True, kw_only=True):
    """Kind 35: one table of master data, whole; a later entry of the same table replaces it."""

    table: Word
    """kelurahan, kategori, unit, status, teks, sms or kalender."""
    rows: list[dict[str, str]]
    """Its rows, column by column."""


class Keys(Body, frozen=True, kw_only=True):
    """Kind 36: the server's public keys; signed, as any entry, by the sign key that the reader knows already."""

    sign: Id
    """Ed25519: signs what follows."""
    intake: Id
    """X25519: devices seal to it."""
    duty: Id
    """X25519: the inner seals of secret reports are to it (section 8)."""


class Prune(Body, frozen=True, kw_only=True):
    """Kind 37: permission to drop the bodies (never the headers) up to an entry."""

    upto: Id
    """Of the reader's log: the last entry whose body may go."""


TYPES: Final[dict[int, type[Body]]] = {
    Kind.HEAD: Head,
    Kind.KEY: Key,
    Kind.COMPLAINT: Complaint,
    Kind.NOTE: Note,
    Kind.SMS_IN: SmsIn,
    Kind.SMS_RESULT: SmsResult,
    Kind.CLOCK: Clock,
    Kind.LOST: Lost,
    Kind.HEALTH: Health,
    Kind.QUERY: Query,
    Kind.STATUS: Status,
    Kind.SMS_OUT: SmsOut,
    Kind.CONFIG: Config,
    Kind.MASTER: Master,
    Kind.KEYS: Keys,
    Kind.PRUNE: Prune,
    Kind.ANSWER: Answer,
}
"""The declared body of every kind but BLOB, which is no JSON."""

S = TypeVar("S", SecretText, SecretPerson)

_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[int, msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(type_) for kind, type_ in TYPES.items()}


def decode_body(kind: int, data: bytes) -> Body | None:
    """Decode an unpacked body by its kind; None for a kind that this version does not know (its JSON is checked).

    Raises:
        JsonError: not the JSON that the protocol allows.
        FieldError: not what the kind declares; the message names the field.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        if kind != Kind.BLOB:
            strict_json.parse(data)
        return None
    body: Body = strict_json.decode(data, decoder, _ENCODER)
    return body


def decode_secret(data: bytes, type_: type[S]) -> S:
    """Decode an opened and unpacked inner seal of a secret report.

    Raises:
        JsonError, FieldError: as for `decode_body`.
    """
    return strict_json.decode(data, msgspec.json.Decoder(type_))
