import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.pdu import gsm7
from firmware_bridge.ussd import balance_of, decode_answer, pack_code

TEXT = "Sisa pulsa Rp 12.345 s.d. 31-12-2027"
PACKED = gsm7.pack(gsm7.encode(TEXT)).hex().upper()
UCS2 = TEXT.encode("utf-16-be").hex().upper()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f'+CUSD: 0,"{TEXT}",15', TEXT),
        (f'+CUSD: 1,"{TEXT}"', TEXT),
        (f'+CUSD: 2,"{TEXT}\n1. Beli",0', f"{TEXT}\n1. Beli"),
        (f'+CUSD: 0,"{PACKED}",15', TEXT),
        (f"+CUSD: 0, {PACKED}", TEXT),
        (f'+CUSD: 0,"{UCS2}",72', TEXT),
        (f'+CUSD: 2,"{UCS2}",15', TEXT),
        (f'+CUSD: 0,"{TEXT.encode().hex()}",15', TEXT),
        ('+CUSD: 0,"12345678",15', "12345678"),
        ("+CUSD: 4", ""),
        ("+CUSD: 2", ""),
        ("OK", ""),
    ],
)
def test_an_answer_reads_however_a_modem_writes_it(line: str, text: str) -> None:
    assert decode_answer(line) == text


def test_a_code_is_packed_for_huawei() -> None:
    assert pack_code("*100#") == "AA180C3602"


@pytest.mark.parametrize(
    ("text", "rupiah"),
    [
        ("Sisa pulsa Rp 12.345", 12345),
        ("Sisa Pulsa Anda Rp.10.250 berlaku s.d. 2027-01-02. Beli paket Rp 5.000", 10250),
        ("Pulsa Rp12.345,00 aktif s/d 12.05.2027", 12345),
        ("Pulsa IM3 Anda Rp. 7.500 s/d 20/12/2026", 7500),
        ("Paket 1GB Rp 5.000. Pulsa Rp 12.345", 12345),
        ("Pulsamu Rp 3.000", 3000),
        ("Pulsa Tri kamu Rp23.000.", 23000),
        ("Pulsa Rp12,345", 12345),
        ("Pulsa Utama: Rp1.234.567,50", 1234567),
        ("Sisa pulsa Anda adalah 8.750 rupiah", 8750),
        ("Rp 4.200 adalah sisa pulsa Anda", 4200),
        ("Pulsa: 12345", 12345),
        ("Saldo Anda: Rp 0", 0),
        ("Pulsa s/d 12.05.2027", None),
        ("Isi pulsa min Rp 10.000", None),
        ("Beli pulsa? Hubungi 888", None),
        ("Paket data Rp 50.000 untuk 30 hari", None),
        ("Maaf, permintaan Anda tidak dapat kami proses. Silakan coba beberapa saat lagi.", None),
        ("", None),
    ],
)
def test_the_amount_in_texts_of_indonesian_operators(text: str, rupiah: int | None) -> None:
    assert balance_of(text) == rupiah


@given(st.text(max_size=200))
def test_no_text_does_harm(text: str) -> None:
    balance_of(text)
    decode_answer(f'+CUSD: 0,"{text}",15')


@given(st.integers(0, 10_000_000))
def test_amounts_with_points_for_thousands(rupiah: int) -> None:
    assert balance_of(f"Sisa pulsa Anda Rp {rupiah:,}".replace(",", ".")) == rupiah
