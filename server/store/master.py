"""Master data of the city: units, kelurahan, categories, statuses, texts, calendar.

`load_master` brings the tables of `server/data/` into a new database.
"""

import csv
import io
import json
import pkgutil
import sqlite3
from hashlib import sha256
from string import Formatter
from typing import Final

Rows = list[dict[str, str]]

TABLES: Final = ("kelurahan", "kategori", "unit", "status", "teks", "sms", "kalender")
"""What kiosks get, in this order."""
_SOURCES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "kelurahan": (
        "kelurahan.csv",
        ("kode_kemendagri", "kode_kecamatan", "kecamatan", "kelurahan", "alias", "puskesmas_pengampu"),
    ),
    "kategori": (
        "kategori.csv",
        ("kode", "nama", "opd_bawaan", "sla_verifikasi_hk", "sla_tindak_lanjut_hk", "kata_kunci"),
    ),
    "status": ("status.csv", ("kode", "label_pelapor", "padanan_sp4n", "open311", "jam_sla", "dipicu_oleh")),
    "teks": ("teks_ui.csv", ("id", "layar", "bahasa_indonesia")),
    "sms": ("sms_balasan.csv", ("id", "peristiwa", "templat")),
    "kalender": ("kalender_2025_2027.csv", ("tanggal", "jenis", "nama")),
}
SHORT_NAMES: Final = "nama_sms"
"""What units and statuses are called in an SMS; the centre's own table, kiosks do not get it."""
_SHORT_NAMES: Final = ("nama_sms.csv", ("kode", "nama_sms"))
_EVERY_KELURAHAN = "KEL-*"
_HEALTH_OFFICE = "DINKES"
_DISTRICTS_OFFICE = "BAG-ORG"


def load_master(connection: sqlite3.Connection, now: int) -> None:
    """Fill the master data of a new database."""
    for name in TABLES:
        put_table(connection, name, _units() if name == "unit" else _read(*_SOURCES[name]), now)
    put_table(connection, SHORT_NAMES, _read(*_SHORT_NAMES), now)


def put_table(connection: sqlite3.Connection, name: str, rows: Rows, now: int) -> None:
    """Replace a table of master data, whole."""
    connection.execute(
        "insert into master (name, rows, changed_at) values (:name, :rows, :now)"
        " on conflict (name) do update set rows = excluded.rows, changed_at = excluded.changed_at",
        {"name": name, "rows": json.dumps(rows, ensure_ascii=False, separators=(",", ":")), "now": now},
    )


def get_table(connection: sqlite3.Connection, name: str) -> Rows:
    """The rows of a table of master data."""
    row = connection.execute("select rows from master where name = :name", {"name": name}).fetchone()
    rows: Rows = json.loads(row[0]) if row else []
    return rows


def digests(connection: sqlite3.Connection) -> dict[str, str]:
    """How the founding event names what the tables of master data say: by table, the SHA-256 of its rows."""
    rows = connection.execute("select name, rows from master")
    return {row["name"]: sha256(row["rows"].encode()).hexdigest() for row in rows}


def unit_names(connection: sqlite3.Connection) -> dict[str, str]:
    """The names of all units by their codes."""
    return {row["code"]: row["name"] for row in get_table(connection, "unit")}


def sms_templates(connection: sqlite3.Connection) -> dict[str, str]:
    """The texts of SMS by id: the city's, and ours where its table has none yet or one that cannot be filled."""
    ours = {row["id"]: row["templat"] for row in _read(*_SOURCES["sms"])}
    theirs = {row["id"]: row["templat"] for row in get_table(connection, "sms")}
    usable = {name: text for name, text in theirs.items() if _fields(text) <= _fields(ours.get(name, ""))}
    return ours | usable


def _fields(template: str) -> set[str]:
    """What a template wants to be filled in; of one that is no template something that nobody gives."""
    try:
        return {field for _, field, _, _ in Formatter().parse(template) if field is not None}
    except ValueError:
        return {template}


def short_names(connection: sqlite3.Connection) -> dict[str, str]:
    """What units and statuses are called in an SMS, by code."""
    rows = [*_read(*_SHORT_NAMES), *get_table(connection, SHORT_NAMES)]
    return {row["kode"]: row["nama_sms"] for row in rows}


def _read(file: str, columns: tuple[str, ...]) -> Rows:
    text = (pkgutil.get_data("server", f"data/{file}") or b"").decode("utf-8")
    return [{column: row[column] for column in columns} for row in csv.DictReader(io.StringIO(text))]


def _units() -> Rows:
    """Offices, puskesmas and the kelurahan, each with its superior."""
    offices = [
        _unit(row["kode"], row["nama"], _DISTRICTS_OFFICE if row["jenis"] == "kecamatan" else "", row["jenis"])
        for row in _read("opd.csv", ("kode", "nama", "jenis"))
        if row["kode"] != _EVERY_KELURAHAN
    ]
    clinics = [
        _unit(row["kode_internal"], row["nama"], _HEALTH_OFFICE, "puskesmas")
        for row in _read("puskesmas.csv", ("kode_internal", "nama"))
    ]
    villages = [
        _unit(
            f"KEL-{row['kode_kemendagri']}",
            f"Kelurahan {row['kelurahan']}",
            f"KEC-{row['kecamatan'].upper().replace(' ', '-')}",
            "kelurahan",
        )
        for row in _read("kelurahan.csv", ("kode_kemendagri", "kelurahan", "kecamatan"))
    ]
    return offices + clinics + villages


def _unit(code: str, name: str, parent: str, kind: str) -> dict[str, str]:
    return {"code": code, "name": name, "parent": parent, "kind": kind}
