"""What a text asks for, in all the ways in which people write it."""

from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_agent.sms_desk.grammar import Verb, is_mistyped, understand

NO = "7KQM9-XD4TF"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KOTKUPANG lampu mati", "lampu mati"),
        ("kotkupang lampu mati", "lampu mati"),
        ("Kotkupang: lampu mati", "lampu mati"),
        ("  KOTKUPANG,lampu mati  ", "lampu mati"),
        ("KOT KUPANG lampu mati", "lampu mati"),
        ("Kot-Kupang lampu mati", "lampu mati"),
        ("KOTKUPANGlampu mati", "lampu mati"),
        ("KOTKUPNG lampu mati", "lampu mati"),
        ("KOTKUPANGG lampu mati", "lampu mati"),
        ("KTOKUPANG lampu mati", "lampu mati"),
        ("K0TKUPANG lampu mati", "lampu mati"),
        ("LAPOR lampu mati", "lampu mati"),
        ("lapor: lampu mati", "lampu mati"),
        ("«KOTKUPANG» lampu mati", "lampu mati"),
        ("KOTKUPANG\nlampu\nmati", "lampu\nmati"),
        ("KOTKUPANG ya ampun lampu mati", "ya ampun lampu mati"),
        ("KOTKUPANG 😡😡", None),
        ("KOTKUPANG (spasi) lampu mati", "lampu mati"),
        ("KOTKUPANG<spasi>lampu mati", "lampu mati"),
        ("LAPOR [SPASI]: lampu mati", "lampu mati"),
        ("KOTKUPNG (spasi) lampu mati", "lampu mati"),
        ("KOTKUPANG spasi di formulir kurang", "spasi di formulir kurang"),
    ],
)
def test_a_keyword_makes_a_report_of_what_follows_it(text: str, said: str | None) -> None:
    understood = understand(text)
    assert understood.verb is Verb.REPORT
    assert understood.text == (said if said is not None else text)
    assert understood.is_draft is (said is None)


@pytest.mark.parametrize(
    "text",
    [
        "Lampu jalan mati su dua minggu",
        "Laporan saya kemarin bagaimana?",
        "Lapar pak, bantuan belum turun",
        "BANTUAN belum turun di RT 3",
        "berhenti bayar pungli",
        "mulai kemarin air mati",
        "ya ampun air mati",
        "belum ada air",
        "belum datang lagi mobil tangki",
        "nilai ujian anak saya hilang",
        "cek air di Oepura mati",
        "pin ATM saya tertelan di bank",
        "tambah lampu di gang ini",
        "KOTA KUPANG banyak sampah",
        "TAMBAH 7KQM9-XD4TX dekat GOR",
        "BELUM 7KQM9-XD4TX masih mati",
        "CEK7KQM9-XD4TX",
        "CEKdisisihkan",
        "Cek RT03RW02 gelap",
        "cek 08123456789 penipu",
        "nilai 1000000 pungli",
        "NILAI 7KQM9-XD4TX 9",
        "PIN 0812345678 hilang",
        "Ya 7KQM9-XD4TX terima kasih",
        "CEK 7KQM9-XD4TX 😡",
        "😡",
        "Kot",
        "Y",
        "yah",
        f"Pa {NO} belum beres",
        f"Ka {NO}",
        f"Yah {NO} masih mati juga",
        f"YES {NO}",
        f"Yg {NO} pak?",
        f"yg no {NO} status?",
        f"Yg {NO}",
        f"YS {NO}.",
        f"Yah {NO}",
        f"Y {NO}?",
        f"Y? {NO}",
        f"Iya {NO} pak?",
        f"Iya {NO} tapi masih mati",
        "YA?",
        "ya ??",
        f"YA{NO} masih mati",
        f"ya{NO}?",
        f"YAN {NO} masih mati",
    ],
)
def test_everything_else_is_a_draft_with_its_every_letter(text: str) -> None:
    understood = understand(text)
    assert (understood.verb, understood.text, understood.is_draft) == (Verb.REPORT, text, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\n",
        "...",
        "KOTKUPANG",
        "kotkupang ",
        "KOTKUPANG.",
        "LAPOR",
        "Lapor!!",
        "KOT KUPANG",
        "KOTKUPANG(spasi)",
    ],
)
def test_nothing_to_report_is_empty(text: str) -> None:
    assert understand(text).verb is Verb.EMPTY


@pytest.mark.parametrize(
    ("text", "verb", "form"),
    [
        (f"CEK {NO}", Verb.CHECK, f"CEK {NO}"),
        ("cek 7kqm9xd4tf", Verb.CHECK, f"CEK {NO}"),
        ("Cek no 7KQM9 XD4TF.", Verb.CHECK, f"CEK {NO}"),
        ("cek: #7KQM9-XD4TF", Verb.CHECK, f"CEK {NO}"),
        ("CEK nomor 7-K-Q-M-9-X-D-4-T-F", Verb.CHECK, f"CEK {NO}"),
        (f"CK {NO}", Verb.CHECK, f"CEK {NO}"),
        (f"CEKK {NO}", Verb.CHECK, f"CEK {NO}"),
        (f"ECK {NO}", Verb.CHECK, f"CEK {NO}"),
        (f"CEK {NO} 402913", Verb.CHECK, f"CEK {NO} 402913"),
        (f"cek {NO} pin 4O29l3", Verb.CHECK, f"CEK {NO} 402913"),
        (f"cek {NO} pin: 1234567890123456", Verb.CHECK, f"CEK {NO} 1234567890123456"),
        (f"cek {NO} terima kasih", Verb.CHECK, f"CEK {NO}"),
        (f"KOTKUPANG CEK {NO}", Verb.CHECK, f"CEK {NO}"),
        (f"CEK{NO}", Verb.CHECK, f"CEK {NO}"),
        ("cek7kqm9xd4tf pin 402913", Verb.CHECK, f"CEK {NO} 402913"),
        (f"ya{NO}.", Verb.YES, f"YA {NO}"),
        (f"KOTKUPANG TAMBAH{NO} dekat GOR", Verb.ADD, f"TAMBAH {NO} dekat GOR"),
        (f"TAMBAH {NO} dekat GOR Oepoi, RT 3", Verb.ADD, f"TAMBAH {NO} dekat GOR Oepoi, RT 3"),
        (f"tamba {NO}: Dekat GOR", Verb.ADD, f"TAMBAH {NO} Dekat GOR"),
        (f"YA {NO}", Verb.YES, f"YA {NO}"),
        (f"Ya, {NO} terima kasih", Verb.YES, f"YA {NO} terima kasih"),
        (f"Ya? {NO}", Verb.YES, f"YA {NO} ?"),
        ("ya", Verb.YES, "YA"),
        ("BELUM!", Verb.NOT_YET, "BELUM"),
        (f"BELUM {NO} lampu cuma nyala 1 malam", Verb.NOT_YET, f"BELUM {NO} lampu cuma nyala 1 malam"),
        (f"blum {NO} mati lagi", Verb.NOT_YET, f"BELUM {NO} mati lagi"),
        (f"NILAI {NO} 5", Verb.RATE, f"NILAI {NO} 5"),
        (f"nilai {NO}: 4 bagus", Verb.RATE, f"NILAI {NO} 4"),
        (f"nilai {NO} 9", Verb.RATE, f"NILAI {NO}"),
        (f"NILAI (spasi) {NO} (spasi) 5", Verb.RATE, f"NILAI {NO} 5"),
        (f"NILAI {NO} = (5)", Verb.RATE, f"NILAI {NO} 5"),
        (f"cek {NO} / PIN = 402913", Verb.CHECK, f"CEK {NO} 402913"),
        (f"TAMBAH (spasi) {NO} (spasi) dekat GOR", Verb.ADD, f"TAMBAH {NO} dekat GOR"),
        (f"KOTKUPANG (spasi) CEK (spasi) {NO}", Verb.CHECK, f"CEK {NO}"),
        (f"YAA {NO}", Verb.YES, f"YA {NO}"),
        (f"Y {NO}", Verb.YES, f"YA {NO}"),
        (f"Iya, {NO} terima kasih pak", Verb.YES, f"YA {NO} terima kasih pak"),
        (f"yap {NO}.", Verb.YES, f"YA {NO}"),
        (f"YA {NO} pin 402913", Verb.YES, f"YA {NO} pin …"),
        (f"YA {NO} tapi masih mati", Verb.YES, f"YA {NO} tapi masih mati"),
        (f"PIN {NO}", Verb.PIN, f"PIN {NO}"),
        ("Berhenti.", Verb.STOP, "BERHENTI"),
        ("BERENTI", Verb.STOP, "BERHENTI"),
        ("mulai", Verb.START, "MULAI"),
        ("Bantuan?", Verb.HELP, "BANTUAN"),
        ("KOTKUPANG BANTUAN", Verb.HELP, "BANTUAN"),
    ],
)
def test_a_command_is_brought_into_its_one_form(text: str, verb: Verb, form: str) -> None:
    understood = understand(text)
    assert (understood.verb, understood.text) == (verb, form)


SIGNS = [
    *("! ", "? ", " = ", ") ", "+ ", "/", "\\", "] ", "} ", "> ", "% ", "& ", "* ", "~ ", "^ ", "| ", "_ ", "@ ", "$ "),
    *(" – ", " — ", "” ", "’ ", "» ", "… ", " • ", " → ", " 👉 ", "\u00a0", "\u200b", "\n\n", "?!?! ", " : # "),
    *(" (spasi) ", "(spasi)", " <spasi> ", " [SPASI] ", " spasi ", " (spasi) no. ", " Nomor: (spasi) "),
]


@pytest.mark.parametrize("between", SIGNS)
@pytest.mark.parametrize("word", ["CEK", "YA", "BELUM"])
def test_whatever_signs_stand_between_a_command_and_its_number_it_is_one(word: str, between: str) -> None:
    asks = " ?" if word == "YA" and "?" in between else ""  # and a question closes nothing
    assert understand(f"{word}{between}{NO}").text == f"{word} {NO}{asks}"


@pytest.mark.parametrize("opening", ["(", "[", "{", "<", "“", '"', "‘", "*", "- ", "# ", "... "])
def test_whatever_signs_stand_around_a_command_it_is_one(opening: str) -> None:
    closing = {"(": ")", "[": "]", "{": "}", "<": ">", "“": "”", "‘": "’"}.get(opening, opening)
    assert understand(f"{opening}CEK{closing} {NO}").text == f"CEK {NO}"
    assert understand(f"{opening}YA {NO}{closing}").verb is Verb.YES


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("kenapa lama sekali, air masih mati", "kenapa lama sekali, air masih mati"),
        ("sudah sampai mana pak?", "sudah sampai mana pak?"),
        (": su 3 minggu pak!", "su 3 minggu pak!"),
        ("(spasi) belum beres", "belum beres"),
        ("402913 kenapa lama", "402913 kenapa lama"),
        ("pin 402913: kenapa lama", "402913 kenapa lama"),
        ("Terima kasih, pak.", ""),
        ("402913 terima kasih", "402913"),
        ("402 913 kenapa lama", "402913 kenapa lama"),
        ("pin: 402-913", "402913"),
        ("0812 3456 7890 1234", "0812345678901234"),
        ("tolong 🙏", ""),
    ],
)
def test_what_is_said_behind_cek_goes_up_with_it(said: str, text: str) -> None:
    understood = understand(f"CEK {NO} {said}")
    assert (understood.verb, understood.text) == (Verb.CHECK, f"CEK {NO} {text}".rstrip())


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("kenapa lama? 0812 3456 7890 1234", "kenapa lama? …"),
        ("kenapa lama? 0812-3456-7890-1234", "kenapa lama? …"),
        ("402 9131", ""),
        ("sandi 12O456", ""),
        ("kode saya 123 - 456", ""),
        ("kode 12345", ""),
        ("kode: empat kosong dua", ""),
        ("12345", ""),
        ("4029133", ""),
        ("1234 5678 9012 345", ""),
        ("kenapa lama, pin saya 402913", "kenapa lama, pin …"),
        ("kenapa lama? PIN402913", "kenapa lama? PIN …"),
        ("kenapa lama? kodenya 1234 5678 9012 3456", "kenapa lama? kodenya …"),
        ("12345 kenapa lama", "… kenapa lama"),
        ("402913 bukan 402914, kenapa lama", "402913 bukan …, kenapa lama"),
        ("halo 4 0 2 9 1 3 kenapa lama", "halo … kenapa lama"),
        ("lampu mati, 4029I3", "lampu mati, …"),
        ("lampu mati, l2 O 4 56", "lampu mati, …"),
        ("lampu mati RT 03, 402913", "lampu mati RT …"),
        ("lampu mati sejak 12-01-25", "lampu mati sejak 12-01-25"),
        ("lampu mati sejak 1/2/2025 402913", "lampu mati sejak 1/2/2025 …"),
        ("lampu mati sejak 40-29-13", "lampu mati sejak …"),
        ("telepon 081234567890 dulu", "telepon 081234567890 dulu"),
        ("lampu mati RT 03 RW 02, oli di jalan", "lampu mati RT 03 RW 02, oli di jalan"),
    ],
)
def test_no_pin_stays_among_the_words_behind_cek(said: str, text: str) -> None:
    assert understand(f"CEK {NO} {said}").text == f"CEK {NO} {text}".rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "CEK",
        "cek 7KQM9-XD4TX",
        "Cek no. 7KQM9-XD4TX.",
        "cek 7KQM9-XD4TX pin 402913",
        "PIN 7KQM9XD4T",
        "Ya 7KQM9-XD4TX",
        "NILAI 7KQM9-XD4TX 5",
        "nilai 7KQM9-XD4TX: 5!",
    ],
)
def test_a_number_that_cannot_be_one_is_said_to_be_wrong_where_nothing_else_was_said(text: str) -> None:
    assert understand(text).verb is Verb.UNKNOWN_NUMBER


def test_the_letters_o_i_and_l_are_read_as_the_digits_that_they_look_like() -> None:
    number = "0123456789"
    from sync_protocol.base32 import check_symbol, symbols, text

    whole = text([*symbols(number[:9]), check_symbol(symbols(number[:9]))])  # type: ignore[misc, arg-type]
    typed = whole.replace("0", "O").replace("1", "l")
    assert typed != whole
    assert understand(f"CEK {typed}").text == f"CEK {whole}"


def test_the_keyword_is_a_setting() -> None:
    assert understand("Atambua lampu mati", "ATAMBUA").text == "lampu mati"
    assert understand("KOTKUPANG lampu mati", "ATAMBUA").is_draft
    assert understand("ATAMBUA lampu mati", "Atambua ").is_draft is False
    assert understand("KOTKUPANG lampu", "").text == "lampu"


@pytest.mark.parametrize(
    ("word", "meant", "is_so"),
    [("CEK", "CEK", False), ("CKE", "CEK", True), ("CE", "CEK", True), ("LAPAN", "LAPOR", False)],
)
def test_one_typing_error_is_forgiven_and_no_more(word: str, meant: str, *, is_so: bool) -> None:
    assert is_mistyped(word, meant) is is_so


@pytest.mark.parametrize(
    ("word", "is_so"),
    [
        *(("YAA", True), ("IYA", True), ("Y", True), ("YAP", True)),
        *((word, False) for word in ("YE", "YG", "YAN", "YAH", "AYA", "PA", "KA", "A")),
    ],
)
def test_ya_has_a_few_other_spellings_and_no_typing_errors(word: str, *, is_so: bool) -> None:
    assert is_mistyped(word, "YA") is is_so


@pytest.mark.parametrize(
    "commands", [("CEK", "TAMBAH", "YA", "BELUM", "NILAI", "PIN"), ("BERHENTI", "MULAI", "BANTUAN")]
)
def test_no_typing_error_leads_to_two_commands(commands: tuple[str, ...]) -> None:
    for meant in commands:
        wrong = {
            meant[:at] + letter + meant[at + gone :]
            for at in range(len(meant) + 1)
            for letter in ("", *ascii_uppercase)
            for gone in (0, 1)
        }
        assert not [word for word in wrong for other in commands if other != meant and is_mistyped(word, other)]


@given(st.text(max_size=200))
def test_any_text_is_understood_and_no_report_loses_a_word(text: str) -> None:
    understood = understand(text)
    if understood.verb is Verb.REPORT:
        assert understood.text
        assert understood.text in text
    if understood.is_draft:
        assert understood.text == text.strip()


def test_what_is_printed_of_it_says_nothing() -> None:
    assert "lampu" not in repr(understand("lampu mati"))
