"""Master data of the city: units, kelurahan, categories, statuses, texts, calendar.

`load_master` brings the tables of `server/data/` into a new database. Later `put_table` alone changes one, and an event
says so.
"""

import csv
import io
import json
import pkgutil
import sqlite3
from hashlib import sha256
from string import Formatter
from typing import Final

from server.store.events import append_event

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
CHANGED: Final = "master-changed"
"""The event that a table says something else from now on; like the founding, it names `digests` as `master`."""
_FIRST_KEYWORD: Final = "KOTKUPANG"
"""What the texts of earlier builds called the keyword of every city."""
_EVERY_KELURAHAN = "KEL-*"
_HEALTH_OFFICE = "DINKES"
_DISTRICTS_OFFICE = "BAG-ORG"


def load_master(connection: sqlite3.Connection, now: int) -> None:
    """Fill the master data of a new database."""
    for name in TABLES:
        _store(connection, name, _units() if name == "unit" else _read(*_SOURCES[name]), now)
    _store(connection, SHORT_NAMES, _read(*_SHORT_NAMES), now)


def put_table(connection: sqlite3.Connection, name: str, rows: Rows, now: int, *, actor: str) -> None:
    """Replace a table of master data, whole; the event, in the caller's transaction, tells it from an alteration.

    Args:
        actor: who changes it (`append_event`).
    """
    _store(connection, name, rows, now)
    append_event(connection, at=now, type=CHANGED, actor=actor, data={"master": {name: digests(connection)[name]}})


def renew_texts(connection: sqlite3.Connection, now: int, *, actor: str) -> None:
    """Let the SMS of a folder that an earlier build founded name the keyword that is set.

    Only where its texts are word for word what that build brought: what else a table says is never stated as ours.
    """
    ours = _read(*_SOURCES["sms"])
    earlier = [row | {"templat": row["templat"].replace("{kata}", _FIRST_KEYWORD)} for row in ours]
    if get_table(connection, "sms") == earlier:
        put_table(connection, "sms", ours, now, actor=actor)


def _store(connection: sqlite3.Connection, name: str, rows: Rows, now: int) -> None:
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
    """How events name what the tables of master data say: by table, the SHA-256 of its rows."""
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
