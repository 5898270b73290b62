"""`kasih-kiosk status` for people."""

from datetime import UTC, datetime
from typing import Final

from kiosk_agent.kiosk import Status
from sync_protocol.states import Enrolment, Sync

_STATES: Final = {
    Enrolment.NEW: "belum selesai didaftarkan",
    Enrolment.PENDING: "menunggu pengesahan admin pusat",
    Enrolment.ACTIVE: "aktif",
    Enrolment.REVOKED: "dicabut pusat (tetap menerima laporan)",
}
_SYNCS: Final = {Sync.IDLE: "menunggu", Sync.EXCHANGE: "sedang bertukar data", Sync.BACKOFF: "gagal, akan diulang"}


def in_words(status: Status) -> str:
    """The lines that the command prints."""
    unit = f"{status.unit_name} ({status.unit})" if status.unit else "belum diketahui"
    lines = [
        ("Kios", f"{_STATES[status.state]}, unit {unit}"),
        ("Siap menerima laporan", "ya" if status.ready else "belum: data pusat belum diterima"),
        ("Antrean", f"{status.queue} laporan" + (f", tertua {_span(status.oldest_s)}" if status.queue else "")),
        ("Laporan", f"{status.filed} di kios, {status.safe} sudah di cadangan pusat"),
        ("Kontak terakhir", _moment(status.last_contact_at)),
        ("Galat terakhir", status.last_error or "tidak ada"),
        ("Pengiriman", _SYNCS[status.sync]),
        ("Modem", status.modem or "tidak ada"),
        ("Disk", f"{status.disk_free_mb} MB bebas"),
        ("Jam", _clock(status.clock_offset_ms)),
        ("Catatan rusak", str(status.rotted)),
    ]
    return "\n".join(f"{name + ':':<23}{says}" for name, says in lines)


def _moment(at_ms: int | None) -> str:
    if at_ms is None:
        return "belum pernah"
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().isoformat(sep=" ", timespec="seconds")


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return "belum dibandingkan dengan pusat"
    return f"berbeda {abs(offset_ms) / 1000:.0f} detik dari pusat"


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes = rest // 60
    parts = [f"{days} hari" if days else "", f"{hours} jam" if hours else "", f"{minutes} menit"]
    return " ".join(part for part in parts if part)
