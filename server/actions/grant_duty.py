"""Give the duty key to a sworn officer: by somebody who holds it, or with the recovery key."""

import json
import sqlite3

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.actions.sign_in import checked
from server.domain.recovery_key import read_recovery_key
from server.domain.roles import Role
from server.errors import GrantRefusedError, NoGrantError, RecoveryKeyError, SealBrokenError
from server.store import duty, users
from server.store.centre import Centre
from server.store.events import append_event, newest_key_event
from server.store.passwords import key_hash, open_user_key


def grant_duty(centre: Centre, name: str, *, by: str, password: str) -> None:
    """Pass the duty key on. It is in the clear only while this runs.

    Raises:
        LoginRefusedError: as for `sign_in`; a wrong password counts as one there.
        NoGrantError: `by` does not hold the key.
        SealBrokenError: the grant of `by` was altered.
        UnknownUserError, GrantRefusedError: nobody whom it can be given to.
    """
    found = checked(centre, by, password)
    sealed = centre.read(lambda connection: duty.find_grant(connection, found.viewer.id))
    if sealed is None:
        raise NoGrantError(f"{found.viewer.name} tidak memegang kunci tugas, jadi tidak dapat memberikannya.")
    duty_key = duty.open_grant(open_user_key(found.key, password), sealed, centre.keys.duty_public)
    _give(centre, name, duty_key, actor=found.viewer.name, means="password")


def grant_by_recovery(centre: Centre, name: str, *, typed: str, actor: str) -> None:
    """Give the duty key with the recovery key from the paper, where nobody holds it any more.

    Raises:
        RecoveryKeyError: mistyped, or the key of another centre.
        NoGrantError: the database holds no grant to a recovery key.
        UnknownUserError, GrantRefusedError: nobody whom it can be given to.
    """
    recovery = X25519PrivateKey.from_private_bytes(read_recovery_key(typed))
    sealed = centre.read(lambda connection: duty.find_grant(connection, None))
    if sealed is None:
        raise NoGrantError("Izin untuk kunci pemulihan tidak ada di basis data ini. Beri tahu admin.")
    try:
        duty_key = duty.open_grant(recovery, sealed, centre.keys.duty_public)
    except SealBrokenError:
        raise RecoveryKeyError("Kunci pemulihan ini bukan milik pusat ini. Periksa kertasnya.") from None
    _give(centre, name, duty_key, actor=actor, means="recovery")


def _give(centre: Centre, name: str, duty_key: X25519PrivateKey, *, actor: str, means: str) -> None:
    now = centre.clock()

    def give(connection: sqlite3.Connection) -> None:
        user = users.find_user(connection, name)
        _check_receiver(connection, user)
        sealed = duty.seal_grant(duty_key, user["seal"])
        duty.add_grant(connection, user=user["id"], sealed=sealed)
        data = {"user": user["name"], "means": means, "grant": duty.grant_hash(sealed)}
        append_event(connection, at=now, type="duty-granted", actor=actor, data=data)

    centre.write(give)


def _check_receiver(connection: sqlite3.Connection, user: sqlite3.Row) -> None:
    """Who knows a one-time password could open a grant to its key pair, so the officer's own password comes first."""
    name = user["name"]
    if user["role"] != Role.PETUGAS:
        raise GrantRefusedError(f"Kunci tugas hanya untuk peran petugas; peran {name} adalah {user['role']}.")
    if user["unit"]:
        raise GrantRefusedError(
            f"Kunci tugas hanya untuk petugas yang tidak terikat satu unit; {name} terikat unit {user['unit']}."
        )
    if user["disabled"]:
        raise GrantRefusedError(f"Akun {name} sudah ditutup.")
    if user["must_change"]:
        raise GrantRefusedError(
            f"{name} masih memakai kata sandi sekali pakai. Minta {name} masuk dan menggantinya dulu."
        )
    if duty.find_grant(connection, user["id"]) is not None:
        raise GrantRefusedError(f"{name} sudah memegang kunci tugas.")
    _check_key(connection, user)


def _check_key(connection: sqlite3.Connection, user: sqlite3.Row) -> None:
    """The key is to go to the pair that the history names; an event of an earlier version does not state it."""
    event = newest_key_event(connection, user["name"])
    if event is None or json.loads(event["data"]).get("seal", key_hash(user["seal"])) != key_hash(user["seal"]):
        raise GrantRefusedError(
            f"Kunci milik {user['name']} tidak sama dengan yang tercatat di riwayat, mungkin ditukar orang."
            " Tidak ada yang diberikan. Jalankan: kasih-server verify."
        )
