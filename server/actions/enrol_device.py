"""Let a device in that shows a KEY, and send it what it needs to work (protocol, section 5, Enrolment)."""

import sqlite3

from msgspec import Struct

from server.actions.announce_status import status_of
from server.actions.issue_code import code_name
from server.actions.send_settings import send_settings
from server.store import cases, codes, devices, ledger
from server.store.centre import Centre
from server.store.down import append_down
from server.store.events import append_event
from sync_protocol.bodies import Key, Keys, decode_body
from sync_protocol.entry import Entry, verify_entry
from sync_protocol.errors import FieldError
from sync_protocol.keys import device_log, seal_key, sign_key
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.states import DEVICE, Device, DeviceEvent, move

ACTOR = "kios"


class Claim(Struct, frozen=True):
    """A KEY whose signature holds: whoever sent it has the private half."""

    log: bytes
    sign: bytes
    seal: bytes
    name: str
    mac: bytes | None


def read_claim(entry: Entry) -> Claim:
    """Check a KEY against itself: it names the key that signed it and that names its log.

    Raises:
        ProtocolError: it does not, or a key in it proves nothing.
    """
    body = decode_body(Kind.KEY, unpack(entry.body))
    if not isinstance(body, Key):
        raise FieldError("not a KEY")
    sign, seal = bytes.fromhex(body.sign), bytes.fromhex(body.seal)
    key = sign_key(sign)
    if device_log(sign) != entry.log:
        raise FieldError("the KEY names another key than that of its log")
    verify_entry(entry, key)
    return Claim(entry.log, sign, seal_key(seal), body.name, bytes.fromhex(body.mac) if body.mac else None)


def admit(connection: sqlite3.Connection, centre: Centre, claim: Claim, now: int) -> bool:
    """Enter a device that is not known yet, or let in one that waits. False: no code explains it, it only knocked."""
    device = devices.get_device(connection, claim.log)
    state = Device(device["state"]) if device else Device.UNKNOWN
    code = code_of(connection, claim, now)
    if code is None:
        if device is None:
            codes.knock(connection, log=claim.log, sign=claim.sign, seal=claim.seal, name=claim.name, now=now)
        return device is not None
    good = code.used_at is None and now <= code.expires_at
    event = DeviceEvent.KEY_WITH_CODE if good else DeviceEvent.KEY_WITH_SPENT_CODE
    if (state, event) not in DEVICE:
        return True  # The same KEY once more, or a device that an admin has to decide about.
    used = code_name(centre.keys, code.secret) if good else ""
    enter(connection, centre, claim, state=move(DEVICE, state, event), unit=code.unit, now=now, actor=ACTOR, code=used)
    if good:
        codes.use_code(connection, code.id, log=claim.log, now=now)
    return True


def code_of(connection: sqlite3.Connection, claim: Claim, now: int) -> codes.Code | None:
    """The code that whoever sent this KEY was given, good or spent."""
    if claim.mac is None:
        return None
    return codes.find_code(connection, sign=claim.sign, seal=claim.seal, mac=claim.mac, now=now)


def enter(
    connection: sqlite3.Connection,
    centre: Centre,
    claim: Claim,
    *,
    state: Device,
    unit: str,
    now: int,
    actor: str,
    code: str = "",
) -> int:
    """Write a device down in a state; an active one gets what it needs, and its quarantined entries are let out.

    Gives the number of entries let out.

    Args:
        code: the name (`code_name`) of the one that is used up by this, if any.
    """
    if devices.get_device(connection, claim.log) is None:
        devices.add_device(
            connection,
            log=claim.log,
            sign=claim.sign,
            seal=claim.seal,
            name=claim.name,
            unit=unit,
            state=state,
            now=now,
        )
    else:
        devices.set_state(connection, claim.log, state, unit)
    codes.take_knock(connection, claim.log)
    append_event(
        connection,
        at=now,
        type=f"device-{state}",
        actor=actor,
        data={"log": claim.log.hex(), "unit": unit, "name": claim.name} | ({"code": code} if code else {}),
    )
    if state is not Device.ACTIVE:
        return 0
    send_enrolment(connection, centre, claim.log, now)
    return ledger.release(connection, claim.log)


def send_enrolment(connection: sqlite3.Connection, centre: Centre, log: bytes, now: int) -> None:
    """Put into the log for a device: our keys first, its settings and master data, the open cases of its unit."""
    device = devices.get_device(connection, log)
    if device is None:
        return
    keys = Keys(
        sign=centre.keys.sign_public.hex(),
        intake=centre.keys.intake_public.hex(),
        duty=centre.keys.duty_public.hex(),
    )
    append_down(connection, centre, device, Kind.KEYS, keys, now)
    send_settings(connection, centre, device, now)
    for case in cases.open_cases_of(connection, device["unit"]):
        append_down(connection, centre, device, Kind.STATUS, status_of(case), now)
