"""Texts of SMS: each template at its longest values is one segment of GSM-7."""

import csv
import re
from importlib.resources import files

import pytest

from firmware_bridge.pdu import count_parts
from firmware_bridge.pdu.gsm7 import septets_by_character
from server.domain import sms_texts
from server.domain.lifecycle import Status
from server.domain.sms_texts import Template, fill, short_date, short_name
from server.store.centre import Centre
from server.store.city import City, load_city


def rows(name: str) -> list[dict[str, str]]:
    text = files("server").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


TEMPLATES = {row["id"]: row["templat"] for row in rows("sms_balasan.csv")}
NAMES = {row["kode"]: row["nama_sms"] for row in rows("nama_sms.csv")}
LONGEST_NAME = max(NAMES.values(), key=len)
LONGEST = {
    "no": "7KQM9-XD4TF",
    "pin": "1234567890123456",
    "opd": LONGEST_NAME,
    "kios": LONGEST_NAME,
    "inst": LONGEST_NAME,
    "status": LONGEST_NAME,
    "tgl": "30 Sep 2026",
    "batas": "30 Sep 2026",
    "induk": "7KQM9-XD4TF",
    "ringkas60": "x" * 60,
    "ringkas40": "x" * 40,
    "lapor": "123456789",
    "hari": "120",
    "n": "120",
    "kata": "KABUPATENKEPULAUANXX",
    "a": "10",
    "b": "10",
}


@pytest.fixture
def city(centre: Centre) -> City:
    return centre.read(load_city)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_at_its_longest_values_is_one_segment(template):
    text = fill(TEMPLATES, template, **LONGEST)
    assert "{" not in text
    assert count_parts(text) == (1, "gsm7")


def test_the_longest_values_cover_every_placeholder_and_every_template_of_the_centre():
    named = set(re.findall(r"\{(\w+)\}", " ".join(TEMPLATES.values())))
    assert named <= LONGEST.keys()
    assert {template.value for template in Template} <= TEMPLATES.keys()
    assert sms_texts.WORDS.keys() == set(Template)


def test_every_unit_and_status_has_a_short_name_of_its_own(city):
    codes = {*city.units, *(status.value for status in Status)}
    assert codes == NAMES.keys()
    assert all(0 < len(name) <= sms_texts.MAX_NAME for name in NAMES.values())
    assert len(set(NAMES.values())) == len(NAMES)
    septets = septets_by_character()
    assert all(len(septets[sign]) == 1 for name in NAMES.values() for sign in name)
    for fixed in (sms_texts.CENTRE, sms_texts.A_UNIT, sms_texts.NO_DATE):
        assert len(fixed) <= sms_texts.MAX_NAME


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Dinas Baru", "Dinas Baru"),
        ("Dinas Kelautan dan Perikanan", "BARU-1"),
        ("Balai Karantina Hewan", "BARU-1"),
        ("Badan Karantinasi", "BARU-1"),
        ("Unit Layanan Tiga", "Unit Layanan"),
        ("Puskesmas Oesapa Timur", "BARU-1"),
    ],
)
def test_a_unit_without_a_short_name_is_cut_at_a_word_or_told_by_its_code(name, short):
    assert short_name({}, "BARU-1", name) == short


def test_dates_are_those_of_kupang():
    assert short_date(1_795_000_000_000 - 1_795_000_000_000 % 86_400_000 + 17 * 3_600_000) == "19 Nov 2026"
    assert short_date(None) == "tidak ada"


def test_what_gsm7_cannot_write_stays_one_sign():
    assert fill({"S03": "{ringkas60}"}, Template.ROUTED, ringkas60="\U0001f600\u201cBaik\u201d") == "??Baik?"
