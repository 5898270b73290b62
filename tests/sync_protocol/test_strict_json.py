"""JSON as the protocol allows it."""

import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import strict_json
from sync_protocol.bodies import Complaint
from sync_protocol.errors import JsonError, ProtocolError

letters = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | letters
)
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(letters, below, max_size=4), max_leaves=20
)
anything = msgspec.json.Decoder(Any)
complaint = msgspec.json.Decoder(Complaint)
bodies = st.builds(
    lambda text, row, rest: {"category": "AIR", "kelurahan": "53", "pin": "123456", "text": text, "row": row} | rest,
    st.text(max_size=10),
    st.sampled_from([0, 1, 2**53 - 1, 2**53, 2**63, 2**64, -1]),
    st.dictionaries(st.sampled_from(["name", "sms_ok", "unknown", "secret", "sms"]), values, max_size=3),
)


def outcome(data: bytes, encoder: msgspec.json.Encoder | None) -> object:
    try:
        return strict_json.decode(data, complaint, encoder)
    except ProtocolError as error:
        return type(error), str(error)


@given(values, st.booleans())
def test_allowed_values_come_out_as_they_went_in(value: object, escaped: bool) -> None:
    data = json.dumps(value, ensure_ascii=escaped).encode()
    assert strict_json.parse(data) == value
    assert strict_json.decode(data, anything) == value


@given(st.binary(max_size=100) | st.text(alphabet='{}[]":,\\u0dD8 1e-', max_size=60).map(str.encode))
def test_any_bytes_are_json_or_raise_our_error(data: bytes) -> None:
    try:
        strict_json.decode(data, anything)
    except ProtocolError:
        pass


@given(values, st.integers(0, 10_000), st.integers(1, 255))
def test_json_with_one_byte_changed_is_json_or_raises_our_error(value: object, at: int, change: int) -> None:
    data = bytearray(json.dumps(value).encode())
    data[at % len(data)] ^= change
    try:
        strict_json.decode(bytes(data), anything)
    except ProtocolError:
        pass


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_the_depth_limit_is_exact(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    strict_json.parse(opening * 31 + b"[]" + closing * 31)
    with pytest.raises(JsonError, match="deeper"):
        strict_json.parse(opening * 32 + b"[]" + closing * 32)


@given(st.text(alphabet='[]{}"\\a', max_size=120))
def test_brackets_inside_texts_are_not_counted(text: str) -> None:
    data = json.dumps([text] * 3).encode()
    assert strict_json.parse(data) == [text] * 3


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 33 + b'"' + b'\\"' * 32_000,
        b'"' + b'\\"a' * 21_000 + b"[" * 33,
        b"[" * 33 + b'"' + b"\\" * 65_000,
        b"[" * 33 + b'"a",' * 16_000,
        b"[" * 65_000,
        b'{"a":' * 13_000,
        b'{"a":' + b"9" * 65_000 + b"}",
        b'{"a":1e' + b"9" * 65_000 + b"}",
        b'"' + b"\\u0000" * 10_000 + b'"',
    ],
    ids=lambda data: data[:12].decode(),
)
def test_no_body_costs_more_than_a_moment(hostile: bytes) -> None:
    start = time.process_time()
    try:
        strict_json.parse(hostile)
    except JsonError:
        pass
    assert time.process_time() - start < 1


@given(bodies, st.booleans(), st.sampled_from([None, (",", ":")]))
def test_the_quick_look_at_what_we_write_ourselves_decides_nothing_else(
    body: dict[str, object], escaped: bool, separators: tuple[str, str] | None
) -> None:
    data = json.dumps(body, ensure_ascii=escaped, separators=separators).encode("utf-8", "surrogatepass")
    assert outcome(data, msgspec.json.Encoder()) == outcome(data, None)


@given(st.text(max_size=20), st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 4))
def test_the_quick_look_sees_every_change(text: str, at: int, put: bytes, cut: int) -> None:
    data = Complaint(category="AIR", kelurahan="53", pin="123456", text=text, row=7).encode()
    at %= len(data)
    data = data[:at] + put + data[at + cut :]
    assert outcome(data, msgspec.json.Encoder()) == outcome(data, None)


@pytest.mark.parametrize(
    "fields", [b'"pin":"123456","pin":"1234567"', b'"pin":"123456","text":"\\u0000"', b'"pin":"123456","row":1,"row":2']
)
def test_the_quick_look_lets_nothing_doubtful_through(fields: bytes) -> None:
    data = b'{"category":"AIR","kelurahan":"53",' + fields + b"}"
    with pytest.raises(JsonError):
        strict_json.decode(data, complaint, msgspec.json.Encoder())
