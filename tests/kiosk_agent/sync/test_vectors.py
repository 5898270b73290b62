"""The kiosk against the vectors of docs/protocol.md: what it asks for and sends next, and which ANSWER it takes."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk_agent.errors import StrangeReplyError
from kiosk_agent.store import Store, facts, own_log, server_log
from kiosk_agent.store.device_keys import DeviceKeys
from kiosk_agent.sync.ask import read_answer
from kiosk_agent.sync.engine import open_session
from sync_protocol.bodies import Head, Key, Lost, decode_body
from sync_protocol.bundle import read_bundle
from sync_protocol.entry import Entry
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.reply import Pinned, PinnedKey
from tests.kiosk_agent.conftest import START_MS, Ticker
from tests.vectors_of import Logs, each, given, suite

SETTING = suite("requests")["setting"]
LOGS = Logs()
PINNED = Pinned(log=SETTING["server_log"], keys=[PinnedKey(sign=SETTING["server_sign_key"])])
KEYS = DeviceKeys(
    sign=Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SETTING["device_signing_key"])),
    seal=X25519PrivateKey.from_private_bytes(bytes.fromhex(SETTING["device_open_key"])),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of a kiosk with the vectors' keys, which believes their server."""
    opened = Store(tmp_path, clock=Ticker(), wait_s=0)

    def believe(connection: sqlite3.Connection) -> None:
        facts.put(connection, facts.PIN, PINNED.encode())

    opened.enrol(KEYS, Key(sign=KEYS.sign_public.hex(), seal=KEYS.seal_public.hex()), believe)
    yield opened
    opened.close()


def set_up(store: Store, vector: dict[str, Any]) -> None:
    """Put the disk into the state that the vector tells."""
    with store.disk.writing() as connection:
        connection.execute("delete from own")
        for entry in LOGS.all(vector["own"]):
            own_log.insert(connection, entry)
            if entry.kind == Kind.LOST:
                own_log.mark_lost(connection, bytes.fromhex(lost_by(entry)), entry.seq)
        for entry in LOGS.all(vector["rotted"]):
            connection.execute("update own set raw = zeroblob(length(raw)) where id = ?", (entry.id,))
        server_log.insert(connection, LOGS.all(vector["down"]))
        if vector["last_reply"] is not None:
            facts.put(connection, facts.LAST_REPLY, LOGS[vector["last_reply"]].id)
        if vector["input"]:
            (stated,), _ = read_bundle(given(vector))
            facts.put(connection, facts.STATED, stated.raw)
    store.forget()


def lost_by(entry: Entry) -> str:
    body = decode_body(Kind.LOST, unpack(entry.body))
    assert isinstance(body, Lost)
    return body.id


@each("requests")
def test_a_request_is_what_the_vector_says(store: Store, vector: dict[str, Any]) -> None:
    set_up(store, vector)
    session = open_session(store, budget=vector["budget"])
    if vector["after"] == "cut":
        session.cut()
    elif vector["after"] == "403":
        session.unknown()
    (head, *sent), _ = read_bundle(session.request(START_MS))
    body = decode_body(Kind.HEAD, unpack(head.body))
    assert isinstance(body, Head)
    own = [entry for entry in sent if entry.kind != Kind.LOST]
    assert {
        "stands": None if sent != own else LOGS.name(head.prev),
        "have": LOGS.name(body.have),
        "root": LOGS.name(body.root),
        "want": sorted(LOGS.name(wanted) or "" for wanted in body.want),
        "max": body.max,
    } == vector["head"], vector["comment"]
    assert [LOGS.name(entry.id) for entry in own] == vector["entries"], vector["comment"]
    assert [LOGS.name(lost_by(entry)) for entry in sent[len(own) :]] == vector["lost"], vector["comment"]


@each("answers")
def test_an_answer_is_taken_or_passed_over(store: Store, vector: dict[str, Any]) -> None:
    try:
        answer = read_answer(store, given(vector), vector["nonce"])
    except (ProtocolError, StrangeReplyError):
        assert vector["answer"] is None, vector["comment"]
    else:
        assert answer.status == vector["answer"], vector["comment"]
