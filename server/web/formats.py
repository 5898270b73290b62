"""How times, spans and counts are written for people: Bahasa Indonesia, Kupang's clock."""

from typing import Final

from server.domain.deadlines import wita
from server.domain.flags import Flag

_DAYS: Final = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
_UNITS: Final = ((86_400, "hari"), (3_600, "jam"), (60, "menit"))
_FIRST_LINE = 160


def day(at_ms: int) -> str:
    """Such as Sen, 23 Nov 2026."""
    moment = wita(at_ms)
    return f"{_DAYS[moment.weekday()]}, {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def clock(at_ms: int) -> str:
    """Such as 14.35."""
    return f"{wita(at_ms):%H.%M}"


def moment(at_ms: int) -> str:
    """Such as Sen, 23 Nov 2026 14.35 WITA."""
    return f"{day(at_ms)} {clock(at_ms)} WITA"


def iso(at_ms: int) -> str:
    """For the `datetime` attribute of a time element."""
    return wita(at_ms).isoformat(timespec="seconds")


def span(ms: int) -> str:
    """Such as 2 jam 5 menit: the two greatest units; below a minute, seconds."""
    seconds = abs(ms) // 1000
    if seconds < 60:
        return f"{seconds} detik"
    parts = []
    for size, name in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
        elif parts:
            break
    return " ".join(parts[:2])


def ago(at_ms: int, now_ms: int) -> str:
    """Such as 3 jam yang lalu."""
    if now_ms - at_ms < 60_000:
        return "baru saja"
    count, unit = span(now_ms - at_ms).split()[:2]
    return f"{count} {unit} yang lalu"


def days_left(days: int, due_ms: int, now_ms: int) -> str:
    """What remains to a deadline, in working days; on a Sunday nothing is due before the next working day."""
    if days < 0:
        return f"lewat {-days} hari kerja"
    if days > 0:
        return f"{days} hari kerja lagi"
    return "hari ini" if wita(due_ms).date() == wita(now_ms).date() else "hari kerja berikutnya"


def number(value: int) -> str:
    """With a point between thousands."""
    return f"{value:,}".replace(",", ".")


def room(megabytes: int) -> str:
    """Free space on a disk, such as 76 GB."""
    return f"{number(megabytes // 1000)} GB" if megabytes >= 1000 else f"{megabytes} MB"


def first_line(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _FIRST_LINE else line[: _FIRST_LINE - 1].rstrip() + "…"


CHANNELS: Final = {
    "kios": "Kios",
    "sms": "SMS",
    "batch_lurah": "Buku lurah",
    "usb": "USB",
    "web": "Web",
    "tatap_muka": "Tatap muka",
    "telepon": "Telepon",
    "surat": "Surat",
    "whatsapp": "WhatsApp",
    "facebook": "Facebook",
    "lapor_sp4n": "SP4N-LAPOR!",
}
IDENTITIES: Final = {"open": "TERBUKA", "anonymous": "ANONIM", "secret": "RAHASIA", "unnamed": "TANPA NAMA"}
FLAGS: Final = {
    Flag.HELD: "ditahan",
    Flag.EMERGENCY: "darurat",
    Flag.INCOMPLETE: "SMS belum utuh",
    Flag.DRAFT: "draf",
    Flag.GUESSED_CATEGORY: "kategori tebakan",
    Flag.GUESSED_KELURAHAN: "kelurahan tebakan",
}
DAMAGED: Final = "(isi rusak: jalankan kasih-server verify)"
"""In place of words that were altered in the database."""
UNKNOWN_PLACE: Final = "belum diketahui"
ROLES: Final = {
    "admin": "Admin pusat",
    "petugas": "Petugas tersumpah",
    "opd": "Pejabat penghubung",
    "auditor": "Pemeriksa",
}
FILTERS = {
    "tanggal": day,
    "jam": clock,
    "waktu": moment,
    "iso": iso,
    "lama": span,
    "lalu": ago,
    "angka": number,
    "ruang": room,
    "awal": first_line,
    "kanal": lambda code: CHANNELS.get(code, code),
    "identitas": lambda code: IDENTITIES.get(code, code),
    "peran": lambda code: ROLES.get(code, code),
}
