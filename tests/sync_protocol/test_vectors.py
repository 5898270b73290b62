"""The committed vectors: another implementation runs the same files (docs/protocol.md says how)."""

import json
import subprocess
import sys
import zlib
from hashlib import sha256
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync_protocol import keys, number, receipt
from sync_protocol.bodies import decode_body
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import Entry, parse_entry, verify_entry
from sync_protocol.errors import BadSignatureError, ProtocolError
from sync_protocol.packing import unpack
from sync_protocol.reply import Pinned, PinnedKey, find_server, read_reply
from sync_protocol.seal import key_tag, open_body
from tests.vectors_of import VECTORS, check, each, given, suite

SETTING = suite("entries")["setting"]
DEVICE_KEY = keys.sign_key(bytes.fromhex(SETTING["device_sign_key"]))
DEVICE_LOG = bytes.fromhex(SETTING["device_log"])
PINNED = Pinned(log=SETTING["server_log"], keys=[PinnedKey(sign=SETTING["server_sign_key"])])
INTAKE = X25519PrivateKey.from_private_bytes(bytes.fromhex(SETTING["intake_open_key"]))
OPEN_KEYS = {key_tag(INTAKE.public_key().public_bytes_raw()): INTAKE}


def read_entry(raw: bytes) -> tuple[Entry, bytes]:
    """The steps of a reader, in the order that the protocol gives them: the entry and its JSON."""
    entry = parse_entry(raw)
    if entry.log != DEVICE_LOG:
        raise BadSignatureError("no key is known for this log")
    verify_entry(entry, DEVICE_KEY)
    body = unpack(open_body(entry.to, entry.header, entry.body, OPEN_KEYS))
    decode_body(entry.kind, body)
    return entry, body


@each("entries")
def test_an_entry_is_read_or_refused_where_the_vector_says(vector: dict[str, Any]) -> None:
    try:
        entry, body = read_entry(given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert entry.id.hex() == vector.get("id", entry.id.hex())
    assert body.decode("latin-1") == vector.get("body", body.decode("latin-1"))


@each("packed")
def test_a_packed_body_is_unpacked_or_refused(vector: dict[str, Any]) -> None:
    try:
        data = unpack(given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert (len(data), sha256(data).hexdigest()) == (vector["size"], vector["sha256"])


@each("bodies")
def test_a_body_is_decoded_or_refused(vector: dict[str, Any]) -> None:
    try:
        decode_body(vector["kind"], given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")


@each("sign_keys")
def test_a_signing_key_is_taken_or_refused(vector: dict[str, Any]) -> None:
    try:
        keys.sign_key(given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")


@each("seal_keys")
def test_a_sealing_key_is_taken_or_refused(vector: dict[str, Any]) -> None:
    try:
        keys.seal_key(given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")


def test_numbers_are_read_in_every_way_of_writing_and_no_mistake_passes() -> None:
    listed = suite("numbers")["vectors"]
    wrong = [vector["name"] for vector in listed if outcome_of_number(vector) != vector["expect"]]
    assert not wrong
    assert len(listed) > 10 * 31 + 45  # Each wrong symbol and each swap of one number is among them.


def outcome_of_number(vector: dict[str, Any]) -> str:
    try:
        written = number.parse_number(vector["text"])
    except ProtocolError as error:
        return error.code
    if "id" in vector and number.number_of(bytes.fromhex(vector["id"])) != written:
        return "another number than its id gives"
    return "ok" if written == vector["number"] else f"read as {written}"


@each("pins")
def test_a_pin_follows_from_its_ref(vector: dict[str, Any]) -> None:
    assert number.pin_of(given(vector)) == vector["pin"]
    assert number.pin_of(given(vector), 16) == vector["long_pin"]


@each("codes")
def test_an_enrolment_code_is_read_or_refused(vector: dict[str, Any]) -> None:
    try:
        code = keys.read_code(vector["text"])
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert (code.secret.hex(), code.fingerprint.hex()) == (vector["secret"], vector["fingerprint"])
    assert code.matches(bytes.fromhex(SETTING["server_sign_key"]))
    device_seal = X25519PrivateKey.from_private_bytes(bytes.fromhex(SETTING["device_open_key"])).public_key()
    assert code.mac(bytes.fromhex(SETTING["device_sign_key"]), device_seal.public_bytes_raw()).hex() == vector["mac"]


@each("receipts")
def test_a_receipt_is_verified_with_the_device_key_alone(vector: dict[str, Any]) -> None:
    try:
        read = receipt.read_receipt(vector["text"])
        if read.log != DEVICE_LOG:
            raise BadSignatureError("no key is known for this log")
        verify_receipt(read)
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert (read.number, read.id.hex()) == (vector["number"], vector["id"])


def verify_receipt(read: receipt.Receipt) -> None:
    try:
        DEVICE_KEY.verify(read.signature, read.message)
    except InvalidSignature:
        raise BadSignatureError("a receipt that its device did not sign") from None


@each("bundles")
def test_a_bundle_gives_its_entries_and_counts_the_rest(vector: dict[str, Any]) -> None:
    try:
        entries, reader = read_bundle(given(vector))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert [entry.id.hex() for entry in entries] == vector["entries"]
    assert (reader.malformed, reader.rest) == (vector["malformed"], vector["rest"])


@each("replies")
def test_a_reply_counts_only_with_a_head_of_the_pinned_server_for_this_device(vector: dict[str, Any]) -> None:
    try:
        reply, _ = read_reply(given(vector), PINNED)
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert [entry.id.hex() for entry in reply.entries] == vector["entries"]
    assert (len(reply.transient), reply.skipped) == (vector["transient"], vector["skipped"])
    assert reply.head.body.have == vector["have"]


@each("servers")
def test_a_new_device_finds_the_server_that_its_code_names(vector: dict[str, Any]) -> None:
    try:
        pinned = find_server(given(vector), DEVICE_LOG, bytes.fromhex(vector["fingerprint"]))
    except ProtocolError as error:
        check(vector, error.code)
        return
    check(vector, "ok")
    assert pinned == PINNED


def test_every_error_code_that_a_reader_can_meet_has_a_vector() -> None:
    def leaves(family: type[ProtocolError]) -> set[str]:
        below = [leaves(child) for child in family.__subclasses__() if child.__module__ == family.__module__]
        return set().union(*below) if below else {family.code}

    met = {
        vector["expect"]
        for path in VECTORS.glob("*.json")
        for vector in json.loads(path.read_text()).get("vectors", [])
    }
    assert leaves(ProtocolError) <= met


def test_the_committed_vectors_are_what_the_script_makes() -> None:
    if SETTING["zlib"] != zlib.ZLIB_RUNTIME_VERSION:
        pytest.skip(f"made with zlib {SETTING['zlib']}; this is {zlib.ZLIB_RUNTIME_VERSION}, which may pack otherwise")
    script = VECTORS.parents[1] / "scripts" / "build_vectors.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
