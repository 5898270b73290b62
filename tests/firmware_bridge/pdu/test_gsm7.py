"""Septets: packing as in TS 23.038 section 6.1.2.1, the tables of section 6.2.1 and annex A."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import gsm7
from firmware_bridge.pdu.alphabets import ESCAPE, MISSING, locking_table, single_table

LANGUAGES = range(14)
BIT = {"a": 6, "b": 5, "c": 4, "d": 3, "e": 2, "f": 1, "g": 0}

# Section 6.1.2.1.1: bit 7 to bit 0 of each octet; 1a is the highest bit of the first character.
PACKED = {
    1: "0 1a 1b 1c 1d 1e 1f 1g",
    2: "2g 1a 1b 1c 1d 1e 1f 1g / 0 0 2a 2b 2c 2d 2e 2f",
    3: "2g 1a 1b 1c 1d 1e 1f 1g / 3f 3g 2a 2b 2c 2d 2e 2f / 0 0 0 3a 3b 3c 3d 3e",
    7: "2g 1a 1b 1c 1d 1e 1f 1g / 3f 3g 2a 2b 2c 2d 2e 2f / 4e 4f 4g 3a 3b 3c 3d 3e / 5d 5e 5f 5g 4a 4b 4c 4d"
    " / 6c 6d 6e 6f 6g 5a 5b 5c / 7b 7c 7d 7e 7f 7g 6a 6b / 0 0 0 0 0 0 0 7a",
    8: "2g 1a 1b 1c 1d 1e 1f 1g / 3f 3g 2a 2b 2c 2d 2e 2f / 4e 4f 4g 3a 3b 3c 3d 3e / 5d 5e 5f 5g 4a 4b 4c 4d"
    " / 6c 6d 6e 6f 6g 5a 5b 5c / 7b 7c 7d 7e 7f 7g 6a 6b / 8a 8b 8c 8d 8e 8f 8g 7a",
}


@pytest.mark.parametrize("count", PACKED)
@given(st.data())
def test_septets_are_packed_as_the_specification_draws_it(count: int, data: st.DataObject) -> None:
    septets = data.draw(st.binary(min_size=count, max_size=count).map(lambda octets: bytes(o & 0x7F for o in octets)))
    drawn = bytes(
        sum(
            (septets[int(name[0]) - 1] >> BIT[name[1]] & 1 if name != "0" else 0) << 7 - at
            for at, name in enumerate(octet.split())
        )
        for octet in PACKED[count].split(" / ")
    )
    assert gsm7.pack(septets) == drawn
    assert gsm7.unpack(drawn, count) == septets


@given(st.lists(st.integers(0, 127), max_size=160), st.integers(0, 6))
def test_packing_is_undone_by_unpacking_also_behind_fill_bits(septets: list[int], fill_bits: int) -> None:
    assert gsm7.unpack(gsm7.pack(bytes(septets), fill_bits), len(septets), fill_bits) == bytes(septets)


def test_the_default_alphabet_is_the_one_of_the_specification() -> None:
    table = locking_table(0)
    assert table[:16] == "@£$¥èéùìòÇ\nØø\rÅå"
    assert [table[code] for code in (0x10, 0x1F, 0x24, 0x40, 0x5F, 0x60, 0x7F)] == list("ΔÉ¤¡§¿à")
    assert {chr(code): code for code in range(0x61, 0x7B)} == {table[code]: code for code in range(0x61, 0x7B)}
    assert {f"{code:02X}": sign for code, sign in single_table(0).items()} == {
        "0A": "\f",
        "14": "^",
        "28": "{",
        "29": "}",
        "2F": "\\",
        "3C": "[",
        "3D": "~",
        "3E": "]",
        "40": "|",
        "65": "€",
    }


# Annex A: some cells of each table, and the misprints that phones do not follow.
CELLS = [
    ("locking", 1, 0x04, "€"),
    ("locking", 1, 0x07, "ı"),
    ("single", 1, 0x49, "İ"),
    ("single", 2, 0x09, "ç"),
    ("single", 2, 0x61, "á"),
    ("locking", 3, 0x18, "€"),
    ("locking", 3, 0x5B, "Ã"),
    ("single", 3, 0x15, "Ω"),
    ("locking", 4, 0x00, "\u0981"),
    ("single", 4, 0x19, "\u09e6"),
    ("locking", 5, 0x2C, ","),
    ("single", 5, 0x1A, "\u0965"),
    ("locking", 6, 0x00, "\u0901"),
    ("locking", 6, 0x7F, "\u097f"),
    ("locking", 7, 0x24, "\u0ca1"),
    ("locking", 8, 0x7F, "\u0d79"),
    ("locking", 9, 0x60, "\u0b56"),
    ("locking", 10, 0x7F, "\u0a74"),
    ("locking", 11, 0x7F, "\u0bf9"),
    ("single", 11, 0x24, "\u0bee"),
    ("single", 12, 0x22, "\u0c6c"),
    ("single", 12, 0x65, "€"),
    ("locking", 13, 0x01, "\u0622"),
    ("single", 13, 0x1C, "\u06f0"),
]


@pytest.mark.parametrize(("table", "language", "code", "character"), CELLS)
def test_a_cell_of_annex_a(table: str, language: int, code: int, character: str) -> None:
    found = locking_table(language)[code] if table == "locking" else single_table(language)[code]
    assert found == character


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_of_a_language_survives(language: int) -> None:
    languages = (language, language)
    table = locking_table(language)
    assert len(table) == 128
    assert table[ESCAPE] == chr(ESCAPE)
    text = "".join(gsm7.septets_by_character(languages))
    assert gsm7.decode(gsm7.encode(text, languages), languages) == text
    assert set(text) == (set(table) | set(single_table(language).values())) - {MISSING, chr(ESCAPE)}


def test_a_language_without_a_table_or_a_number_without_a_language_reads_as_the_default() -> None:
    assert locking_table(2) == locking_table(0) == locking_table(14) == locking_table(255)
    assert single_table(200) == single_table(0)


def test_an_unknown_extension_reads_as_the_character_without_the_escape() -> None:
    assert gsm7.decode(b"\x1b\x41\x1b\x1b\x65\x1b\x65") == "A e€"


def test_half_an_extension_at_the_end_is_kept_and_written_again() -> None:
    assert gsm7.decode(b"A\x1b") == "A\x1b"
    assert gsm7.encode("A\x1b") == b"A\x1b"
    with pytest.raises(PduError, match=r"U\+001B"):
        gsm7.encode("A\x1bB")


def test_a_character_that_is_in_no_table_is_named() -> None:
    with pytest.raises(PduError, match=r"U\+00E7"):
        gsm7.encode("ç")
