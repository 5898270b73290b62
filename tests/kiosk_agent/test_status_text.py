"""`kasih-kiosk status` says the same things by the same names as the page /teknisi."""

import pytest
from msgspec.structs import replace

from firmware_bridge.desk import ModemStatus
from firmware_bridge.troubles import Trouble
from kiosk_agent.kiosk import Kiosk, Status
from kiosk_agent.modem_words import health_of, last_step_in_words, trouble_in_words
from kiosk_agent.modem_words import in_words as modems_in_words
from kiosk_agent.status_text import in_words
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.technician import Line, lines_of
from kiosk_agent.web.texts import Texts
from tests.kiosk_agent.conftest import START_MS


def test_each_line_of_the_page_has_its_line_in_the_text(kiosk: Kiosk) -> None:
    status = kiosk.status()
    named = {line.split(":")[0] for line in in_words(status).splitlines()}
    page = lines_of(Facts(Texts({}), kiosk.master(), status, is_linked=True), START_MS)
    assert {line.name for line in page} <= named


@pytest.mark.parametrize(("days", "level"), [(0, "baik"), (6, "baik"), (8, "perhatikan")])
def test_a_kiosk_that_lives_by_the_stick_is_not_alarming(kiosk: Kiosk, days: int, level: str) -> None:
    by_stick = replace(kiosk.status(), last_contact_at=None, heard_at=START_MS - days * 86_400_000)
    lines = lines_of(Facts(Texts({}), kiosk.master(), by_stick, is_linked=False), START_MS)
    assert [line.level for line in lines if line.name == Texts({})("teknisi.kontak")] == [level]


def test_the_text_says_what_is_wrong_and_times_in_wita(kiosk: Kiosk) -> None:
    bad = replace(
        kiosk.status(),
        queue=12,
        oldest_s=90_061,
        last_contact_at=0,
        last_error="Pusat tidak terjangkau.",
        clock_offset_ms=-3_600_000,
        disk_free_mb=1_200,
        rotted=1,
    )
    lines = dict(line.split(":", 1) for line in in_words(bad).splitlines())
    assert {name: says.strip() for name, says in lines.items()} == {
        "Pendaftaran": "terdaftar dan aktif; unit Kelurahan Namosain (KEL-53.71.01.1001)",
        "Siap menerima laporan": "ya",
        "Antrean": "12 laporan belum terkirim, tertua 1 hari 1 jam 1 menit",
        "Laporan": "0 di kios, 0 sudah di cadangan pusat",
        "Kontak terakhir": "1 Januari 1970 pukul 08.00 WITA",
        "Percobaan terakhir": "gagal: Pusat tidak terjangkau.",
        "Pengiriman": "menunggu",
        "Jam": "berselisih 1 jam dari pusat",
        "Ruang kosong": "1.200 MB",
        "Catatan rusak": "1",
        "Modem": "tidak dipasang",
    }


MODEM = ModemStatus(
    port="/dev/ttyUSB0",
    imei="356938035643809",
    imsi="",
    model="Huawei E173",
    state="idle",
    since_ms=0,
    operator="TELKOMSEL",
    signal_dbm=-79,
    registration="home",
    slots_used=2,
    slots_total=30,
    last_sweep_ms=60_000,
    last_sms_ms=0,
    resets=1,
    unknown_sends=3,
    balance=12_500,
    trouble="",
    steps=("wake", "re-open"),
    last_step_ms=120_000,
)


def with_modem(kiosk: Kiosk, modem: ModemStatus, **fields: int) -> Status:
    return replace(kiosk.status(), modem=modems_in_words([modem]), modems=[modem], **fields)


def page_of(kiosk: Kiosk, status: Status) -> dict[str, Line]:
    lines = lines_of(Facts(Texts({}), kiosk.master(), status, is_linked=True), START_MS)
    return {line.name: line for line in lines}


def test_a_modem_is_told_of_with_all_that_a_technician_needs(kiosk: Kiosk) -> None:
    status = with_modem(kiosk, MODEM, sms_waiting=4, quarantine=2)
    lines = dict(line.split(":", 1) for line in in_words(status).splitlines())
    assert lines["Modem"].strip() == "TELKOMSEL, sinyal kuat"
    assert lines["SMS menunggu dikirim"].strip() == "4"
    assert lines["SMS disisihkan"].strip() == "2"
    assert lines["Modem 1"].strip() == (
        "/dev/ttyUSB0; Huawei E173; -79 dBm; kartu SIM 2 dari 30; diperiksa 1 Januari 1970 pukul 08.01 WITA; "
        "pulsa Rp12.500; mulai ulang 1 kali; 3 SMS terkirim tanpa jawaban; "
        "langkah terakhir: port dibuka ulang, 1 Januari 1970 pukul 08.02 WITA"
    )
    page = page_of(kiosk, status)
    assert page.keys() <= lines.keys()
    assert page["Modem"].level == "baik"
    assert page["Modem"].says == (
        "TELKOMSEL, sinyal kuat. Kartu SIM berisi 2 SMS, muat 30. 3 SMS terkirim tanpa jawaban. 4 SMS menunggu dikirim. "
        "Langkah terakhir: port dibuka ulang, 1 Januari 1970 pukul 08.02 WITA."
    )
    assert page["SMS disisihkan"].level == "baik"
    assert page["SMS disisihkan"].says.startswith("2 SMS ")


@pytest.mark.parametrize(
    ("trouble", "level", "advice"),
    [
        ("no-credit", "gawat", "Isi pulsa"),
        ("sim-pin", "gawat", "Periksa kartu SIM"),
        ("refused", "gawat", "Periksa masa aktif"),
        ("port-gone", "gawat", "Cabut modem"),
        ("not-registered", "perhatikan", "Pindahkan modem"),
        ("what-is-new", "gawat", "Cabut modem"),
    ],
)
def test_what_is_wrong_with_a_modem_comes_with_what_to_do(kiosk: Kiosk, trouble: str, level: str, advice: str) -> None:
    line = page_of(kiosk, with_modem(kiosk, replace(MODEM, trouble=trouble)))["Modem"]
    assert line.level == level
    assert line.advice.startswith(advice)


def test_the_signal_is_told_by_levels_so_that_a_change_means_something() -> None:
    says = [modems_in_words([replace(MODEM, signal_dbm=dbm)]) for dbm in (-60, -79, -90, -110, None)]
    assert [one.split("sinyal ")[1] for one in says] == ["kuat", "kuat", "sedang", "lemah", "belum diketahui"]
    assert modems_in_words([]) == ""
    assert modems_in_words([replace(MODEM, operator="", trouble="no-modem")]) == "Tidak ada modem yang ditemukan"


def test_the_centre_hears_of_a_modem_without_its_numbers() -> None:
    said = health_of(replace(MODEM, imsi="510010123456789")).encode()
    assert b"51001" not in said
    assert b"35693" not in said
    assert b'"used":2' in said
    assert b'"step":"re-open","stepped":120000' in said


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("no answer: AT+CMGL", "AT+CMGL tidak dijawab"),
        ("CFUN=1,1", "modem dimulai ulang dengan CFUN=1,1"),
        ("port-gone", "port tidak ada (modem tercabut?)"),
        ("sim-pin", "kartu SIM minta PIN"),
        ("restarted", "modem mulai ulang sendiri"),
    ],
)
def test_every_step_has_its_words(step: str, words: str) -> None:
    assert last_step_in_words(replace(MODEM, steps=("wake", step))) == f"{words}, 1 Januari 1970 pukul 08.02 WITA"


@pytest.mark.parametrize("trouble", Trouble)
def test_every_trouble_has_its_words(trouble: Trouble) -> None:
    assert trouble.value not in trouble_in_words(trouble.value)


def test_of_a_modem_that_needed_nothing_no_step_is_told() -> None:
    assert last_step_in_words(replace(MODEM, steps=(), last_step_ms=0)) == ""
