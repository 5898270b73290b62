"""Tell a resident at any kiosk how a case stands, to whoever knows its number and its PIN (protocol, QUERY and ANSWER).

A wrong number, a wrong PIN and a locked number look alike. Five wrong PINs lock a number for an hour; a device, which
many residents share, is locked after four times as many.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from server.domain.fold import fits, read_body
from server.errors import DamagedError
from server.store import cases, devices, pin_guesses
from server.store.centre import Centre
from sync_protocol.bodies import Answer, Query
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, Entry, verify_entry, write_entry
from sync_protocol.errors import NumberError, ProtocolError
from sync_protocol.keys import server_log, sign_key
from sync_protocol.kinds import Kind
from sync_protocol.number import parse_number
from sync_protocol.vocabulary import DeviceState

MAX_QUERIES: Final = 4
"""Questions that one bundle may bring; what is over is not heard."""
_DEVICE_FACTOR: Final = 4


def receive_query(centre: Centre, data: bytes) -> bytes | None:
    """Answer the questions in a bundle that brings nothing else; None where no active device of ours asks.

    Raises:
        NotABundleError: no magic.
        StorageError: the disk refuses, so wrong PINs cannot be counted.
    """
    entries, _ = read_bundle(data)
    queries = [entry for entry in entries if entry.kind == Kind.QUERY][:MAX_QUERIES]
    if not queries:
        return None
    log = queries[0].log
    device = centre.read(lambda connection: devices.get_device(connection, log))
    if device is None:
        return None
    asked = [entry for entry in queries if entry.log == log and _is_signed(entry, device["sign"])]
    if not asked:
        return None  # No place in the writer's queue for who only names a log.
    answers = centre.write(lambda connection: answer_queries(connection, centre, device, asked, centre.clock()))
    return write_bundle(answers) if answers else None


def answer_queries(
    connection: sqlite3.Connection, centre: Centre, device: sqlite3.Row, queries: Iterable[Entry], now: int
) -> list[bytes]:
    """The ANSWER to each of a device's verified QUERY entries, for its eyes alone; one that is not active gets none."""
    if device["state"] != DeviceState.ACTIVE:
        return []
    answers = []
    for entry in queries:
        try:
            query = read_body(entry.kind, entry.raw, centre.keys.openers)
        except ProtocolError:
            continue  # Nobody can be answered without the nonce.
        if isinstance(query, Query):
            answers.append(_seal(centre, device, _answer(connection, centre, entry, query, now), now))
    return answers


def _answer(connection: sqlite3.Connection, centre: Centre, entry: Entry, query: Query, now: int) -> Answer:
    """What is told; every outcome but the right PIN is the same."""
    settings = centre.settings
    try:
        number = parse_number(query.number)
    except NumberError:
        return Answer(nonce=query.nonce)
    limits = {
        f"number {number}": settings.lock_after,
        f"device {entry.log.hex()}": settings.lock_after * _DEVICE_FACTOR,
    }
    locked = [pin_guesses.is_locked(connection, subject, limit=most, now=now) for subject, most in limits.items()]
    case = _case_with_pin(connection, centre, number, query.pin)
    opens = case is not None and not any(locked)
    # Whoever repeats on the way what a kiosk asked, now or within a year, must neither lock a number with it nor unlock
    # one; and what a kiosk asked while it was locked, which was not counted, stays unanswered.
    opened_before = pin_guesses.had_opened(connection, entry.id)
    if opened_before is None:
        pin_guesses.remember_question(connection, entry.id, opened=opens, now=now)
        if opens:
            pin_guesses.forget_wrong(connection, f"number {number}")
        elif not any(locked):
            for subject in limits:
                pin_guesses.count_wrong(connection, subject, now=now, until=now + settings.lock_s * 1000)
    if case is None or not opens or opened_before is False:
        return Answer(nonce=query.nonce)
    return Answer(
        nonce=query.nonce,
        found=True,
        status=case["status"],
        unit=case["handler"],
        at=case["changed_at"],
        due=case["due_at"] or 0,
    )


def _case_with_pin(connection: sqlite3.Connection, centre: Centre, number: str, pin: str) -> sqlite3.Row | None:
    """The case that both belong to."""
    found = None
    for case in cases.cases_by_number(connection, number):
        try:
            private = cases.read_private(centre.keys, case)
        except DamagedError:
            continue  # Nobody knows its PIN any more; what else the device sends is stored all the same.
        if fits(private.pin, pin):
            found = case
    return found


def _seal(centre: Centre, device: sqlite3.Row, answer: Answer, now: int) -> bytes:
    return write_entry(
        kind=Kind.ANSWER,
        time_ms=now,
        seq=0,
        log=server_log(centre.keys.sign_public, device["log"]),
        prev=NO_PREV,
        body=answer.encode(),
        signer=centre.keys.sign,
        recipient=device["seal"],
        seal=centre.seal,
    ).raw


def _is_signed(entry: Entry, sign: bytes) -> bool:
    try:
        verify_entry(entry, sign_key(sign))
    except ProtocolError:
        return False
    return True
