import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.at_parser import MAX_LINE, AtParser, Event, Line, Payload, Prompt, Result

OK = Result(ok=True, text="OK")
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"


def events(*pieces: bytes) -> list[Event]:
    parser = AtParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def test_a_result_code_is_a_whole_line() -> None:
    assert events(b"\r\nOK\r\n") == [OK]
    assert events(b"OKE PAK LAMPU MATI\r\n") == [Line("OKE PAK LAMPU MATI")]
    assert events(b"ERROR 5\r\n") == [Line("ERROR 5")]


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (b"ERROR", Result(ok=False, text="ERROR")),
        (b"+CMS ERROR: 321", Result(ok=False, kind="cms", number=321, text="+CMS ERROR: 321")),
        (b"+CME ERROR: SIM busy", Result(ok=False, kind="cme", text="+CME ERROR: SIM busy")),
        (b"COMMAND NOT SUPPORT", Result(ok=False, text="COMMAND NOT SUPPORT")),
    ],
)
def test_refusals(line: bytes, result: Result) -> None:
    assert events(line + b"\r\n") == [result]


@pytest.mark.parametrize("text", ["OK", "ERROR", "+CMS ERROR: 1", PDU])
@pytest.mark.parametrize("header", ["+CMGL: 3,1,,23", "+CMGR: 0,,23", "+CMT: ,23", "+CDS: 23"])
def test_the_line_below_a_header_is_never_a_result_code(header: str, text: str) -> None:
    assert events(f"\r\n{header}\r\n{text}\r\n\r\nOK\r\n".encode()) == [Payload(header, text.strip()), OK]


def test_an_indication_between_a_header_and_its_line_is_none_of_the_two() -> None:
    said = f'+CMGL: 1,1,,23\r\n\r\n+CMTI: "SM",4\r\n^RSSI:17\r\n{PDU}\r\nOK\r\n'.encode()
    assert events(said) == [Line('+CMTI: "SM",4'), Line("^RSSI:17"), Payload("+CMGL: 1,1,,23", PDU), OK]


@pytest.mark.parametrize("noise", ["_OSIGQ: 13,0", "RING", "NO CARRIER", "Call Ready", "CONNECT", "> ", "bukan"])
def test_nor_is_anything_else_between_them_that_is_no_hex(noise: str) -> None:
    said = f"+CMGL: 1,1,,23\r\n{noise}\r\nRDY\r\n{PDU}\r\n\r\nOK\r\n".encode()
    assert events(said) == [Line(noise.strip()), Line("RDY"), Payload("+CMGL: 1,1,,23", PDU), OK]


def test_where_no_hex_comes_the_first_line_is_the_message_and_what_follows_is_heard() -> None:
    assert events(b"+CMGL: 1,1,,23\r\n0791ZZ\r\n\r\nOK\r\n") == [
        Line("0791ZZ"),
        Payload("+CMGL: 1,1,,23", "0791ZZ"),
        OK,
    ]
    assert events(f"+CMGL: 1,1,,23\r\nRING\r\n+CMGL: 2,1,,23\r\n{PDU}\r\nOK\r\n".encode()) == [
        Line("RING"),
        Payload("+CMGL: 1,1,,23", "RING"),
        Payload("+CMGL: 2,1,,23", PDU),
        OK,
    ]
    assert events(b"+CDS: 23\r\n" + b"RING\r\n" * 9)[3:6] == [Line("RING"), Payload("+CDS: 23", "RING"), Line("RING")]


def test_what_a_modem_says_that_it_can_list_is_no_header() -> None:
    assert events(b"+CMGL: (0,1,2,3,4)\r\n\r\nOK\r\n") == [Line("+CMGL: (0,1,2,3,4)"), OK]


def test_a_message_without_octets_has_no_line_of_its_own() -> None:
    assert events(b"+CMGR: 0,,0\r\n\r\nOK\r\n") == [Payload("+CMGR: 0,,0", ""), OK]
    assert events(b"+CMGL: 1,0,,0\r\n\r\n\r\n+CMGL: 2,0,,2\r\n00AABB\r\nOK\r\n") == [
        Payload("+CMGL: 1,0,,0", ""),
        Payload("+CMGL: 2,0,,2", "00AABB"),
        OK,
    ]


def test_a_line_below_a_header_that_announces_nothing_is_kept_all_the_same() -> None:
    assert events(b"+CMGL: 5,0,,0\r\nFF\r\n\r\nOK\r\n") == [Payload("+CMGL: 5,0,,0", "FF"), OK]


def test_the_prompt_needs_no_line_end() -> None:
    assert events(b"\r\n> ") == [Prompt()]
    assert events(b"AT+CMGS=23\r\r\n>") == [Line("AT+CMGS=23"), Prompt()]
    assert events(b"> ", b"0011000A\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n") == [
        Prompt(),
        Line("0011000A"),
        Line("+CMGS: 7"),
        OK,
    ]


def test_an_answer_to_a_ussd_code_may_have_several_lines() -> None:
    assert events(b'+CUSD: 1,"Pulsa Rp 5.000\r\n\r\n1. Beli\nOK\r\n0. Keluar",15\r\nOK\r\n') == [
        Line('+CUSD: 1,"Pulsa Rp 5.000\n1. Beli\nOK\n0. Keluar",15'),
        OK,
    ]


def test_quotes_that_nobody_closes_do_not_swallow_all_that_follows() -> None:
    assert events(b'+CUSD: 1,"half\r\n' + b"x\r\n" * 20 + b"OK\r\n")[-1] == OK


def test_control_characters_of_a_bad_line_are_dropped() -> None:
    assert events(b"\x00\x00\x07OK\x00\r\n") == [OK]


def test_what_never_ends_is_thrown_away_and_the_next_line_is_read() -> None:
    assert events(b"A" * 20000, b"A\r\nOK\r\n") == [OK]
    assert events(b"A" * (MAX_LINE + 1) + b"\r\nOK\r\n") == [OK]


def test_a_prompt_behind_a_damaged_message_is_heard() -> None:
    assert events(b"+CDS: 25\r\n0006010\r\n\r\n> ") == [
        Line("0006010"),
        Payload("+CDS: 25", "0006010"),
        Prompt(),
    ]


def test_reset_forgets_half_a_line_and_a_header() -> None:
    parser = AtParser()
    parser.feed(b"+CMGL: 1,1,,23\r\nhalf")
    assert parser.reset() == []
    assert parser.feed(b"OK\r\n") == [OK]


def test_reset_gives_out_a_damaged_message() -> None:
    parser = AtParser()
    parser.feed(b"+CMT: ,23\r\n0791132\r\n")
    assert parser.reset() == [Payload("+CMT: ,23", "0791132")]
    assert parser.reset() == []


SPOKEN = [
    b'AT+CMGL=4\r\r\n+CMGL: 1,1,,23\r\n07911326\r\n+CMGL: 2,0,"",3\r\n+CMTI: "SM",3\r\nOK\r\n\r\nOK\r\n',
    b"AT+CMGS=12\r\r\n> 0011\x1a\r\n\r\n+CMGS: 5\r\n\r\nOK\r\n",
    b'+CUSD: 0,"a\r\nb > c\r\n",15\r\n\r\n>\r\n> x\r\nERROR\r\n',
    b"+CDS: 25\r\n0006010\r\n\r\n> 0011\x1a\r\n\r\n+CMGS: 5\r\n\r\nOK\r\n",
    b"+CMT: ,25\r\n> a\r\n> b\r\n>\r\nOK\r\n",
    b"\x00\xff\xfe>>\r\n\n\n\r+CDS: 25\r\n\r\n> nor\r\nRING\r\n",
]


@pytest.mark.parametrize("said", SPOKEN)
def test_it_does_not_matter_where_the_bytes_are_cut(said: bytes) -> None:
    whole = events(said)
    assert events(*[bytes([byte]) for byte in said]) == whole
    for cut in range(len(said)):
        assert events(said[:cut], said[cut:]) == whole


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b">", b" ", b'"', b"OK", b"+CMT: 1", b"+CUSD: 0,", b"\x1a", b"A", b"\xff"]))
)
def test_nor_does_it_for_any_noise(pieces: list[bytes]) -> None:
    assert events(*pieces) == events(b"".join(pieces))
