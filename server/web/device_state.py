"""How a device stands, in words that say what to do: green, amber or red, each with its reason."""

import sqlite3
from enum import IntEnum
from typing import Final

from msgspec import Struct

from server.store import codes
from server.store.devices import list_devices
from server.store.sms import count_failed
from server.web import formats
from server.web.modem_words import modem_remarks_of, modem_words
from sync_protocol.bodies import Health, decode_body
from sync_protocol.errors import ProtocolError
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState

SILENT_MS: Final = 24 * 3_600_000
LOST_MS: Final = 72 * 3_600_000
CLOCK_MS: Final = 60_000
LOW_DISK_MB: Final = 500
FAILED_MS: Final = 72 * 3_600_000
"""How long an SMS that failed is shown."""


class Level(IntEnum):
    """How much somebody is needed."""

    FINE = 0
    LOOK = 1
    FAULT = 2


class Remark(Struct, frozen=True):
    """One thing about a device, and what to do."""

    level: Level
    text: str
    advice: str = ""


class DeviceLine(Struct, frozen=True):
    """A device as the page shows it."""

    row: sqlite3.Row
    log: str
    health: Health
    remarks: list[Remark]
    modems: list[str]
    """Each modem in a line of plain words."""

    @property
    def level(self) -> Level:
        """The worst of its remarks. Of a revoked device only what it has sent since needs somebody."""
        if self.row["state"] == DeviceState.REVOKED and not self.row["quarantined"]:
            return Level.FINE
        return max((remark.level for remark in self.remarks), default=Level.FINE)


def device_lines(connection: sqlite3.Connection, now: int) -> list[DeviceLine]:
    """All devices, those that need somebody first."""
    failed = count_failed(connection, now - FAILED_MS)
    lines = [device_line(row, now, failed=failed.get(row["log"], 0)) for row in list_devices(connection)]
    return sorted(lines, key=lambda line: (-line.level, line.row["state"] == DeviceState.REVOKED, line.row["unit"]))


def count_faulty(connection: sqlite3.Connection, now: int) -> int:
    """How many devices need somebody, those that wait for a confirmation or knock included."""
    return codes.count_knocks(connection) + sum(line.level > Level.FINE for line in device_lines(connection, now))


def device_line(row: sqlite3.Row, now: int, *, failed: int = 0) -> DeviceLine:
    """One device with what there is to say about it.

    Args:
        failed: SMS that it could not send lately.
    """
    health = read_health(row["health"])
    remarks = _chain(row)
    if row["state"] != DeviceState.REVOKED:
        remarks = [*_standing(row, now), *remarks, *_machine(row, health), *modem_remarks(health, failed=failed)]
    # HEALTH comes once an hour at most; what came by SMS since tells of a kiosk's only modem.
    since = (row["sms_at"] or 0) if len(health.modems) == 1 else 0
    modems = [modem_words(modem, now, since) for modem in health.modems]
    return DeviceLine(row=row, log=row["log"].hex(), health=health, remarks=remarks, modems=modems)


def read_health(data: str) -> Health:
    """The newest HEALTH, or an empty one where it cannot be read."""
    try:
        body = decode_body(Kind.HEALTH, data.encode())
    except ProtocolError:
        body = None
    return body if isinstance(body, Health) else Health()


def _standing(row: sqlite3.Row, now: int) -> list[Remark]:
    remarks = []
    if row["state"] == DeviceState.PENDING:
        remarks.append(Remark(Level.FAULT, "Menunggu konfirmasi", "Pastikan siapa yang memasangnya, lalu konfirmasi."))
    last = row["last_contact_at"]
    if last is None:
        remarks.append(Remark(Level.LOOK, "Belum pernah menghubungi pusat", "Periksa jaringan atau kirim lewat USB."))
    elif now - last > LOST_MS:
        remarks.append(Remark(Level.FAULT, f"Diam {formats.span(now - last)}", "Hubungi kelurahan atau jemput USB."))
    elif now - last > SILENT_MS:
        remarks.append(Remark(Level.LOOK, f"Diam {formats.span(now - last)}", "Hubungi kelurahan."))
    return remarks


def _chain(row: sqlite3.Row) -> list[Remark]:
    remarks = []
    if row["forked"]:
        remarks.append(
            Remark(
                Level.LOOK,
                "Bercabang: disk kios ini pernah disalin atau dipulihkan",
                "Tidak ada laporan yang hilang. Bila kini ada dua PC, cari mana yang salinan dan daftarkan PC itu"
                " sebagai kios baru. Cabut hanya bila PC dicuri.",
            )
        )
    if row["regressed"]:
        remarks.append(Remark(Level.LOOK, "Pusat pernah mundur", "Kios memegang kabar yang hilang dari pusat."))
    if row["holes"]:
        remarks.append(Remark(Level.FAULT, f"{row['holes']} catatan belum sampai", "Diminta lagi pada kontak berikut."))
    if row["lost"]:
        remarks.append(Remark(Level.FAULT, f"{row['lost']} catatan hilang di kios", "Periksa disk kios."))
    if row["quarantined"]:
        held = f"{row['quarantined']} catatan dikarantina"
        revoked = "Dikirim sesudah kios dicabut. Konfirmasi kios hanya bila PC-nya kembali dan isinya laporan warga."
        release = revoked if row["state"] == DeviceState.REVOKED else "Konfirmasi kios untuk melepas."
        remarks.append(Remark(Level.FAULT, held, release))
    if row["troubles"]:
        unread = f"{row['troubles']} catatan tidak terbaca"
        remarks.append(Remark(Level.FAULT, unread, "Periksa versi program kios."))
    if row["unsealed"]:
        bare = f"{row['unsealed']} catatan dikirim tanpa segel"
        remarks.append(Remark(Level.FAULT, bare, "Isinya dapat dibaca di jalan. Perbaiki atau ganti program kios."))
    if row["skipped"]:
        wrong = f"{row['skipped']} kiriman bertanda tangan salah"
        remarks.append(Remark(Level.LOOK, wrong, "Mungkin rusak di jalan; bila bertambah, periksa jaringannya."))
    return remarks


def _machine(row: sqlite3.Row, health: Health) -> list[Remark]:
    remarks = []
    offset = row["clock_offset_ms"]
    if offset is not None and abs(offset) > CLOCK_MS:
        way = "lambat" if offset > 0 else "cepat"
        remarks.append(Remark(Level.LOOK, f"Jam {way} {formats.span(offset)}", "Ganti baterai CMOS, setel jam."))
    if health.rotted:
        remarks.append(Remark(Level.FAULT, f"{health.rotted} catatan rusak di kios", "Ganti disk."))
    if health.disk_free_mb and health.disk_free_mb < LOW_DISK_MB:
        remarks.append(Remark(Level.FAULT, f"Sisa disk {health.disk_free_mb} MB", "Kosongkan disk dari berkas lain."))
    return remarks


def modem_remarks(health: Health, *, failed: int) -> list[Remark]:
    """What is wrong with the modems of a device."""
    remarks = [
        Remark(Level.FAULT if is_fault else Level.LOOK, text, advice)
        for modem in health.modems
        for is_fault, text, advice in modem_remarks_of(modem)
    ]
    if failed:
        remarks.append(Remark(Level.LOOK, f"{failed} SMS gagal terkirim", "Rinciannya di riwayat tiap laporan."))
    if health.quarantine:
        held = f"{health.quarantine} SMS dikarantina di kios"
        remarks.append(Remark(Level.LOOK, held, "Lihat sebabnya di halaman teknisi kios itu."))
    return remarks
