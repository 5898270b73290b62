"""What makes a form a report: every rule that can turn one away, each with the field and a sentence for people."""

import re
from typing import Final

from kiosk_agent.errors import (
    CharacterError,
    FieldTypeError,
    MissingError,
    PhoneError,
    TooLongError,
    UnknownCodeError,
)
from kiosk_agent.intake.form import Form
from kiosk_agent.intake.master import Master
from sync_protocol.vocabulary import MAX_LINE, MAX_TEXT, SECRET_CATEGORIES, Channel, Identity

MAX_WORD: Final = 40
_MIN_DIGITS, _MAX_DIGITS = 7, 15  # ITU-T E.164
_CHANNELS: Final = frozenset(Channel)
_MAX_ROW: Final = 2**53 - 1
_UNTELLING: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*")
_SIGNS_IN_NUMBERS: Final = re.compile(r"[\s().\-/\u2010-\u2014\u200b-\u200f\u202a-\u202e\u2060]")


def check(form: Form, master: Master) -> Form:
    """Give the form as it will be filed: codes known, texts sound, phone in one notation, identity decided.

    Raises:
        IntakeError: it cannot be filed as it is; says which field is wrong.
    """
    if len(form.ref) != 16:
        raise FieldTypeError("Harus 16 byte.", "ref")
    text = check_text(form.text)
    place = _line(form.place, "place", "Tempat", MAX_LINE)
    name = _line(form.name, "name", "Nama", MAX_LINE)
    _check_codes(form, master)
    phone = normal_phone(form.phone)
    identity = form.identity or _usual_identity(form.category, name, phone)
    if identity is Identity.UNNAMED:
        name = ""  # TANPA NAMA: nobody knows, so it is not sent at all.
    sms_ok = form.sms_ok and bool(phone)
    if identity is Identity.UNNAMED and not sms_ok:
        phone = ""
    if not 0 <= form.row <= _MAX_ROW:
        raise FieldTypeError("Harus bilangan bulat, nol atau lebih.", "row")
    return Form(
        ref=form.ref,
        category=form.category,
        kelurahan=form.kelurahan,
        text=text,
        channel=form.channel,
        place=place,
        identity=identity,
        name=name,
        phone=phone,
        sms_ok=sms_ok,
        accused=form.accused,
        operator=_line(form.operator, "operator", "Operator", MAX_LINE),
        batch=_line(form.batch, "batch", "Batch", MAX_WORD),
        row=form.row,
        sms=form.sms,
        flags=form.flags,
    )


def check_text(text: str) -> str:
    """Check what a resident wrote; it is kept letter for letter.

    Raises:
        IntakeError: empty, too long, or with a character that no text may hold.
    """
    check_characters(text, "text", "Isi laporan")
    if _UNTELLING.fullmatch(text):
        raise MissingError("Isi laporan masih kosong.", "text")
    if len(text) > MAX_TEXT:
        raise TooLongError(f"Isi laporan paling panjang {_number(MAX_TEXT)} huruf, ini {_number(len(text))}.", "text")
    return text


def check_characters(text: str, field: str, label: str) -> None:
    """Refuse NUL and half characters, which no database and no JSON carries.

    Raises:
        CharacterError: there is one.
    """
    if "\0" in text:
        raise CharacterError(f"{label} memuat karakter NUL, yang tidak boleh ada.", field)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise CharacterError(f"{label} memuat karakter rusak (setengah karakter Unicode).", field) from None


def normal_phone(typed: str) -> str:
    """A telephone number as +62..., or as + and another country's code; empty where there is none.

    Raises:
        PhoneError: it cannot be one.
    """
    digits = _SIGNS_IN_NUMBERS.sub("", typed)
    if not digits:
        return ""
    is_international = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+") if digits.startswith("+") else digits
    digits = digits.removeprefix("00") if is_international else digits
    if not digits.isascii() or not digits.isdigit():
        raise PhoneError("Nomor telepon hanya boleh berisi angka, misalnya 081234567890.", "phone")
    if not is_international:
        digits = "62" + digits.removeprefix("62") if digits.startswith("62") else "62" + digits.removeprefix("0")
    if digits.startswith("620"):
        digits = "62" + digits[3:]  # written +62 0812...
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS or digits.startswith("0"):
        raise PhoneError("Nomor telepon tidak lengkap atau terlalu panjang.", "phone")
    return "+" + digits


def _usual_identity(category: str, name: str, phone: str) -> Identity:
    if category in SECRET_CATEGORIES:
        return Identity.SECRET
    return Identity.OPEN if name or phone else Identity.UNNAMED


def _line(value: str, field: str, label: str, longest: int) -> str:
    check_characters(value, field, label)
    value = " ".join(value.split())
    if len(value) > longest:
        raise TooLongError(f"{label} paling panjang {longest} huruf, ini {len(value)}.", field)
    return value


def _check_codes(form: Form, master: Master) -> None:
    for value, field, label in ((form.category, "category", "Kategori"), (form.kelurahan, "kelurahan", "Kelurahan")):
        if not value and not (field == "kelurahan" and form.sms):
            raise MissingError(f"{label} belum diisi.", field)
    if form.category not in master.category_codes:
        raise UnknownCodeError(f"Kategori {shown(form.category)} tidak dikenal.", "category")
    if form.kelurahan and form.kelurahan not in master.kelurahan_codes:
        raise UnknownCodeError(f"Kelurahan {shown(form.kelurahan)} tidak dikenal.", "kelurahan")
    if form.accused and form.accused not in master.unit_codes:
        raise UnknownCodeError(f"Unit {shown(form.accused)} tidak dikenal.", "accused")
    if form.channel not in _CHANNELS:
        raise UnknownCodeError(f"Saluran {shown(form.channel)} tidak dikenal.", "channel")


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def shown(value: str) -> str:
    """A wrong value, short and printable, as a message quotes it."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in value[:MAX_WORD])
    return f"“{printable}…”" if len(value) > MAX_WORD else f"“{printable}”"
