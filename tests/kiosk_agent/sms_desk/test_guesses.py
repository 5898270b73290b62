"""Guesses on the sample complaints, and the texts of replies at their longest."""

from string import Formatter

import pytest

from firmware_bridge.pdu import Alphabet, count_parts
from kiosk_agent.intake.master import Master, read_master
from kiosk_agent.sms_desk import replies
from kiosk_agent.sms_desk.grammar import Verb, understand
from kiosk_agent.sms_desk.guesses import guess_category, guess_kelurahan, is_emergency, wants_secrecy
from kiosk_agent.sms_desk.replies import Template, choose, fill, kiosk_name, short_name
from sync_protocol.bodies import Config
from tests.kiosk_agent.sms_desk.conftest import table

KATEGORI = table("kategori.csv")
MASTER = read_master(
    {"kelurahan": table("kelurahan.csv"), "kategori": KATEGORI, "unit": [], "sms": table("sms_balasan.csv")}
)
SAMPLES = [row for row in table("contoh_pengaduan.csv") if row["kanal"] == "sms" and row["kategori"]]
BEYOND_WORDS = {"E01", "E11", "E24"}
"""Their category's words do not stand in them."""


@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row["id"])
def test_the_category_of_a_sample_is_guessed_by_its_words(row: dict[str, str]) -> None:
    guess = guess_category(understand(row["teks"]).text, KATEGORI)
    assert (guess == row["kategori"]) is (row["id"] not in BEYOND_WORDS)


@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row["id"])
def test_the_kelurahan_of_a_sample_is_guessed_where_it_is_named_and_never_wrongly(row: dict[str, str]) -> None:
    text = understand(row["teks"]).text
    names = {each.code: each.name for each in MASTER.kelurahan}
    guess = names.get(guess_kelurahan(text, MASTER), "")
    is_named = any(
        name.casefold() in text.casefold()
        for each in MASTER.kelurahan
        if each.name == row["kelurahan"]
        for name in (each.name, *each.aliases)
    )
    assert guess == (row["kelurahan"] if is_named else "")


@pytest.mark.parametrize("row", SAMPLES, ids=lambda row: row["id"])
def test_samples_are_reports_and_secret_where_they_ask_for_it(row: dict[str, str]) -> None:
    understood = understand(row["teks"])
    assert understood.verb is Verb.REPORT
    assert understood.is_draft is (not row["teks"].casefold().startswith("kotkupang"))
    assert wants_secrecy(understood.text) is (row["id"] in {"A42", "E24"})


@pytest.mark.parametrize(
    ("text", "kelurahan"),
    [
        ("lampu mati di oepura", "Oepura"),
        ("sampah OESAPA BARAT menumpuk", "Oesapa Barat"),
        ("got di Bakunase II buntu", "Bakunase Dua"),
        ("air mati klp lima", "Kelapa Lima"),
        ("jalan rusak di TDM.", "Tuak Daun Merah"),
        ("pustu fatukoa tutup, harus ke sikumana", "Fatukoa"),
        ("oepuraan", ""),
        ("di Jakarta", ""),
    ],
)
def test_a_kelurahan_is_known_by_whole_words_the_longest_first(text: str, kelurahan: str) -> None:
    names = {each.code: each.name for each in MASTER.kelurahan}
    assert names.get(guess_kelurahan(text, MASTER), "") == kelurahan


def test_a_time_of_day_is_no_violence() -> None:
    assert guess_category("petugas baru datang pukul 9", KATEGORI) == "LAIN"
    assert guess_category("suami pukul istri", KATEGORI) == "PPA"


@pytest.mark.parametrize(
    "text",
    [
        "Tolong jangan sebut nama saya",
        "nama beta jang kasi tau sapa-sapa",
        "mohon dirahasiakan",
        "jgn kasih tau siapa2 kalau saya yang lapor",
        "tolong identitas saya jangan disebar",
        "RAHASIA!",
    ],
)
def test_phrases_that_ask_for_secrecy(text: str) -> None:
    assert wants_secrecy(text)


@pytest.mark.parametrize("text", ["nama saya Ina", "jangan lupa perbaiki lampu", "tidak ada nama jalan di sini"])
def test_phrases_that_do_not(text: str) -> None:
    assert not wants_secrecy(text)


@pytest.mark.parametrize(
    "text", ["Kebakaran di pasar!", "ada kecelakaan, korban pingsan", "ibu mau melahirkan sekarang"]
)
def test_words_of_an_emergency(text: str) -> None:
    assert is_emergency(text)


@pytest.mark.parametrize("text", ["lampu mati", "bakar sampah tiap sore", "darah tinggi, obat kosong"])
def test_words_of_none(text: str) -> None:
    assert not is_emergency(text)


def test_an_empty_table_guesses_nothing() -> None:
    assert guess_category("air mati", []) == "LAIN"
    assert guess_kelurahan("oepura", Master()) == ""


LONGEST = {
    "no": "7KQM9-XD4TF",
    "pin": "000000",
    "kios": "W" * replies.SHORT_NAME,
    "kata": "W" * 20,
    "a": 255,
    "b": 255,
    "n": 1000,
}


@pytest.mark.parametrize("template", Template)
def test_every_reply_of_a_kiosk_fits_one_segment_at_its_longest(template: Template) -> None:
    said = fill(MASTER, template, **LONGEST)
    assert said
    assert count_parts(said, transliterate=False) == (1, Alphabet.GSM7)
    fields = {name for _, name, _, _ in Formatter().parse(said) if name is not None}
    assert not fields


def test_a_template_that_asks_for_what_a_kiosk_does_not_know_says_nothing() -> None:
    odd = Master(rows={"sms": [{"id": "S01", "templat": "KASIH {opd} {0} {no.__class__}"}]})
    assert fill(odd, Template.RECEIVED, no="x") == ""
    assert fill(Master(), Template.RECEIVED, no="x") == ""


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Kelurahan Namosain", "Kel. Namosain"),
        ("Puskesmas Oesapa", "Pusk. Oesapa"),
        ("Kelurahan Tuak Daun Merah", "Kel. Tuak"),
        ("Dinas Kependudukan", "Dinas Kependu"),
    ],
)
def test_offices_have_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("flags", "is_secret", "is_reached", "template"),
    [
        ([], False, True, Template.RECEIVED),
        ([], False, False, Template.WAITING),
        (["draft"], True, False, Template.SECRET),
        (["held"], True, True, Template.HELD),
        (["held", "incomplete"], False, True, Template.CUT),
        (["held", "incomplete", "emergency"], True, True, Template.EMERGENCY),
    ],
)
def test_one_reply_is_chosen(flags: list[str], *, is_secret: bool, is_reached: bool, template: Template) -> None:
    assert choose(flags, is_secret=is_secret, is_reached=is_reached) is template


def test_a_kiosk_is_called_what_the_centre_calls_it() -> None:
    named = Config(unit="KEL-53.71.03.1004", unit_name="Kelurahan Oesapa Barat", settings={"sms_name": "Kel.Oesapa Br"})
    assert kiosk_name(named) == "Kel.Oesapa Br"
    assert kiosk_name(Config(unit="PKM-ALK", unit_name="Puskesmas Alak")) == "Pusk. Alak"
    assert kiosk_name(None) == "kios"
