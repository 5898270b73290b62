"""One text as several messages, and back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.pdu import (
    Address,
    Alphabet,
    Concat,
    Deliver,
    Element,
    PduError,
    Submit,
    count_parts,
    dcs_for,
    decode_pdu,
    encode_pdu,
    join_parts,
    parts_of,
    split_text,
)
from firmware_bridge.pdu.transliteration import to_gsm7

PEER = Address.parse("+6281234567890")
ANY_TEXT = st.text(max_size=700)
GSM_TEXT = st.text("abc €{}[]~^|\\\n@£ÅΔ'", max_size=700)

COUNTS = [
    ("", 1, "gsm7"),
    ("a" * 160, 1, "gsm7"),
    ("a" * 161, 2, "gsm7"),
    ("a" * 306, 2, "gsm7"),
    ("a" * 307, 3, "gsm7"),
    ("€" * 80, 1, "gsm7"),
    ("€" * 81, 2, "gsm7"),
    ("€" * 152, 2, "gsm7"),  # A part holds 76 of them, and one septet stays empty.
    ("€" * 153, 3, "gsm7"),
    ("я" * 70, 1, "ucs2"),
    ("я" * 71, 2, "ucs2"),
    ("я" * 134, 2, "ucs2"),
    ("я" * 135, 3, "ucs2"),
    ("😀" * 35, 1, "ucs2"),
    ("😀" * 36, 2, "ucs2"),
    ("😀" * 66, 2, "ucs2"),  # A part holds 33 of them, and one unit stays empty.
    ("😀" * 67, 3, "ucs2"),
]


@pytest.mark.parametrize(("text", "parts", "alphabet"), COUNTS, ids=[f"{t[:1]}{len(t)}" for t, _, _ in COUNTS])
def test_parts_are_counted_in_septets_and_units(text: str, parts: int, alphabet: str) -> None:
    assert count_parts(text) == (parts, alphabet)
    assert len(parts_of(text, reference=1)) == parts


def test_a_long_reference_costs_a_septet_or_a_unit() -> None:
    for sign, whole in (("a", 152), ("я", 66)):
        assert len(parts_of(sign * 2 * whole, reference=256)) == 2
        assert len(parts_of(sign * (2 * whole + 1), reference=65_535)) == 3
        assert [part.udh[0].iei for part in parts_of(sign * 2 * whole, reference=256)] == [8, 8]


@given(ANY_TEXT, st.sampled_from([0, 255, 256, 65_535]))
def test_any_text_is_whole_again_when_its_parts_are_joined(text: str, reference: int) -> None:
    submits = split_text(text, recipient=PEER, reference=reference, transliterate=False)
    decoded = [decode_pdu(encode_pdu(submit)) for submit in submits]
    assert decoded == submits
    assert join_parts(decoded) == text
    assert [part.text for part in decoded] == [(part.text or "").encode().decode() for part in decoded]  # None is cut.
    if len(decoded) > 1:
        concats = [part.concat for part in decoded]
        bits = 8 if reference <= 255 else 16
        assert concats == [Concat(reference, len(decoded), at + 1, bits) for at in range(len(decoded))]  # type: ignore[arg-type]


@given(GSM_TEXT)
def test_a_text_of_the_gsm_alphabet_never_takes_more_and_no_part_could_take_more(text: str) -> None:
    parts = parts_of(text, reference=1)
    assert {part.dcs for part in parts} == {0}
    costs = [[2 if sign in "€{}[]~^|\\" else 1 for sign in part.text] for part in parts]
    assert all(sum(cost) <= (160 if len(parts) == 1 else 153) for cost in costs)
    assert all(sum(cost) + following[0] > 153 for cost, following in pairwise(costs))


@given(ANY_TEXT)
def test_transliteration_is_for_the_whole_text_or_not_at_all(text: str) -> None:
    plain = to_gsm7(text)
    parts = parts_of(text, reference=1)
    assert join_parts([Submit(recipient=PEER, text=p.text, dcs=p.dcs, udh=p.udh) for p in parts]) == (
        text if plain is None else plain
    )
    assert count_parts(text) == (len(parts), Alphabet.UCS2 if plain is None else Alphabet.GSM7)


WRITTEN = [
    ("“Halo” – ‘apa’ kabar…", "\"Halo\" - 'apa' kabar..."),
    ("é è à ñ ö", "é è à ñ ö"),
    ("ç ê ë Ý š ő ạ", "c e e Y s o a"),
    ("cafe\u0301", "café"),
    ("tab\tdan\u00a0spasi\u202fsempit\u200b", "tab dan spasi sempit"),
    ("• satu № 5 ½ m² 25°C ™", "- satu No 5 1/2 m2 25oC TM"),
    ("Ｒｐ５０", "Rp50"),
    ("a → b ≤ c × 2", "a -> b <= c x 2"),
]


@pytest.mark.parametrize(("text", "written"), WRITTEN)
def test_signs_and_accents_are_written_with_what_the_alphabet_has(text: str, written: str) -> None:
    assert to_gsm7(text) == written


@pytest.mark.parametrize("text", ["“Halo” 😀", "Привет", "你好", "सड़क", "\u0301 мир"])
def test_a_text_with_one_sign_that_has_no_like_stays_as_it_is(text: str) -> None:
    assert to_gsm7(text) is None
    [part] = parts_of(text, reference=1)
    assert (part.text, part.dcs) == (text, 8)


def test_more_than_255_parts_or_a_reference_too_large_is_refused() -> None:
    assert len(parts_of("a" * 153 * 255, reference=1)) == 255
    assert count_parts("a" * (153 * 255 + 1)) == (256, "gsm7")
    with pytest.raises(PduError):
        parts_of("a" * (153 * 255 + 1), reference=1)
    with pytest.raises(PduError):
        parts_of("a" * 161, reference=65_536)


def test_half_a_surrogate_pair_is_not_sent() -> None:
    [part] = parts_of("a\ud83d", reference=1)
    assert part.text == "a\ufffd"


def test_a_split_text_asks_for_reports_and_lives_as_long_as_it_was_given() -> None:
    submits = split_text("a" * 200, recipient=PEER, reference=9, report=False, validity_hours=48)
    assert [(s.report, s.validity and s.validity.total_seconds()) for s in submits] == [(False, 172_800)] * 2  # type: ignore[union-attr]
    assert split_text("a", recipient=PEER, reference=9)[0].report


def part(text: str, number: int, *, dcs: int = 0, udh: tuple[Element, ...] = ()) -> Deliver:
    return Deliver(sender=PEER, text=text, dcs=dcs, udh=(Concat(1, 2, number).element(), *udh))


@given(st.text(min_size=2, max_size=33), st.data())
def test_a_text_that_a_phone_cut_within_a_character_is_whole_again(text: str, data: st.DataObject) -> None:
    units = text.encode("utf-16-be")
    at = data.draw(st.integers(0, len(units) // 2)) * 2
    halves = [half.decode("utf-16-be", "surrogatepass") for half in (units[:at], units[at:])]
    parts = [decode_pdu(encode_pdu(part(half, n, dcs=dcs_for(Alphabet.UCS2)))) for n, half in enumerate(halves, 1)]
    assert join_parts(parts) == text


@pytest.mark.parametrize("language", range(14))
def test_an_escape_that_was_cut_from_its_character_joins_it_again(language: int) -> None:
    udh = (Element(0x24, bytes([language])), Element(0x25, bytes([language])))
    first = decode_pdu(encode_pdu(part("1\x1b", 1, udh=udh)))
    second = Deliver(sender=PEER, text="e2", udh=udh)  # In every language, 0x65 is the euro sign behind an escape.
    assert join_parts([first, decode_pdu(encode_pdu(second))]) == "1€2"


def test_half_a_character_that_nobody_completes_is_marked_or_dropped() -> None:
    assert join_parts([part("a\ud83d", 1, dcs=8)]) == "a\ufffd"
    assert join_parts([part("a\x1b", 1)]) == "a"
    assert join_parts([part("a\x1b", 1), part("b", 2, dcs=8)]) == "ab"
    assert join_parts([part("a\x1b", 1), part("\ufffd", 2)]) == "a\ufffd"
    assert join_parts([part("a\x1b", 1), part("\x1b", 2)]) == "a "
    assert join_parts([]) == ""
