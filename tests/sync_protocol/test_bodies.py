"""Bodies: what is written is what is read, and nothing else is."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol import bodies
from sync_protocol.errors import FieldError, JsonError, ProtocolError
from sync_protocol.kinds import PLAIN, TRANSIENT, Kind
from sync_protocol.vocabulary import MAX_LINE, MAX_TEXT, Identity

letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
line = st.text(letters, max_size=MAX_LINE)
an_id = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(
    text=st.text(letters, max_size=300),
    place=line,
    name=line,
    phone=st.from_regex(r"\A(\+?[0-9]{3,18})?\Z"),
    identity=st.sampled_from(Identity),
    sms_ok=st.booleans(),
    pin=st.from_regex(r"\A[0-9]{6,16}\Z"),
    row=st.integers(0, 2**53 - 1),
    sms=st.lists(an_id, max_size=3),
    secret=st.none() | st.builds(bodies.Secret, text=st.binary(max_size=50), person=st.binary(max_size=50)),
)
def test_a_complaint_is_read_as_it_was_written(**fields: object) -> None:
    written = bodies.Complaint(category="KES", kelurahan="53.71.01.1001", **fields)  # type: ignore[arg-type]
    assert bodies.decode_body(Kind.COMPLAINT, written.encode()) == written


def test_fields_with_their_default_are_left_out() -> None:
    assert bodies.Head().encode() == b"{}"
    written = bodies.Complaint(category="KES", kelurahan="1", pin="123456").encode()
    assert written == b'{"category":"KES","kelurahan":"1","pin":"123456"}'


def test_the_longest_complaint_fits_into_an_entry() -> None:
    full = bodies.Complaint(
        category="x" * 40,
        kelurahan="x" * 40,
        pin="1" * 16,
        text="\U0001f621" * MAX_TEXT,
        place="\U0001f621" * MAX_LINE,
        name="\U0001f621" * MAX_LINE,
        operator="\U0001f621" * MAX_LINE,
        sms=["0" * 64] * 255,
    ).encode()
    assert len(full) < 65_536
    assert bodies.decode_body(Kind.COMPLAINT, full) is not None


def test_every_kind_but_blob_has_a_declared_body() -> None:
    for kind in Kind:
        if kind == Kind.BLOB:
            continue
        with pytest.raises(FieldError):
            bodies.decode_body(kind, b"[]")


def test_a_blob_and_an_unknown_kind_are_not_decoded() -> None:
    assert bodies.decode_body(Kind.BLOB, b"\xff\xd8") is None
    assert bodies.decode_body(99, b'{"a":1}') is None
    with pytest.raises(JsonError):
        bodies.decode_body(99, b"\xff")


@given(st.sampled_from(Kind), st.binary(max_size=80))
def test_any_bytes_of_any_kind_decode_or_raise_our_error(kind: Kind, data: bytes) -> None:
    try:
        bodies.decode_body(kind, data)
    except ProtocolError:
        pass


scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=70) | an_id
field_names = sorted(
    {field.encode_name for type_ in bodies.Body.__subclasses__() for field in msgspec.structs.fields(type_)}
)


@given(
    st.sampled_from(Kind),
    st.dictionaries(
        st.sampled_from(field_names),
        scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=3), scalars, max_size=2),
        max_size=6,
    ),
)
def test_any_object_of_known_fields_decodes_within_bounds_or_raises_our_error(
    kind: Kind, fields: dict[str, object]
) -> None:
    try:
        body = bodies.decode_body(kind, json.dumps(fields).encode())
    except ProtocolError:
        return
    if body is not None:
        again = body.encode()
        assert bodies.decode_body(kind, again) == body


def test_the_error_names_the_field() -> None:
    with pytest.raises(FieldError, match=r"\$\.pin"):
        bodies.decode_body(Kind.COMPLAINT, b'{"category":"KES","kelurahan":"1","pin":"x"}')


def test_parts_of_a_secret_report_are_decoded_under_the_same_rules() -> None:
    written = bodies.SecretText(text="isi", place="di sini", accused="KEL-ALAK")
    assert bodies.decode_secret(written.encode(), bodies.SecretText) == written
    person = bodies.SecretPerson(name="Maria", phone="+628123")
    assert bodies.decode_secret(person.encode(), bodies.SecretPerson) == person
    with pytest.raises(FieldError):
        bodies.decode_secret(b'{"phone":"abc"}', bodies.SecretPerson)
    with pytest.raises(JsonError):
        bodies.decode_secret(b'{"text":"a","text":"b"}', bodies.SecretText)


def test_what_is_never_stored_and_what_is_sealed_is_as_the_protocol_says() -> None:
    assert {Kind.HEAD, Kind.QUERY, Kind.ANSWER} == TRANSIENT
    assert {Kind.COMPLAINT, Kind.NOTE, Kind.QUERY, Kind.STATUS, Kind.SMS_OUT, Kind.ANSWER}.isdisjoint(PLAIN)
    assert {Kind.HEAD, Kind.KEY, Kind.CLOCK, Kind.LOST, Kind.CONFIG, Kind.MASTER, Kind.KEYS, Kind.PRUNE} == PLAIN
