"""Build preset dictionary 1 of the protocol: python scripts/build_dictionary.py [--check].

In: the samples and master data of server/data, the fields of sync_protocol/bodies.py, scripts/frasa_umum.txt.
Out: sync_protocol/dictionary_1.bin, whose SHA-256 stands in sync_protocol/dictionary.py. Same inputs, same bytes.

What is likely stands at the end, because DEFLATE names a near text in fewer bits than a far one.
Once a device stands in the field the bytes are immutable: another dictionary becomes another codec. Until then, after a
change of the inputs, put the two hashes that this prints into `BUILT_FROM` here and into sync_protocol/dictionary.py.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from msgspec.structs import replace

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from sync_protocol import bodies
from sync_protocol.vocabulary import Channel, DeviceState, Identity

DATA = PROJECT / "server" / "data"
PHRASES = PROJECT / "scripts" / "frasa_umum.txt"
DICTIONARY = PROJECT / "sync_protocol" / "dictionary_1.bin"
BUILT_FROM = "5e6b78890e4445382eeb61b4a9de7c703343e7a53055dc28b38beb63854cede3"
"""What `inputs` gave when the committed dictionary was built."""
MAX_SIZE = 32_768 - 262 - 512
"""zlib looks back 32,768 bytes less 262, counted from where it writes: a longer dictionary would lose its start."""

_STARTS = ("Air", "Anak", "Lampu jalan", "Jalan", "Beta", "Warga", "Kami", "Mohon", "Saya")
_PLACES = ("Jalan ", "Kompleks ", "belakang ", "samping ", "depan ", "dekat ", "RT 1", "RT 0")
_PHONES = (
    "0811",
    "0851",
    "0823",
    "0853",
    "0822",
    "0821",
    "0813",
    "0852",
    "0812",
    "+62823",
    "+62821",
    "+62852",
    "+62813",
    "+62812",
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def samples() -> Iterator[str]:
    """The sample texts that residents could have written: no promotion, formula, control character, identity number."""
    for row in rows("contoh_pengaduan.csv"):
        text = row["teks"]
        plain = text.isprintable() and text.isascii() and not text.startswith(("=", "+", "-", "@"))
        if plain and row["kategori"] not in {"", "bukan_laporan"} and "NIK" not in text and "<" not in text:
            yield text


def phrases(after: str) -> list[str]:
    """The phrase list without what a later phrase, or the text after it, contains already from a word's edge on."""
    lines = PHRASES.read_text(encoding="utf-8").splitlines()
    listed = [phrase.strip() for line in lines if not line.startswith("#") for phrase in line.split(" / ")]
    kept: list[str] = []
    behind = f" {after} "
    for phrase in reversed(listed):
        if phrase and f" {phrase}" not in behind and f"{phrase} " not in behind:
            kept.append(phrase)
            behind = f" {phrase}{behind}"
    return kept[::-1]


def cut_out(body: bodies.Body, start: str, end: str) -> bytes:
    """The part of an encoded body from one field to another."""
    text = body.encode().decode()
    return text[text.index(start) : text.index(end)].encode()


def skeletons() -> Iterator[bytes]:
    """Bodies of every kind but COMPLAINT as they stand on the wire, without what is different each time."""
    yield bodies.Lost(seq=1, id="", prev="").encode()
    yield bodies.Prune(upto="").encode()
    yield bodies.Keys(sign="", intake="", duty="").encode()
    yield bodies.Key(sign="", seal="", name="Kios ", mac="").encode()
    yield bodies.Config(unit="PKM-", unit_name="Puskesmas ", poll_s=60, settings={"": ""}).encode()
    yield bodies.Master(table="kelurahan", rows=[{"kode": "53.71.", "nama": "", "kecamatan": ""}]).encode()
    yield bodies.SmsIn(sender="+628", text="CEK ", parts=[""], sent_at="2026-", flags=[""]).encode()
    yield bodies.SmsResult(key="", state="sent", at=17, report="delivered").encode()
    yield bodies.Health(version="0.1.0", queue=1, oldest_s=1, disk_free_mb=1, rotted=1, modem="Telkomsel, ").encode()
    yield bodies.Query(number="", pin="", nonce="").encode()
    yield bodies.Answer(nonce="", found=True, status="", unit="", at=17, due=17, answer="").encode()
    yield bodies.SecretText(text="", place="", accused="KEL-").encode()
    yield bodies.SecretPerson(name="", phone="08").encode()
    yield bodies.Clock(reason="jump", offset_ms=1, jump_ms=1).encode()
    yield bodies.Clock(reason="server", offset_ms=1).encode()
    yield bodies.Clock(reason="boot").encode()
    yield bodies.Note(number="", pin="", type="rated", rating=5).encode()
    yield b" ".join(kind.encode() for kind in ("disputed", "confirmed", "withdrawn"))
    yield bodies.Note(number="", pin="", type="amended", text="").encode()
    yield bodies.SmsOut(key="", to="+628", text="KASIH: Laporan ", priority=1, not_after=17).encode()
    yield " ".join(row["kode"] for row in rows("opd.csv")).encode()
    for row in rows("status.csv"):
        yield cut_out(bodies.Status(case="", status=row["kode"], unit="D"), '","status', 'D"')
    yield bodies.Status(case="", status="PROSES", unit="DINKES", at=17, due=17, box=b"").encode()
    yield bodies.Head(have="", want=["", ""], max=0).encode()
    for state in reversed(DeviceState):
        yield cut_out(bodies.Head(state=state, safe="-"), '"state', "-")
    yield bodies.Head(have="", root="", state=DeviceState.ACTIVE, safe="", now=17).encode()


def complaint_parts() -> Iterator[bytes]:
    """What surrounds a complaint's words on the wire, in the order of its fields."""
    blank = bodies.Complaint(category="", kelurahan="", pin="")
    secret = bodies.Secret(text=b"", person=b"")
    yield replace(blank, operator="Ibu ", batch="-", row=1, sms=[""], secret=secret).encode()
    for channel in reversed(Channel):
        yield cut_out(replace(blank, channel=channel, phone="-"), '","channel', '","phone')
    for identity in (Identity.UNNAMED, Identity.ANONYMOUS, Identity.SECRET):
        yield cut_out(replace(blank, identity=identity, text="-"), '","identity', "-")
    yield cut_out(replace(blank, channel="sms", text="KOTKUPANG "), '","channel', '"}')
    yield cut_out(replace(blank, channel="batch_lurah", text="Warga "), '","channel', '"}')
    for row in rows("kelurahan.csv"):
        code = row["kode_kemendagri"][6:]
        yield cut_out(replace(blank, kelurahan=code, pin="-"), code, "-")
    for row in rows("kategori.csv"):
        yield cut_out(replace(blank, category=row["kode"], kelurahan="53.71.-"), "{", "-")


def tail() -> str:
    """What nearly every complaint needs, nearest of all."""
    marks = ' RT 2","RT 001 RW 00","RT 01 RW 01","/RW 00'
    phones = "".join(f'","phone":"{phone}' for phone in _PHONES)
    starts = "".join(f'","text":"{start} ' for start in _STARTS)
    places = "".join(f'.","place":"{place}' for place in _PLACES)
    accused = '","sms_ok":true,"accused":"KEL-'
    return f'{marks}{accused}{phones}{starts}{places}","name":"Ibu ","name":"","phone":"081","sms_ok":true}}'


def build() -> bytes:
    """The dictionary's bytes."""
    places = [row["nama"] for row in rows("puskesmas.csv")] + [row["kelurahan"] for row in rows("kelurahan.csv")]
    middle = " ".join([*samples(), *places])
    frame, end = b"".join([*skeletons(), *complaint_parts()]), tail()
    listed = phrases(middle + end)
    free = MAX_SIZE - len(frame) - len(f"{middle}  {end}")
    while len(" ".join(listed)) > free:
        del listed[0]
    return frame + f"{middle} {' '.join(listed)} {end}".encode("ascii")


def inputs() -> str:
    """SHA-256 over the files that go in; where it is not `BUILT_FROM`, the data have moved on since dictionary 1."""
    names = ("contoh_pengaduan", "kategori", "kelurahan", "opd", "puskesmas", "status")
    files = [PHRASES, *(DATA / f"{name}.csv" for name in names)]
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Build preset dictionary 1.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail where the file is another")
    check: bool = arguments.parse_args().check
    data = build()
    if not check:
        DICTIONARY.write_bytes(data)
    print(f"inputs {inputs()}\n{len(data)} bytes, SHA-256 {sha256(data).hexdigest()}")
    if DICTIONARY.read_bytes() != data:
        sys.exit(f"{DICTIONARY.name} is not what the inputs give")


if __name__ == "__main__":
    main()
