"""Reports as JSON lines, for scripts: one object a line, its fields named as in `kasih-kiosk file --help`."""

import json
import re
from typing import Final

import msgspec
from msgspec import Struct

from kiosk_agent.errors import FieldTypeError, IntakeError, LineError, MissingError, RefUsedError, UnknownCodeError
from kiosk_agent.intake.checks import check_characters, shown
from kiosk_agent.intake.form import Filed, Form
from kiosk_agent.intake.intake import Intake
from kiosk_agent.intake.master import Master
from sync_protocol import strict_json
from sync_protocol.errors import FieldError, JsonError
from sync_protocol.vocabulary import Channel, Identity

MAX_LINE: Final = 262_144
"""Bytes of a line: 4,000 characters of text, each written as two \\u escapes, need 48,000."""

_FIELD_NAMES: Final = {"accused": "accused_unit"}
_TYPES: Final = {"str": "teks", "bool": "true atau false", "int": "bilangan bulat", "object": "objek {…}"}
_PATH: Final = re.compile(r"`\$\.?([^`]*)`$")
_NO_JSON: Final = "baris ini bukan JSON yang benar"
_REASONS: Final = {
    "NUL": "baris ini memuat karakter NUL atau setengah karakter Unicode",
    "nested deeper": "baris ini memuat terlalu banyak tingkat",
}
_AT: Final = re.compile(r"\(char (\d+)\)$")
_CONSTANT: Final = re.compile(r"^(NaN|-?Infinity) is not JSON$")
_MISSING: Final = re.compile(r"missing required field `([^`]*)`")
_UNKNOWN: Final = re.compile(r"contains unknown field `([^`]*)`")
_EXPECTED: Final = re.compile(r"Expected `([^`|]*)")


class Line(Struct, forbid_unknown_fields=True, kw_only=True):
    """One line. A field that does not exist is refused: `identitas` for `identity` would make a secret report open."""

    text: str
    category: str
    kelurahan: str
    """A name, an alias or a code, in any case."""
    place: str | None = None
    identity: str | None = None
    name: str | None = None
    phone: str | None = None
    sms_ok: bool | None = None
    accused_unit: str | None = None
    channel: str | None = None
    ref: str | None = None


class Answer(Struct, frozen=True):
    """What a filed line is answered with."""

    number: str
    pin: str
    entry: str
    """The entry's id in hex."""


_DECODER: Final = msgspec.json.Decoder(Line)


def file_line(intake: Intake, data: bytes, ref: bytes) -> Answer:
    """File one line.

    Args:
        ref: 16 random bytes, for a line that names none itself.

    Raises:
        IntakeError: it cannot be filed as it is; the message names the field.
        NotSavedError: it is not on the disk.
    """
    line = read_line(data)
    _, master = intake.needed()
    try:
        filed = intake.file(_form(intake, line, master, ref))
    except IntakeError as error:
        if error.field:
            raise type(error)(f"{_FIELD_NAMES.get(error.field, error.field)}: {error}", error.field) from None
        raise
    if filed.differs:
        raise RefUsedError("ref: sudah dipakai untuk laporan lain; laporan ini tidak disimpan", "ref")
    return answer(filed)


def answer(filed: Filed) -> Answer:
    """Say what a report became."""
    return Answer(number=filed.number, pin=filed.pin, entry=filed.entry_id.hex())


def read_line(data: bytes) -> Line:
    """Read a line's JSON.

    Raises:
        IntakeError: it is not the JSON of a report; the message names the field where there is one.
    """
    if len(data) > MAX_LINE:
        raise LineError(f"baris terlalu panjang (paling banyak {MAX_LINE} byte)")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LineError(f"baris bukan UTF-8 (byte ke-{error.start + 1})") from None
    try:
        return strict_json.decode(data, _DECODER)
    except JsonError as error:
        raise _json_error(data, str(error)) from None
    except FieldError as error:
        raise _field_error(str(error)) from None


def _json_error(data: bytes, reason: str) -> IntakeError:
    """Say what is wrong with a line that our rules for JSON refuse; of a bad character, in which field."""
    if reason.startswith("NUL"):
        try:
            _check_line(json.loads(data))
        except IntakeError as error:
            return error
    if reason == "duplicate keys":
        key = _key_twice(data)
        return LineError(f"baris ini memuat kolom yang sama dua kali: {shown(key)}")
    return LineError(next((says for start, says in _REASONS.items() if reason.startswith(start)), _no_json(reason)))


def _no_json(reason: str) -> str:
    """Say where a line stops being JSON, as far as the parser knows it."""
    if found := _AT.search(reason):
        return f"{_NO_JSON} (huruf ke-{int(found[1]) + 1})"
    if found := _CONSTANT.search(reason):
        return f"{_NO_JSON} ({found[1]} bukan angka JSON)"
    return _NO_JSON


def _key_twice(data: bytes) -> str:
    """The first field that a line holds twice."""
    twice: list[str] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        names = [name for name, _ in pairs]
        twice.extend(name for at, name in enumerate(names) if name in names[:at])

    json.loads(data, object_pairs_hook=look)
    return twice[0]


def _check_line(fields: object) -> None:
    """Find the field that holds a character which no text may hold.

    Raises:
        CharacterError: this one.
    """
    if not isinstance(fields, dict):
        return
    for field, value in fields.items():
        if isinstance(value, str) and field in Line.__struct_fields__:
            check_characters(value, field, f"{field}: isinya")


def _field_error(reason: str) -> IntakeError:
    if found := _MISSING.search(reason):
        return MissingError(f"{found[1]}: wajib diisi", found[1])
    if found := _UNKNOWN.search(reason):
        return FieldTypeError(f"{shown(found[1])}: kolom ini tidak dikenal")
    path, expected = _PATH.search(reason), _EXPECTED.search(reason)
    says = f"harus {_TYPES.get(expected[1].strip(), expected[1])}" if expected else "isinya tidak benar"
    if path is None or not path[1]:
        return LineError(f"baris {says}")
    return FieldTypeError(f"{path[1]}: {says}", path[1])


def _form(intake: Intake, line: Line, master: Master, ref: bytes) -> Form:
    return Form(
        ref=intake.ref_of(line.ref) if line.ref else ref,
        category=line.category.strip().upper(),
        kelurahan=_kelurahan(line.kelurahan, master),
        text=line.text,
        channel=line.channel or Channel.KIOSK,
        place=line.place or "",
        identity=_identity(line.identity),
        name=line.name or "",
        phone=line.phone or "",
        sms_ok=line.sms_ok or False,
        accused=(line.accused_unit or "").strip(),
    )


def _kelurahan(typed: str, master: Master) -> str:
    code = master.find_kelurahan(typed)
    if code is None:
        similar = master.similar_kelurahan(typed)
        hint = f" Maksudnya {similar}?" if similar else ""
        raise UnknownCodeError(f"Kelurahan {shown(typed)} tidak dikenal.{hint}", "kelurahan")
    return code


def _identity(typed: str | None) -> Identity | None:
    if not typed:
        return None
    try:
        return Identity(typed)
    except ValueError:
        raise UnknownCodeError(
            f"{shown(typed)} tidak dikenal; pilih open, anonymous, secret atau unnamed.", "identity"
        ) from None
