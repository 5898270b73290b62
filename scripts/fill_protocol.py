# ruff: noqa: E501 - rows of tables
"""Fill the parts of docs/protocol.md that follow from the code: python scripts/fill_protocol.py [--check].

A part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`: the annotated example (from tests/vectors), the tables
of kinds and bodies, the tables of master data and the statuses, the diagrams of the machines, the error codes.
"""

import ast
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import inspect

from scripts import filling
from scripts.draw_states import diagrams
from server.store import master
from sync_protocol import bodies, errors
from sync_protocol.entry import parse_entry
from sync_protocol.kinds import PLAIN, TRANSIENT, Kind
from sync_protocol.number import number_of
from sync_protocol.packing import unpack
from sync_protocol.seal import hpke_open, seal_info

DOCUMENT = PROJECT / "docs" / "protocol.md"
_HEX_A_LINE = 32
_NAMED_PATTERNS = {
    r"^[0-9a-f]{64}\Z": "64 lower-case hex digits",
    r"^[0-9a-f]{32}\Z": "32 lower-case hex digits",
    r"^[0-9]{6,16}\Z": "6 to 16 digits",
    r"^(\+?[0-9]{3,18})?\Z": "empty, or 3 to 18 digits after one `+` at most",
}
_LARGE = {2**53 - 1: "2^53 - 1", -(2**53) + 1: "-2^53 + 1", 2**31: "2^31"}


def document_strings(module: Path) -> dict[tuple[str, str], str]:
    """(class, field) to what stands below the field; (class, "") to the class's own docstring."""
    found: dict[tuple[str, str], str] = {}
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        found[node.name, ""] = ast.get_docstring(node) or ""
        for field, below in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                found[node.name, field.target.id] = str(ast.literal_eval(below.value))
    return found


def _number(value: float | None) -> str:
    return _LARGE.get(int(value), f"{int(value):,}") if value is not None else ""


def _text(type_: inspect.StrType) -> str:
    if type_.pattern is not None:
        return f"text: {_NAMED_PATTERNS[type_.pattern]}"
    return f"text, up to {_number(type_.max_length)} characters" if type_.max_length else "text"


def _struct(type_: inspect.StructType) -> str:
    return f"object, see [{type_.cls.__name__}](#{type_.cls.__name__.lower()})"


def _list(type_: inspect.ListType) -> str:
    most = f" of up to {type_.max_length}" if type_.max_length else ""
    return f"list{most}: {describe(type_.item_type)}"


def describe(type_: inspect.Type) -> str:
    """A field's type and bounds in words."""
    match type_:
        case inspect.StrType():
            return _text(type_)
        case inspect.IntType():
            return f"integer, {_number(type_.ge)} to {_number(type_.le)}"
        case inspect.BoolType():
            return "true or false"
        case inspect.BytesType():
            return "base64 (RFC 4648, section 4, with padding)"
        case inspect.EnumType():
            return "one of " + ", ".join(f"`{value.value}`" for value in type_.cls)
        case inspect.ListType():
            return _list(type_)
        case inspect.DictType():
            return "object of texts by name"
        case inspect.StructType():
            return _struct(type_)
        case inspect.UnionType():
            return (
                " or ".join(describe(one) for one in type_.types if not isinstance(one, inspect.NoneType)) + ", or null"
            )
    raise TypeError(type_)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        return "empty"
    if field.default is msgspec.NODEFAULT:
        return "**required**"
    if field.default in ("", b""):
        return "empty"
    return f"`{json.dumps(field.default)}`"


def table(type_: type[bodies.Body], said: dict[tuple[str, str], str]) -> Iterator[str]:
    """The rows of one body."""
    info = inspect.type_info(type_)
    if not isinstance(info, inspect.StructType):
        raise TypeError(type_)
    yield "| field | type and bounds | if absent | meaning |"
    yield "|---|---|---|---|"
    for field, details in zip(msgspec.structs.fields(type_), info.fields, strict=True):
        meaning = said[type_.__name__, field.name].replace("`SmsOut`", "SMS_OUT").replace("`Query`", "QUERY")
        meaning = meaning.replace("`Answer`", "ANSWER").replace("`Complaint`", "COMPLAINT")
        yield f"| `{field.encode_name}` | {describe(details.type)} | {_default(field)} | {meaning} |"


def body_tables() -> str:
    """Every kind's body."""
    said = document_strings(Path(bodies.__file__))
    lines: list[str] = []
    for kind in Kind:
        type_ = bodies.TYPES.get(kind)
        how = "plain" if kind in PLAIN else "sealed"
        stored = ", never stored" if kind in TRANSIENT else ""
        lines += [f"### {kind.value} {kind.name}", ""]
        if type_ is None:
            lines += [f"({how}{stored}) A chunk of a picture. No JSON; its layout comes with that feature.", ""]
            continue
        summary = said[type_.__name__, ""].partition(": ")[2]
        lines += [
            f"({how}{stored}) {summary[0].upper()}{summary[1:]}".replace("`Query`", "QUERY").replace(
                "`SmsOut`", "SMS_OUT"
            ),
            "",
        ]
        lines += [*table(type_, said), ""]
    for inner in (bodies.Secret, bodies.SecretText, bodies.SecretPerson, bodies.ModemHealth):
        lines += [f"### {inner.__name__}", "", said[inner.__name__, ""].replace("`SecretText`", "[SecretText](#secrettext)").replace("`SecretPerson`", "[SecretPerson](#secretperson)"), "", *table(inner, said), ""]  # fmt: skip
    return "\n".join(lines)


def _master_data() -> dict[str, master.Rows]:
    """The tables as a new centre sends them."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table master (name text primary key, rows text, changed_at integer)")
    master.load_master(connection, 0)
    return {name: master.get_table(connection, name) for name in master.TABLES}


def master_tables() -> str:
    """The columns of each table of master data, and the codes of the statuses."""
    tables = _master_data()
    lines = ["| table | columns of each row |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(f'`{column}`' for column in rows[0])} |" for name, rows in tables.items()]
    lines += ["", "| status | what the resident is told |", "|---|---|"]
    lines += [f"| `{row['kode']}` | {row['label_pelapor']} |" for row in tables["status"]]
    return "\n".join(lines)


def error_table() -> str:
    """The leaves of the error tree."""

    def leaves(family: type[errors.ProtocolError]) -> Iterator[type[errors.ProtocolError]]:
        below = [child for child in family.__subclasses__() if child.__module__ == errors.__name__]
        for child in below:
            yield from leaves(child)
        if not below:
            yield family

    lines = ["| code | meaning |", "|---|---|"]
    lines += [f"| `{leaf.code}` | {leaf.__doc__} |" for leaf in leaves(errors.ProtocolError)]
    return "\n".join(lines)


def _hex(data: bytes) -> Iterator[str]:
    for at in range(0, len(data), _HEX_A_LINE):
        yield data[at : at + _HEX_A_LINE].hex()


def example() -> str:
    """The entry of the vector "a complaint", byte by byte."""
    suite = json.loads((PROJECT / "tests" / "vectors" / "entries.json").read_text())
    vector = next(one for one in suite["vectors"] if one["name"] == "a complaint")
    raw = bytes.fromhex(vector["input"])
    entry = parse_entry(raw)
    intake = X25519PrivateKey.from_private_bytes(bytes.fromhex(suite["setting"]["intake_open_key"]))
    packed = hpke_open(intake, seal_info(entry.header), entry.body)
    parts = [
        ("version 1", raw[0:1]), (f"kind {entry.kind}, a COMPLAINT", raw[1:2]), (f"time, {entry.time_ms} ms = 2026-01-01 12:02 in Kupang", raw[2:8]),
        (f"seq {entry.seq}: the second entry of its log", raw[8:12]), ("to: sealed to the intake key whose SHA-256 begins so", raw[12:16]),
        ("log: SHA-256 of the device's Ed25519 key, 16 bytes of it", raw[16:32]), ("prev: the id of entry 1", raw[32:64]),
        ("body: the encapsulated key of the seal (32 bytes)", entry.body[:32]), (f"body: ciphertext ({len(entry.body) - 48} bytes)", entry.body[32:-16]),
        ("body: tag of the seal (16 bytes)", entry.body[-16:]), ("signature (64 bytes)", entry.signature),
    ]  # fmt: skip
    lines = ["```text"]
    for meaning, data in parts:
        first, *more = _hex(data)
        lines += [f"{first:<66}{meaning}", *more]
    fenced = {
        f"{len(raw)} bytes; in a bundle they follow their length in two bytes, `{len(raw):04x}`. Opened with the private half of "
        f"the intake key, the body is {len(packed)} bytes: codec {packed[0]}, and raw DEFLATE with dictionary 1:": _hex(
            packed
        ),
        "which unpack to": [unpack(packed).decode()],
        "The entry's id, and the number that the resident takes home:": [
            f"id      {entry.id.hex()}",
            f"number  {number_of(entry.id)}",
        ],
    }
    lines.append("```")
    for title, rows in fenced.items():
        lines += ["", title, "", "```text", *rows, "```"]
    return "\n".join(lines)


PARTS: dict[str, Callable[[], str]] = {
    "example": example,
    "bodies": body_tables,
    "master": master_tables,
    "states": diagrams,
    "errors": error_table,
}


def fill(text: str) -> str:
    """The document with its parts as the code has them."""
    return filling.fill(text, PARTS)


if __name__ == "__main__":
    filling.run(DOCUMENT, PARTS, "fill_protocol.py")
