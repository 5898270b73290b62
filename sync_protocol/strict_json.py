"""JSON as the protocol allows it (section 9): checked before and after the typed decoder sees it.

msgspec alone takes the last of duplicate keys, unbounded integers and NUL, and can end the process on deep nesting.
"""

import json
import re
from typing import Any, Final, TypeVar

import msgspec

from sync_protocol.errors import FieldError, JsonError

MAX_DEPTH: Final = 32
_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1
# Possessive, and with the closing quote left open: an unclosed string is read once, not once from each quote in it.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_ESCAPE_TO_CHECK = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")

_ESCAPE: Final = b"\\u"

T = TypeVar("T")


def decode(data: bytes, decoder: msgspec.json.Decoder[T], encoder: msgspec.json.Encoder | None = None) -> T:
    """Decode a body into its declared type; fields that the type does not know are skipped.

    Args:
        encoder: what our own writers use; for a type that bounds its integers. What it would write byte for byte the
            same needs no second look, and that is nearly every body: it costs a quarter of the general way.

    Raises:
        JsonError: not UTF-8 or JSON, deeper than 32, duplicate keys, NUL, lone surrogates, integers beyond 64 bits.
        FieldError: a field is missing, of another type or out of bounds; the message names it.
    """
    _check_depth(data)
    if encoder is not None and (value := _as_written(data, decoder, encoder)) is not None:
        return value
    parse(data)
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise FieldError(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JsonError(str(error)) from None


def _as_written(data: bytes, decoder: msgspec.json.Decoder[T], encoder: msgspec.json.Encoder) -> T | None:
    """The value of a body without escapes that the encoder writes like this; None for any other."""
    if _ESCAPE in data:
        return None
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None  # The general way says what is wrong.
    return value if encoder.encode(value) == data else None


def parse(data: bytes) -> Any:
    """Parse a body of any kind into plain values, under the same rules.

    Raises:
        JsonError: as for `decode`.
    """
    _check_depth(data)
    try:
        value = _parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise JsonError(f"no UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise JsonError(str(error)) from None
    if _ESCAPE_TO_CHECK.search(data):
        _check_strings(value)
    return value


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for byte in _STRINGS.sub(b"", data):
        if byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonError(f"nested deeper than {MAX_DEPTH}")
        elif byte in b"]}":
            depth -= 1


def _check_strings(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise JsonError("NUL or a lone surrogate in a text")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key)
            _check_strings(item)
    elif isinstance(value, list):
        for item in value:
            _check_strings(item)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate keys")
    return fields


def _bounded(digits: str) -> int:
    if len(digits) > 20 or not _MIN_INT <= (value := int(digits)) <= _MAX_INT:
        raise ValueError("an integer beyond 64 bits")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_parse = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_bounded, parse_constant=_refuse).decode
