"""How a kiosk's modem is, in words for people who have never seen one."""

from typing import Final

from server.web import formats
from sync_protocol.bodies import ModemHealth

_GOOD_DBM: Final = -85
_FAIR_DBM: Final = -100
_LOW_RUPIAH: Final = 5_000
_TROUBLES: Final = {
    "no-modem": ("Modem tidak ditemukan", "Periksa kabel USB modem di kios."),
    "port-gone": ("Modem terlepas", "Minta kelurahan memasang lagi modemnya."),
    "port-busy": ("Port modem dipakai program lain", "Tutup program bawaan modem di kios."),
    "port-denied": ("Port modem tidak boleh dibuka", "Hubungi teknisi."),
    "same-modem": ("Modem yang sama dipakai lewat dua port", "Periksa pengaturan modem di kios."),
    "sim-missing": ("Kartu SIM tidak ada", "Pasang kartu SIM di modem."),
    "sim-pin": ("Kartu SIM minta PIN", "Matikan PIN kartu SIM lewat ponsel."),
    "sim-puk": ("Kartu SIM terkunci (PUK)", "Buka kuncinya di gerai operator."),
    "sim-rejected": ("Kartu SIM ditolak", "Ganti kartu SIM."),
    "silent": ("Modem tidak menjawab", "Cabut dan pasang lagi modemnya."),
    "desk-refused": ("SMS belum bisa disimpan di disk kios", "Periksa disk kios."),
    "cannot-delete": ("SMS tidak bisa dihapus dari kartu SIM", "Ganti kartu SIM."),
    "cannot-list": (
        "Sebagian tempat SMS tidak bisa dibaca",
        "Cabut dan pasang lagi modemnya; bila menetap, ganti modem.",
    ),
    "denied": ("Jaringan menolak kartu SIM", "Periksa masa aktif kartu SIM."),
    "not-registered": ("Modem belum mendapat jaringan", "Pindahkan modem ke dekat jendela."),
    "no-smsc": ("Nomor pusat SMS operator belum diatur", "Minta teknisi mengaturnya."),
    "no-credit": ("Pulsa habis", "Isi pulsa kartu SIM kios ini. SMS menunggu."),
    "refused": ("Operator menolak SMS keluar walau pulsa cukup", "Periksa masa aktif kartu SIM kios ini."),
    "fault": ("Galat program modem", "Dicoba lagi sendiri; bila menetap, hubungi teknisi."),
}
"""By the stable codes of docs/modem.md: what is wrong, and what to do."""
_REGISTRATIONS: Final = {"searching": "mencari jaringan", "denied": "ditolak jaringan", "none": "tanpa jaringan"}


def modem_words(modem: ModemHealth, now: int, since: int = 0) -> str:
    """One modem in a line, such as Telkomsel, sinyal kuat; SMS terakhir 5 menit yang lalu.

    Args:
        since: when an SMS is known to have come, where that is newer than what the kiosk has said.
    """
    heard_at = min(max(modem.heard, since), now)
    parts = [modem.operator or "operator belum diketahui"]
    if modem.registration in _REGISTRATIONS:
        parts.append(_REGISTRATIONS[modem.registration])
    elif modem.signal is not None:
        parts.append(f"sinyal {signal_words(modem.signal)}")
    heard = f"SMS terakhir {formats.ago(heard_at, now)}" if heard_at > 0 else "belum ada SMS masuk"
    words = f"{', '.join(parts)}; {heard}"
    if modem.balance is not None:
        words += f"; pulsa Rp{formats.number(modem.balance)}"
    return words


def signal_words(dbm: int) -> str:
    """Strong, fair or weak, with the figure for who knows it."""
    strength = "kuat" if dbm >= _GOOD_DBM else "sedang" if dbm >= _FAIR_DBM else "lemah"
    return f"{strength} ({dbm} dBm)"


def modem_remarks_of(modem: ModemHealth) -> list[tuple[bool, str, str]]:
    """What is wrong with it: whether it is a fault, what, and what to do."""
    remarks = []
    if modem.trouble:
        known = _TROUBLES.get(modem.trouble, (f"Modem bermasalah ({modem.trouble})", "Hubungi teknisi."))
        remarks.append((True, *known))
    if modem.slots and modem.used >= modem.slots:
        remarks.append((True, "Kartu SIM penuh", "SMS baru tertahan di operator; hubungi teknisi."))
    if modem.balance is not None and modem.balance < _LOW_RUPIAH and modem.trouble != "no-credit":
        remarks.append((False, f"Pulsa tinggal Rp{formats.number(modem.balance)}", "Isi pulsa kartu SIM kios ini."))
    if modem.unknown:
        sent = f"{modem.unknown} SMS tidak pasti terkirim"
        remarks.append((False, sent, "Bila bertambah, hubungi teknisi."))
    return remarks
