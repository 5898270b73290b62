"""A secret report as a kiosk seals it, and a centre whose first grant can be opened; shared by the tests of both."""

import sqlite3
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from server.actions.found_centre import Founded, found_centre
from server.domain.recovery_key import read_recovery_key
from server.domain.roles import Role, Viewer
from server.store import duty, users
from server.store.centre import Centre
from server.store.events import append_event
from server.store.passwords import key_hash
from sync_protocol.bodies import Secret, SecretPerson, SecretText
from sync_protocol.entry import Entry
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info, hpke_seal
from sync_protocol.vocabulary import Identity
from tests.peers import START_MS, Peer

TEXT = "Lurah meminta uang dua juta untuk surat tanah"
PLACE = "Kantor lurah, loket kedua"
NAME = "Adolfina Rahasia"
PHONE = "+6281234500777"
ACCUSED = "DINKES"


class SecretCentre(Struct, frozen=True):
    """A new centre's folder, and what its founder was shown."""

    data: Path
    founded: Founded


def found(data: Path) -> SecretCentre:
    """Found a centre and keep what is shown once."""
    return SecretCentre(data, found_centre(data, clock=lambda: START_MS - 86_400_000))


def duty_key(centre: Centre, founded: Founded) -> X25519PrivateKey:
    """The duty key, by the recovery key."""
    recovery = X25519PrivateKey.from_private_bytes(read_recovery_key(founded.recovery_key))
    sealed = centre.read(lambda connection: duty.find_grant(connection, None))
    assert sealed is not None
    return duty.open_grant(recovery, sealed, centre.keys.duty_public)


def secret_body(log: bytes, duty_public: bytes, *, accused: str = ACCUSED, text: str = TEXT) -> Secret:
    """The two inner seals (protocol, section 8)."""
    said = SecretText(text=text, place=PLACE, accused=accused).encode()
    who = SecretPerson(name=NAME, phone=PHONE).encode()
    return Secret(
        text=hpke_seal(duty_public, duty_info(log, "text"), pack(said)),
        person=hpke_seal(duty_public, duty_info(log, "person"), pack(who)),
    )


def file_secret(peer: Peer, secret: Secret) -> Entry:
    """File a secret report at a kiosk."""
    return peer.complain("", category="PGL", identity=Identity.SECRET, secret=secret)


def add_officer(
    centre: Centre,
    key: X25519PrivateKey | None,
    one: users.NewUser,
    *,
    name: str,
    unit: str = "",
    role: str = "petugas",
) -> Viewer:
    """Add a user with the password of another, whose hashing took its time, and give them the duty key, if any.

    All of it stands in the events, though not in the way of one who belongs to a unit or has another role: such a grant
    can only be one from an earlier version.
    """
    person = users.NewUser(
        name=name, full_name="", role=Role(role), unit=unit, password=one.password, key=one.key, must_change=False
    )

    def add(connection: sqlite3.Connection) -> int:
        user = users.insert_user(connection, person, START_MS)
        data = {"user": name, "role": role, "unit": unit, "seal": key_hash(one.key.public)}
        append_event(connection, at=START_MS, type="user-added", actor="test", data=data)
        if key is not None:
            sealed = duty.seal_grant(key, one.key.public)
            duty.add_grant(connection, user=user, sealed=sealed)
            data = {"user": name, "means": "test", "grant": duty.grant_hash(sealed)}
            append_event(connection, at=START_MS, type="duty-granted", actor="test", data=data)
        return user

    user = centre.write(add)
    return Viewer(id=user, name=name, role=Role(role), unit=unit)
