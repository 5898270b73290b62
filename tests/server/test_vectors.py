"""The centre against the vectors of docs/protocol.md: who is let in, and what a request is answered with."""

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.actions.enrol_device import read_claim
from server.actions.receive_bundle import Received, receive_bundle
from server.actions.store_entries import store_entries
from server.store import codes, devices
from server.store.centre import Centre, open_centre
from server.store.keys import FILE_NAME
from sync_protocol.bodies import Answer, decode_body
from sync_protocol.bundle import read_bundle
from sync_protocol.errors import NotABundleError, ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.reply import Pinned, PinnedKey, read_reply
from sync_protocol.seal import key_tag, open_body
from tests.peers import START_MS
from tests.server.conftest import UNIT
from tests.vectors_of import Logs, check, each, given, suite

SETTING = suite("keys")["setting"]
LOGS = Logs()
DEVICE_LOG, DEVICE_KEY = bytes.fromhex(SETTING["device_log"]), bytes.fromhex(SETTING["device_sign_key"])
DEVICE_OPEN = X25519PrivateKey.from_private_bytes(bytes.fromhex(SETTING["device_open_key"]))
DEVICE_SEAL = DEVICE_OPEN.public_key().public_bytes_raw()
PINNED = Pinned(log=SETTING["server_log"], keys=[PinnedKey(sign=SETTING["server_sign_key"])])


@pytest.fixture(scope="module")
def named(founded, tmp_path_factory):
    """A centre whose keys are those of the vectors."""
    data = Path(shutil.copytree(founded, tmp_path_factory.mktemp("vectors") / "centre"))
    own = {"sign": SETTING["server_signing_key"], "intake": [SETTING["intake_open_key"]]}
    (data / FILE_NAME).write_text(json.dumps(json.loads((data / FILE_NAME).read_text()) | own))
    opened = open_centre(data, clock=lambda: START_MS, threads=False)
    yield opened
    opened.close()


@pytest.fixture
def blank(named):
    """It knows no device and has given out no code."""

    def forget(connection):
        for table in ("entry", "down", "missing", "tombstone", "device", "enrol_code", "knock"):
            connection.execute(f"delete from {table}")

    named.write(forget)
    return named


def standing(centre: Centre) -> str | None:
    device = centre.read(lambda c: devices.get_device(c, DEVICE_LOG))
    return None if device is None else str(device["state"])


@each("keys")
def test_a_key_is_refused_or_lets_its_device_stand_where_the_vector_says(blank, vector):
    def give_out(connection):
        for code in vector["codes"]:
            expires_at = START_MS - 1 if code["is"] == "expired" else START_MS + 1
            secret = bytes.fromhex(code["secret"])
            row = codes.add_code(connection, secret=secret, unit=UNIT, now=START_MS - 2, expires_at=expires_at)
            if code["is"] == "used":
                codes.use_code(connection, row, log=bytes(16), now=START_MS - 1)

    blank.write(give_out)
    (entry,), _ = read_bundle(given(vector))
    received = receive_bundle(blank, given(vector), via="http")
    try:
        read_claim(entry)
    except ProtocolError as error:
        check(vector, error.code)
        assert not blank.read(codes.list_knocks)
    else:
        check(vector, "ok")
        assert [row["log"] for row in blank.read(codes.list_knocks)] == [DEVICE_LOG] * (vector["state"] is None)
    assert standing(blank) == vector["state"]
    assert received.stored == (vector["state"] is not None)


def set_up(centre: Centre, vector) -> None:
    """Let the device stand as the vector says, with these entries in its log and in the centre's log for it."""

    def write(connection):
        devices.add_device(
            connection, log=DEVICE_LOG, sign=DEVICE_KEY, seal=DEVICE_SEAL, name="", unit=UNIT, state=vector["state"], now=START_MS
        )  # fmt: skip
        device = devices.get_device(connection, DEVICE_LOG)
        assert device is not None
        store_entries(connection, device, LOGS.all(vector["holds"]), head=None, now=START_MS)
        connection.executemany(
            "insert into down (device, seq, id, prev, kind, made_at, raw) values (?, ?, ?, ?, ?, ?, ?)",
            [(DEVICE_LOG, one.seq, one.id, one.prev, one.kind, 0, one.raw) for one in LOGS.all(vector["log"])],
        )

    centre.write(write)


def status_of(received: Received) -> int:
    """What the sync API makes of it (tests/server/sync_api)."""
    if not received.known_log:
        return 403
    return 204 if received.reply is None else 200


@each("exchanges")
def test_a_request_is_answered_as_the_vector_says(blank, vector):
    set_up(blank, vector)
    try:
        received = receive_bundle(blank, given(vector), via="http")
    except NotABundleError:
        assert vector["status"] == 400
        return
    assert status_of(received) == vector["status"], vector["comment"]
    if received.reply is None:
        return
    reply, _ = read_reply(received.reply, PINNED)
    body, stands = reply.head.body, reply.head.stands
    device = blank.read(lambda c: devices.get_device(c, DEVICE_LOG))
    assert body.state == vector["state"]
    assert {
        "stands": LOGS.name(stands.id) if stands.seq else None,
        "have": LOGS.name(body.have),
        "root": LOGS.name(body.root),
        "want": sorted(LOGS.name(wanted) or "" for wanted in body.want),
        "entries": [LOGS.name(entry.id) for entry in reply.entries],
        "answers": [nonce_of(entry) for entry in reply.transient],
        "regressed": bool(device["regressed"]),
    } == vector["reply"], vector["comment"]


def nonce_of(entry) -> str:
    opened = open_body(entry.to, entry.header, entry.body, {key_tag(DEVICE_SEAL): DEVICE_OPEN})
    body = decode_body(Kind.ANSWER, unpack(opened))
    assert isinstance(body, Answer)
    return body.nonce
