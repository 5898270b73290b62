"""Becoming a kiosk of a centre: keys made here, a one-time code, and what the centre answers (section 5)."""

import socket
import sqlite3
from hashlib import sha256

from kiosk_agent.errors import (
    AlreadyEnrolledError,
    CodeMistypedError,
    CodeSpentError,
    CodeUnknownError,
    EnrolError,
    NotReachedError,
    OtherCentreError,
    RefusedError,
)
from kiosk_agent.store import Store, facts
from kiosk_agent.store.device_keys import DeviceKeys, new_device_keys
from kiosk_agent.sync.engine import Outcome
from kiosk_agent.sync.trust import CODE_SPENT
from sync_protocol.bodies import Key
from sync_protocol.errors import CodeError
from sync_protocol.keys import EnrolmentCode, read_code
from sync_protocol.kinds import Kind
from sync_protocol.states import Enrolment
from sync_protocol.vocabulary import MAX_LINE

_FORBIDDEN = 403


def prepare(store: Store, code_typed: str, server: str, keys: DeviceKeys | None = None) -> None:
    """Commit keys, code and address, before anything is sent; safe to repeat with the same code.

    A kiosk that waits takes a new code too. One that knows its centre keeps its address: a new one has yet to prove
    itself there.

    Args:
        keys: made here unless given, as a simulation does.

    Raises:
        CodeMistypedError: the code holds a typing error; nothing was changed.
        AlreadyEnrolledError: this kiosk is enrolled, and was not with this code; nothing was changed.
        OtherCentreError: this kiosk belongs to another centre already; nothing was changed.
        StorageKeyError, NotSavedError: nothing is on the disk.
    """
    try:
        code = read_code(code_typed)
    except CodeError:
        raise CodeMistypedError(
            "Kode pendaftaran salah ketik. Isinya 25 huruf dan angka dalam lima kelompok; periksa lagi satu per satu."
        ) from None
    mark = sha256(code.secret).digest()
    is_of_a_centre = store.pinned is not None or bool(store.in_force(Kind.KEYS))

    def remember(connection: sqlite3.Connection) -> None:
        known = facts.get(connection, facts.CODES) or b""
        facts.put(connection, facts.CODES, known + mark)
        facts.put(connection, facts.FINGERPRINT, code.fingerprint)
        if not is_of_a_centre:
            facts.put(connection, facts.SERVER, server.encode())

    if store.keys is None:
        made = keys or new_device_keys()
        store.enrol(made, _key(made, code), remember)
        return
    if is_of_a_centre and not _names_centre_of(store, code):
        raise OtherCentreError(
            "Kode ini dari pusat lain, sedangkan kios ini sudah terdaftar di pusatnya. Tidak ada yang diubah. "
            "Untuk pindah pusat, pakai folder data baru."
        )
    known = store.fact(facts.CODES) or b""
    if mark in (known[at : at + 32] for at in range(0, len(known), 32)):
        if not is_of_a_centre:
            store.remember(facts.SERVER, server.encode())
        return
    if store.enrolment is Enrolment.ACTIVE:
        raise AlreadyEnrolledError(
            "Kios ini sudah terdaftar dan aktif; kode baru itu tidak dipakai dan tidak ada yang diubah. Untuk pindah "
            "ke unit lain: kirim dulu semua laporan (`kasih-kiosk sync --data FOLDER`), lalu pakai kode itu dengan "
            "folder data baru."
        )
    # The first code did not do, so the same keys are shown once more, with the new one.
    store.append(Kind.KEY, _key(store.device, code), also=lambda connection, _: remember(connection))


def _names_centre_of(store: Store, code: EnrolmentCode) -> bool:
    """Whether a code is of the centre that this kiosk believes; where the note of that has rotted, as the code said."""
    pinned = store.pinned
    if pinned is not None:
        return any(code.matches(bytes.fromhex(key.sign)) for key in pinned.keys)
    return store.fact(facts.FINGERPRINT) in {None, code.fingerprint}


def judge(store: Store, outcome: Outcome, *, is_ready: bool) -> None:
    """Say what came of an enrolment.

    Raises:
        EnrolError: it has not come to its end; the message says what to do.
    """
    error = outcome.error
    if isinstance(error, EnrolError):
        raise error
    if isinstance(error, RefusedError) and error.status == _FORBIDDEN:
        raise CodeUnknownError("Pusat tidak mengenal kode pendaftaran ini. Minta kode baru di pusat.") from error
    if store.enrolment is Enrolment.PENDING:
        raise CodeSpentError(CODE_SPENT)
    if store.enrolment is Enrolment.REVOKED:
        raise EnrolError("Kios ini sudah dicabut oleh pusat. Untuk mendaftar lagi, pakai folder data baru.")
    if error is not None or not is_ready:
        raise NotReachedError(
            f"Pendaftaran belum selesai. {error or 'Pusat belum mengirim semua data.'} Kunci kios sudah dibuat dan "
            "disimpan. Ulangi perintah ini bila jaringan ada, atau pakai stik: `kasih-kiosk bundle export STIK --data "
            "FOLDER`, di pusat `kasih-server bundle import STIK --data FOLDER`, lalu di sini `kasih-kiosk bundle "
            "import STIK --data FOLDER`."
        )


def _key(keys: DeviceKeys, code: EnrolmentCode) -> Key:
    sign, seal = keys.sign_public, keys.seal_public
    return Key(sign=sign.hex(), seal=seal.hex(), name=socket.gethostname()[:MAX_LINE], mac=code.mac(sign, seal).hex())
