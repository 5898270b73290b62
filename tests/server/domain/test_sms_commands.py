"""What residents type after a command."""

import pytest

from server.domain.phones import canonical, dialled, same_phone
from server.domain.sms_commands import Command, read_command

NUMBER = "000G4-0R40Y"


@pytest.mark.parametrize(
    ("text", "flags", "number", "words"),
    [
        ("CEK 000G4-0R40Y", ["cek"], NUMBER, ""),
        ("cek 000g40r40y", ["cek"], NUMBER, ""),
        ("Cek: OOOG4 OR4OY.", ["cek"], NUMBER, ""),
        ("CEK no. 000G4-0R40Y", ["cek"], NUMBER, ""),
        ("CEK 000G4-0R40Y 123456", ["cek"], NUMBER, "123456"),
        ("CEKK 000G4-0R40Y", ["cek", "typo"], NUMBER, ""),
        ("  TAMBAH 000G4-0R40Y: di RT 5, dekat gereja. ", ["tambah"], NUMBER, "di RT 5, dekat gereja"),
        ("TAMBAH 000G4\u20130R40Y\ndi RT 5", ["tambah"], NUMBER, "di RT 5"),
        ("BELUM 000G4-0R40Y masih bocor", ["belum"], NUMBER, "masih bocor"),
        ("CEK 000G4-0R40Z", ["cek"], "", "000G4-0R40Z"),
        ("CEK", ["cek"], "", ""),
        ("CEK laporan saya", ["cek"], "", "laporan saya"),
        ("BERHENTI", ["berhenti"], "", ""),
    ],
)
def test_number_and_words(text, flags, number, words):
    asked = read_command(text, flags)
    assert (asked.command, asked.number, asked.words) == (Command(flags[0]), number, words)


@pytest.mark.parametrize("flags", [[], ["lain"], [""]])
def test_a_command_of_a_later_version_is_none(flags):
    assert read_command("CEK 000G4-0R40Y", flags).command is None


@pytest.mark.parametrize(
    ("words", "pin"),
    [("123456", "123456"), ("PIN 123456.", "123456"), ("12345", ""), ("1234567", ""), ("1234567890123456",) * 2],
)
def test_the_pin_after_the_number(words, pin):
    assert read_command(f"CEK {NUMBER} {words}", ["cek"]).pin == pin


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"CEK {NUMBER} 123456", ""),
        (f"CEK {NUMBER} 123456 kenapa lama?", "kenapa lama?"),
        (f"CEK {NUMBER} PIN: 1234567890123456, kenapa lama?", "kenapa lama?"),
        (f"CEK {NUMBER} kenapa lama?", "kenapa lama?"),
        (f"TAMBAH {NUMBER} 123456 rumah", "123456 rumah"),
    ],
)
def test_the_pin_is_not_among_what_staff_may_read(text, said):
    assert read_command(text, [text.split()[0].lower()]).said == said


@pytest.mark.parametrize(
    ("words", "command"),
    [
        *((words, Command.YES) for words in ("", "terima kasih", "sudah menyala lagi, Pak!", "su beres", "🙏")),
        *(
            (words, Command.CHECK)
            for words in ("tapi masih mati", "TIDAK", "blm beres", "sonde nyala", "sudah beres?", "gak", "mati lagi")
        ),
        *((words, Command.CHECK) for words in ("nda beres pak", "padam lagi", "kode …", "…", "?", "17")),
    ],
)
def test_a_ya_that_says_more_than_yes_is_a_question(words, command):
    assert read_command(f"YA {NUMBER} {words}", ["ya"]) == read_command(f"{command} {NUMBER} {words}", [command])


def test_a_ya_without_its_end_is_a_question():
    assert read_command(f"YA {NUMBER} sudah [...]", ["ya", "incomplete"]).command is Command.CHECK
    assert read_command(f"YA {NUMBER} sudah", ["ya", "typo"]).command is Command.YES


@pytest.mark.parametrize(("words", "rating"), [("5", 5), ("nilai 4!", 4), ("0", 0), ("6", 0), ("10", 0), ("", 0)])
def test_the_rating_after_the_number(words, rating):
    assert read_command(f"NILAI {NUMBER} {words}", ["nilai"]).rating == rating


@pytest.mark.parametrize(
    "phone", ["+6281234500001", "081234500001", "6281234500001", "0812-3450-0001", "(0812) 34500001"]
)
def test_one_phone_however_it_is_written(phone):
    assert canonical(phone) == "6281234500001"
    assert dialled(phone) == "+6281234500001"
    assert same_phone(phone, "+6281234500001")


@pytest.mark.parametrize("sender", ["", "1708", "123456", "TELKOMSEL", "+62x", "0812 3450 0001 ext 5"])
def test_names_and_service_numbers_are_nobodys_phone(sender):
    assert canonical(sender) == ""
    assert not same_phone(sender, sender)
    with pytest.raises(ValueError, match="phone"):
        dialled(sender)
