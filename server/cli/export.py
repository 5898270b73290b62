"""`export`: cases, entries or events as JSON lines."""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, Final

import click

from server.cli.group import data_option, fail, json_anyway, json_line, output
from server.control import perform
from server.domain.deadlines import wita
from server.domain.fold import Private
from server.errors import DamagedError
from server.store import cases, events, ledger
from server.store.centre import DATABASE, Reader
from server.store.keys import CentreKeys, load_keys
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import Identity

Facts = dict[str, Any]
_Rows = Callable[[Connection, CentreKeys, bool], Iterator[Facts]]


@click.command()
@data_option
@click.option(
    "--what",
    type=click.Choice(["cases", "entries", "events"]),
    default="cases",
    show_default=True,
    help="Pengaduan, entri buku besar, atau peristiwa.",
)
@json_anyway
@click.option("--with-text", is_flag=True, help="Sertakan isi, nama dan telepon, sejauh pusat dapat membacanya.")
def export(data: Path, what: str, *, with_text: bool) -> None:
    """Keluarkan data sebagai baris JSON, satu baris satu data."""
    perform(data, "fold", {})
    keys = load_keys(data)
    reader = Reader(data / DATABASE)
    rows: _Rows = _ROWS[what]
    out = sys.stdout
    if isinstance(out, TextIOWrapper):
        out.reconfigure(encoding="utf-8")  # JSON lines are UTF-8, whatever the terminal's locale says.

    def write(connection: Connection) -> int:
        damaged = 0
        for facts in rows(connection, keys, with_text):
            out.write(json_line(facts) + "\n")
            damaged += facts.get("damaged", False)
        return damaged

    try:
        with output(may_end=True):
            damaged = reader.read(write)
            out.flush()
    finally:
        reader.close()
    if damaged:
        fail(f"isi {damaged} laporan rusak dan tidak ikut; kasih-server verify menyebut yang mana")


def _cases(connection: Connection, keys: CentreKeys, with_text: bool) -> Iterator[Facts]:  # noqa: FBT001
    for row in cases.all_cases(connection):
        facts = {
            "number": row["number"],
            "entry": row["id"].hex(),
            "log": row["log"].hex(),
            "channel": row["channel"],
            "unit": row["unit"],
            "category": row["category"],
            "kelurahan": row["kelurahan"],
            "identity": row["identity"],
            "accused": row["accused"],
            "flags": row["flags"].split(),
            "status": row["status"],
            "handler": row["handler"],
            "claimed_at": _time(row["claimed_at"]),
            "filed_at": _time(row["filed_at"]),
            "arrived_at": _time(row["arrived_at"]),
            "changed_at": _time(row["changed_at"]),
        }
        yield facts | _private(keys, row) if with_text else facts


def _private(keys: CentreKeys, row: Row) -> Facts:
    try:
        private = cases.read_private(keys, row)
    except DamagedError:
        return {"damaged": True}
    if row["identity"] == Identity.SECRET:  # Whatever stands outside its seals: its number is there for the SMS alone.
        private = Private(is_sealed=private.is_sealed)
    return {
        "text": private.text,
        "place": private.place,
        "name": private.name,
        "phone": private.phone,
        "sealed": private.is_sealed,
    }


def _entries(connection: Connection, keys: CentreKeys, with_text: bool) -> Iterator[Facts]:  # noqa: ARG001, FBT001
    for row in ledger.all_entries(connection):
        yield {
            "n": row["n"],
            "entry": row["id"].hex(),
            "log": row["log"].hex(),
            "seq": row["seq"],
            "prev": row["prev"].hex(),
            "kind": _KINDS.get(row["kind"], str(row["kind"])),
            "rooted": bool(row["rooted"]),
            "quarantined": bool(row["quarantined"]),
            "received_at": _time(row["received_at"]),
            "raw": b64encode(row["raw"]).decode(),
        }


def _events(connection: Connection, keys: CentreKeys, with_text: bool) -> Iterator[Facts]:  # noqa: ARG001, FBT001
    for row in events.all_events(connection):
        yield {
            "n": row["n"],
            "at": _time(row["at"]),
            "entry": row["case_id"].hex() if row["case_id"] else None,
            "type": row["type"],
            "actor": row["actor"],
            "data": json.loads(row["data"]),
            "hash": row["hash"].hex(),
        }


def _time(at_ms: int) -> str | None:
    """ISO 8601 in WITA; None where a clock was known to be wrong."""
    return wita(at_ms).isoformat(timespec="milliseconds") if at_ms else None


_KINDS: Final = {kind.value: kind.name for kind in Kind}
_ROWS: Final[dict[str, _Rows]] = {
    "cases": _cases,
    "entries": _entries,
    "events": _events,
}
