"""`kasih-kiosk status` for people, in the words of the page /teknisi."""

from typing import Final

from kiosk_agent.kiosk import Status
from kiosk_agent.modem_words import last_step_in_words, trouble_in_words
from kiosk_agent.moments import day_and_time
from sync_protocol.states import Enrolment, Sync

_STATES: Final = {
    Enrolment.NEW: "belum terdaftar",
    Enrolment.PENDING: "menunggu konfirmasi pusat",
    Enrolment.ACTIVE: "terdaftar dan aktif",
    Enrolment.REVOKED: "dicabut oleh pusat; laporan tetap disimpan, tetapi ditahan di pusat",
}
_APPLIED: Final = "sudah mengirim pendaftaran, menunggu konfirmasi pusat"
_SYNCS: Final = {Sync.IDLE: "menunggu", Sync.EXCHANGE: "sedang bertukar data", Sync.BACKOFF: "gagal, akan diulang"}


def in_words(status: Status) -> str:
    """The lines that the command prints."""
    unit = f"{status.unit_name} ({status.unit})" if status.unit else "belum diketahui"
    lines = [
        ("Pendaftaran", f"{_APPLIED if status.applied else _STATES[status.state]}; unit {unit}"),
        ("Siap menerima laporan", "ya" if status.ready else "belum: data dari pusat belum diterima"),
        ("Antrean", _queue(status)),
        ("Laporan", f"{status.filed} di kios, {status.safe} sudah di cadangan pusat"),
        ("Kontak terakhir", _contact(status)),
        ("Percobaan terakhir", f"gagal: {status.last_error}" if status.last_error else "tidak gagal"),
        ("Pengiriman", _SYNCS[status.sync]),
        ("Jam", _clock(status.clock_offset_ms)),
        ("Ruang kosong", f"{status.disk_free_mb:,} MB".replace(",", ".")),
        ("Catatan rusak", str(status.rotted) if status.rotted else "tidak ada"),
        ("Modem", status.modem or "tidak dipasang"),
        *(_sms(status) if status.modem or status.quarantine or status.sms_waiting else []),
    ]
    return "\n".join(f"{name + ':':<23}{says}" for name, says in lines)


def _sms(status: Status) -> list[tuple[str, str]]:
    """What there is to say of SMS; of each modem a line with its card and what was last heard of it."""
    lines = [
        ("SMS menunggu dikirim", str(status.sms_waiting) if status.sms_waiting else "tidak ada"),
        ("SMS disisihkan", str(status.quarantine) if status.quarantine else "tidak ada"),
    ]
    for number, modem in enumerate(status.modems, start=1):
        parts = [modem.port] + ([modem.model] if modem.model else [])
        parts += [f"{modem.signal_dbm} dBm"] if modem.signal_dbm is not None else []
        parts += [f"kartu SIM {modem.slots_used} dari {modem.slots_total}"] if modem.slots_total else []
        parts += [f"diperiksa {day_and_time(modem.last_sweep_ms)}"] if modem.last_sweep_ms else []
        parts += [f"SMS terakhir {day_and_time(modem.last_sms_ms)}"] if modem.last_sms_ms else []
        parts += [f"pulsa Rp{modem.balance:,}".replace(",", ".")] if modem.balance is not None else []
        parts += [f"mulai ulang {modem.resets} kali"] if modem.resets else []
        parts += [f"{modem.unknown_sends} SMS terkirim tanpa jawaban"] if modem.unknown_sends else []
        parts += [trouble_in_words(modem.trouble)] if modem.trouble else []
        parts += [f"langkah terakhir: {step}"] if (step := last_step_in_words(modem)) else []
        lines.append((f"Modem {number}", "; ".join(parts)))
    return lines


def _queue(status: Status) -> str:
    if not status.queue:
        return "tidak ada laporan yang menunggu"
    return f"{status.queue} laporan belum terkirim, tertua {_span(status.oldest_s)}"


def _contact(status: Status) -> str:
    if status.last_contact_at is not None:
        return day_and_time(status.last_contact_at)
    by_stick = f"; kabar pusat lewat stik, dari {day_and_time(status.heard_at)}" if status.heard_at else ""
    return f"belum pernah lewat jaringan{by_stick}"


def _clock(offset_ms: int | None) -> str:
    if offset_ms is None:
        return "selisih dengan pusat belum diketahui"
    seconds = abs(offset_ms) / 1000
    return f"berselisih {f'{seconds:.0f} detik' if seconds < 120 else _span(int(seconds))} dari pusat"


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes = rest // 60
    parts = [f"{size} {name}" for size, name in ((days, "hari"), (hours, "jam"), (minutes, "menit")) if size]
    return " ".join(parts) or "kurang dari semenit"
