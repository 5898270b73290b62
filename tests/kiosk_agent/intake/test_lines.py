"""Reports as JSON lines: what is taken, and what is said of a line that is none."""

import base64
import hmac
import json
from hashlib import sha256
from typing import Any

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import IntakeError, NotReadyError
from kiosk_agent.intake.lines import MAX_LINE, file_line
from kiosk_agent.kiosk import Kiosk
from sync_protocol.number import pin_of
from sync_protocol.vocabulary import Identity
from tests.kiosk_agent.server_peer import Peer

REF = bytes(range(16))


def line(**fields: Any) -> bytes:
    usual = {"text": "Air mati", "category": "AIR", "kelurahan": "Namosain"}
    return json.dumps({key: value for key, value in {**usual, **fields}.items() if value != "-"}).encode()


def test_every_field_of_a_line_arrives(control: Control, peer: Peer) -> None:
    given = line(
        kelurahan="nbs",
        category="air",
        place="RT 03",
        identity="anonymous",
        name="Ina",
        phone="0812345678",
        sms_ok=True,
        accused_unit="KEL-53.71.01.1001",
        channel="surat",
    )
    answer = file_line(control.kiosk.intake, given, REF)
    control.sync()
    (got,) = peer.complaints()
    assert (got.kelurahan, got.category, got.place, got.identity) == (
        "53.71.01.1002",
        "AIR",
        "RT 03",
        Identity.ANONYMOUS,
    )
    assert (got.name, got.phone, got.sms_ok) == ("Ina", "+62812345678", True)
    assert (got.accused, got.channel, got.pin) == ("KEL-53.71.01.1001", "surat", answer.pin)
    assert answer.entry in {entry_id.hex() for entry_id in peer.up}


def test_null_means_that_an_optional_field_is_not_given(control: Control, peer: Peer) -> None:
    optional = ("place", "identity", "name", "phone", "sms_ok", "accused_unit", "channel", "ref")
    file_line(control.kiosk.intake, line(**dict.fromkeys(optional)), REF)
    control.sync()
    assert peer.complaints()[0].identity is Identity.UNNAMED


def test_the_same_ref_is_one_report_whatever_form_the_ref_has(kiosk: Kiosk) -> None:
    for ref in ("00112233445566778899aabbccddeeff", "buku 3, baris 17", "é"):
        first = file_line(kiosk.intake, line(ref=ref), bytes(16))
        assert file_line(kiosk.intake, line(ref=ref), REF) == first
    assert kiosk.store.complaints() == 3


@pytest.mark.parametrize("ref", ["1", "00112233445566778899aabbccddeeff", "buku 3, baris 17"])
def test_who_knows_a_ref_does_not_know_the_pin(kiosk: Kiosk, ref: str) -> None:
    key = kiosk.store.storage_key
    assert key is not None
    secret = hmac.digest(key.derive(b"ref"), ref.encode(), "sha256")[:16]
    answer = file_line(kiosk.intake, line(ref=ref), REF)
    assert answer.pin == pin_of(secret, 6)
    if len(ref) == 32:
        assert secret != bytes.fromhex(ref)


def test_a_ref_that_stands_for_another_report_is_told_and_nothing_is_lost(kiosk: Kiosk) -> None:
    first = file_line(kiosk.intake, line(ref="17", kelurahan="nbs"), REF)
    assert file_line(kiosk.intake, line(ref="17", kelurahan="Nunbaun Sabu"), REF) == first
    for other in (line(ref="17", text="Lampu mati"), line(ref="17", kelurahan="nbs", phone="0812345678")):
        with pytest.raises(IntakeError, match=r"^ref: sudah dipakai untuk laporan lain"):
            file_line(kiosk.intake, other, REF)
    assert kiosk.store.complaints() == 1


def test_what_an_earlier_version_filed_is_taken_as_the_same(kiosk: Kiosk) -> None:
    first = file_line(kiosk.intake, line(ref="17"), REF)
    with kiosk.store.disk.writing() as connection:
        ref, seq, entry, proof = connection.execute("select ref, seq, id, proof from filed").fetchone()
        digest = sha256(b"".join((ref, seq.to_bytes(8), entry, proof))).digest()
        connection.execute("update filed set content = null, digest = :digest", {"digest": digest})
    assert file_line(kiosk.intake, line(ref="17", text="Lampu mati"), REF) == first


def test_what_a_report_said_can_be_guessed_neither_from_the_folder_nor_without_its_ref(kiosk: Kiosk) -> None:
    for ref in ("1", "2"):
        file_line(kiosk.intake, line(ref=ref), REF)
    with kiosk.store.disk.reading() as connection:
        contents = {row[0] for row in connection.execute("select content from filed")}
    key = kiosk.store.storage_key
    assert key is not None
    secrets = [base64.b64encode(kiosk.intake.ref_of(ref)).decode() for ref in ("1", "2")]
    form = {"category": "AIR", "kelurahan": "53.71.01.1001", "ref": "", "text": "Air mati"}
    said = [json.dumps(form | {"ref": secret}, separators=(",", ":")).encode() for secret in secrets]
    assert contents == {hmac.digest(key.derive(b"filed content"), one, "sha256") for one in said}
    assert len(contents) == 2


BAD: list[tuple[bytes, str]] = [
    (b"", "bukan JSON"),
    (b"{", "bukan JSON yang benar (huruf ke-2)"),
    ('{"text":"é" "category"'.encode(), "bukan JSON yang benar (huruf ke-13)"),
    (b'{"text":NaN}', "bukan JSON yang benar (NaN bukan angka JSON)"),
    (b"[]", "harus objek"),
    (b"7", "harus objek"),
    (b'{"text":"a"', "bukan JSON"),
    (line() + b"x", "bukan JSON"),
    (b'{"text":"\xff"}', "bukan UTF-8 (byte ke-10)"),
    (line(text="-"), "text: wajib diisi"),
    (line(category="-"), "category: wajib diisi"),
    (line(text=5), "text: harus teks"),
    (line(sms_ok="ya"), "sms_ok: harus true atau false"),
    (line(identitas="secret"), "“identitas”: kolom ini tidak dikenal"),
    (line(text=""), "text: Isi laporan masih kosong."),
    (line(text="x" * 4_001), "text: Isi laporan paling panjang 4.000 huruf, ini 4.001."),
    (line(text="a\0b"), "text: isinya memuat karakter NUL"),
    (line(name="\ud800"), "name: isinya memuat karakter rusak"),
    (line(kelurahan="Namosein"), "kelurahan: Kelurahan “Namosein” tidak dikenal. Maksudnya Namosain?"),
    (line(category="XXX"), "category: Kategori “XXX” tidak dikenal."),
    (line(accused_unit="KEL-9"), "accused_unit: Unit “KEL-9” tidak dikenal."),
    (line(channel="fax"), "channel: Saluran “fax” tidak dikenal."),
    (line(identity="rahasia"), "identity: “rahasia” tidak dikenal"),
    (line(phone="abc"), "phone: Nomor telepon"),
    (b'{"text":"a","text":"b","category":"AIR","kelurahan":"Namosain"}', "kolom yang sama dua kali: “text”"),
    (b'{"text":{"b":1,"b":2}}', "kolom yang sama dua kali: “b”"),
    (b"[" * 40, "terlalu banyak tingkat"),
    (b'{"text":' + b"9" * 30 + b"}", "bukan JSON yang benar"),
    (b'{"text":"' + b"x" * MAX_LINE + b'"}', "terlalu panjang"),
]


@pytest.mark.parametrize(("given", "says"), BAD, ids=[says[:30] for _, says in BAD])
def test_a_bad_line_is_told_in_one_sentence_that_names_the_field(kiosk: Kiosk, given: bytes, says: str) -> None:
    with pytest.raises(IntakeError) as caught:
        file_line(kiosk.intake, given, REF)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    assert kiosk.store.complaints() == 0


NO_REPORTS: list[bytes] = [
    *(b"0", b"-1", b"1.5", b"1e999", b"9" * 5_000, b"-" + b"9" * 20, b"null", b"true", b"NaN", b"-Infinity"),
    *(b'""', b'"teks"', b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"', b'"\\'),
    *(b"[]", b"[[[]]]", b'["\\u0000"]', b'[{"text":"\\u0000"}]', b'[["\\ud800"], 1]', b"[" * 9_000 + b"]" * 9_000),
    *(b"{}", b'{"\\u0000":1}', b'{"\\ud800":"\\u0000"}', b'{"text":["\\u0000"]}', b'{"text":{"\\udfff":null}}'),
    *(b'{"text":NaN}', b'{"text":1e999}', b'{"text":null}', b'{"a":1,"a":2}', b'{"\\u0061":"\\u0000","a":2}'),
    *(b'{"a":' * 9_000 + b"1" + b"}" * 9_000, b'{"text":{"a":{"a":1,"a":1}}}', b"\xef\xbb\xbf{}", b"\0", b"'a'"),
]


@pytest.mark.parametrize("given", NO_REPORTS, ids=[repr(given[:24]) for given in NO_REPORTS])
def test_whatever_json_is_no_report_is_told_in_one_sentence(kiosk: Kiosk, given: bytes) -> None:
    with pytest.raises(IntakeError) as caught:
        file_line(kiosk.intake, given, REF)
    assert str(caught.value).isprintable()
    assert kiosk.store.complaints() == 0


def test_a_line_cannot_be_filed_before_the_centre_s_data_are_here(fresh: Kiosk) -> None:
    with pytest.raises(NotReadyError):
        file_line(fresh.intake, line(), REF)
