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
    """From the server: the device's newest entry inside a verified backup."""
    now: Millis = 0
    """From the server: its clock in Unix milliseconds."""


class Key(Body, frozen=True, kw_only=True):
    """Kind 1: the device's keys, and at seq 1 the proof that it knew an enrolment code."""

    sign: Id
    seal: Id
    name: Line = ""
    mac: Id | None = None


class Secret(Body, frozen=True, kw_only=True):
    """The two inner seals of a secret report, to the duty key (section 8); base64 in JSON."""

    text: bytes
    """Sealed and packed `SecretText`."""
    person: bytes
    """Sealed and packed `SecretPerson`."""


class SecretText(Body, frozen=True, kw_only=True):
    """What a secret report says."""

    text: Text = ""
    place: Line = ""
    accused: Word = ""


class SecretPerson(Body, frozen=True, kw_only=True):
    """Who made a secret report."""

    name: Line = ""
    phone: Phone = ""


class Complaint(Body, frozen=True, kw_only=True):
    """Kind 2: a resident complained. Written once, never changed afterwards."""

    category: Word
    kelurahan: Word
    """The code of where it happened, not of where the kiosk stands."""
    pin: Annotated[str, Meta(pattern=r"^[0-9]{6,16}\Z")]
    channel: Word = "kios"
    identity: Identity = Identity.OPEN
    text: Text = ""
    place: Line = ""
    """RT, landmark or address, in the resident's words."""
    name: Line = ""
    phone: Phone = ""
    sms_ok: bool = False
    accused: Word = ""
    """The code of the unit that the report is about."""
    operator: Line = ""
    batch: Word = ""
    row: Count = 0
    sms: Annotated[list[Id], Meta(max_length=255)] = []
    """SHA-256 of each SMS part that it came from."""
    secret: Secret | None = None


class Note(Body, frozen=True, kw_only=True):
    """Kind 3: the resident said more about an earlier complaint; the centre checks the PIN."""

    number: Word
    pin: Annotated[str, Meta(max_length=16)] = ""
    type: Word
    text: Text = ""
    rating: Annotated[int, Meta(ge=0, le=5)] = 0


class SmsIn(Body, frozen=True, kw_only=True):
    """Kind 4: an SMS that is no new complaint."""

    sender: Word = msgspec.field(name="from")
    text: Text = ""
    parts: Annotated[list[Id], Meta(max_length=255)] = []
    sent_at: Word = ""
    flags: Annotated[list[Word], Meta(max_length=16)] = []


class SmsResult(Body, frozen=True, kw_only=True):
    """Kind 5: what became of an `SmsOut`."""

    key: Id
    state: Word
    at: Millis = 0
    report: Word = ""


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
    id: Id
    prev: Id


class Health(Body, frozen=True, kw_only=True):
    """Kind 9: how the device is; fields that it does not know are left out."""

    version: Word = ""
    queue: Count = 0
    oldest_s: Count = 0
    disk_free_mb: Count = 0
    rotted: Count = 0
    modem: Line = ""


class Query(Body, frozen=True, kw_only=True):
    """Kind 10: what became of a case, asked at a kiosk; never stored."""

    number: Word
    pin: Annotated[str, Meta(max_length=16)]
    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Answer(Body, frozen=True, kw_only=True):
    """Kind 38: the reply to a `Query` with the same nonce."""

    nonce: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    found: bool = False
    """False for a wrong number, a wrong PIN and a locked one alike."""
    status: Word = ""
    unit: Word = ""
    at: Millis = 0
    due: Millis = 0
    answer: Text = ""


class Status(Body, frozen=True, kw_only=True):
    """Kind 32: news of a case, for the kiosks of the unit where it was filed."""

    case: Id
    status: Word
    unit: Word = ""
    at: Millis = 0
    due: Millis = 0
    box: bytes = b""
    """The answer, readable with the PIN alone."""


class SmsOut(Body, frozen=True, kw_only=True):
    """Kind 33: an SMS to send; a kiosk sends a key once ever."""

    key: Id
    to: Phone
    text: Text
    priority: Count = 0
    not_after: Millis = 0


class Config(Body, frozen=True, kw_only=True):
    """Kind 34: settings of one device."""

    unit: Word
    """The code of the unit where the device stands."""
    unit_name: Line = ""
    poll_s: Annotated[int, Meta(ge=1, le=86_400)] = 600
    settings: dict[str, str] = {}


class Master(Body, frozen=True, kw_only=True):
    """Kind 35: one table of master data, whole; a later entry of the same table replaces it."""

    table: Word
    """kelurahan, kategori, unit, status, teks, sms or kalender."""
    rows: list[dict[str, str]]


class Keys(Body, frozen=True, kw_only=True):
    """Kind 36: the server's public keys; signed, as any entry, by the sign key that the reader knows already."""

    sign: Id
    intake: Id
    duty: Id


class Prune(Body, frozen=True, kw_only=True):
    """Kind 37: permission to drop the bodies (never the headers) up to an entry."""

    upto: Id


_TYPES: dict[int, type[Body]] = {
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
S = TypeVar("S", SecretText, SecretPerson)

_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[int, msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(type_) for kind, type_ in _TYPES.items()}


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
    body: Body = strict_json.decode(data, decoder)
    return body


def decode_secret(data: bytes, type_: type[S]) -> S:
    """Decode an opened and unpacked inner seal of a secret report.

    Raises:
        JsonError, FieldError: as for `decode_body`.
    """
    return strict_json.decode(data, msgspec.json.Decoder(type_))
