"""Whom this kiosk believes, and what to tell a person where that is not the centre of the enrolment code."""

from typing import Final

from kiosk_agent.errors import CodeSpentError, OtherCentreError
from kiosk_agent.store import Store, facts
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.errors import NoHeadError, OtherServerError
from sync_protocol.kinds import Kind
from sync_protocol.reply import Pinned, find_server

CODE_SPENT: Final = (
    "Kode pendaftaran sudah pernah dipakai atau sudah kedaluwarsa. Minta admin pusat mengonfirmasi kios ini, lalu "
    "jalankan `kasih-kiosk sync --data FOLDER`; atau minta kode baru dan jalankan `kasih-kiosk enrol` lagi dengannya."
)


def pinned_of(store: Store, data: bytes) -> Pinned:
    """Whom the kiosk believes already, else whom this reply brings.

    Raises:
        NotABundleError: something else answered.
        NoHeadError: the reply brings no keys at all.
        OtherCentreError: it brings those of another centre.
        CodeSpentError: it brings no keys, so the centre waits for an admin (as far as an unproven reply tells).
    """
    pinned = store.pinned
    if pinned is not None:
        return pinned
    device, fingerprint = store.device.log, store.fact(facts.FINGERPRINT) or b""
    stored = store.in_force(Kind.KEYS)  # Some are there where only the note of them has rotted.
    source = write_bundle(entry.raw for entry in stored) if stored else data
    try:
        return find_server(source, device, fingerprint)
    except OtherServerError:
        raise OtherCentreError("Yang menjawab bukan pusat yang mencetak kode pendaftaran ini.") from None
    except NoHeadError:
        if any(entry.kind == Kind.HEAD for entry in read_bundle(source)[0]):
            raise CodeSpentError(CODE_SPENT) from None
        raise
