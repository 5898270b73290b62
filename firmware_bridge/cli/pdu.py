"""`kasih-modem decode` and `encode`: PDUs in hex to JSON objects and back, a line each."""

import binascii
import json
import sys
from collections.abc import Iterator
from typing import IO, Any, Final

import click

from firmware_bridge.cli.pdu_from_json import from_object
from firmware_bridge.cli.pdu_to_json import to_object
from firmware_bridge.errors import PduError
from firmware_bridge.pdu import decode_pdu, encode_pdu

MAX_LINE: Final = 65_536
"""Octets of a line. A PDU has at most 176, which are 352 digits; its object in JSON hardly more than 3,000."""


@click.command()
@click.option("--no-smsc", is_flag=True, help="PDU tanpa oktet SMSC di depan.")
@click.option("--from-mobile", is_flag=True, help="PDU dari ponsel: jenis pesan 10 berarti command.")
def decode(*, no_smsc: bool, from_mobile: bool) -> None:
    """Baca PDU dari masukan baku dan jelaskan sebagai JSON.

    Satu PDU heksadesimal per baris, seperti pada +CMGR dengan oktet SMSC di depan. Tiap baris, juga yang kosong,
    dijawab dengan satu objek JSON. PDU yang salah dijawab dengan {"kind": "error", "error": "..."}.
    """
    for line in read_lines(sys.stdin.buffer):
        click.echo(json.dumps(_decoded(line, no_smsc=no_smsc, from_mobile=from_mobile)))


@click.command()
@click.option("--no-smsc", is_flag=True, help="PDU tanpa oktet SMSC di depan.")
def encode(*, no_smsc: bool) -> None:
    """Tulis PDU dari objek JSON; kebalikan dari decode.

    Satu objek per baris, seperti keluaran decode. Yang wajib hanya kind, dan sender atau recipient. Tiap baris dijawab
    dengan satu PDU heksadesimal, atau {"error": "..."}.
    """
    for line in read_lines(sys.stdin.buffer):
        click.echo(_encoded(line, no_smsc=no_smsc))


def read_lines(stream: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a stream, as soon as they are there; None for one that is too long to be kept."""
    while line := stream.readline(MAX_LINE):
        if line.endswith(b"\n") or len(line) < MAX_LINE:
            yield line
            continue
        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def _decoded(line: bytes | None, *, no_smsc: bool, from_mobile: bool) -> dict[str, Any]:
    try:
        pdu = _unhex(line)
        return to_object(decode_pdu(pdu, has_smsc=not no_smsc, from_mobile=from_mobile))
    except PduError as error:
        return {"kind": "error", "error": str(error)}


def _unhex(line: bytes | None) -> bytes:
    if line is None:
        raise PduError(f"baris lebih panjang dari {MAX_LINE} oktet")
    digits = b"".join(line.split())
    if not digits:
        raise PduError("baris kosong")
    try:
        return binascii.unhexlify(digits)
    except binascii.Error:
        raise PduError("baris ini bukan pasangan angka heksadesimal") from None


def _encoded(line: bytes | None, *, no_smsc: bool) -> str:
    try:
        return encode_pdu(from_object(_parsed(line)), has_smsc=not no_smsc).hex().upper()
    except PduError as error:
        return json.dumps({"error": str(error)})


def _parsed(line: bytes | None) -> object:
    if line is None:
        raise PduError(f"baris lebih panjang dari {MAX_LINE} oktet")
    if not line.strip():
        raise PduError("baris kosong")
    try:
        # The standard library's reader, because it takes half a surrogate pair, which a part of a text may hold.
        return json.loads(line)
    except (ValueError, RecursionError):
        raise PduError("baris ini bukan JSON") from None
