"""Lines, echo, result codes and prompts, as ITU-T V.250 and 3GPP TS 27.007 want them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.simulator import Simulator, make_settings
from firmware_bridge.simulator.command_line import Call, split_line
from tests.firmware_bridge.simulator.talk import Talk, submits


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("", [Call("")]),
        ("E0", [Call("E", "run", ("0",))]),
        ("Z", [Call("Z", "run", ("0",))]),
        ("&F", [Call("&F", "run", ("0",))]),
        ("E1V1", [Call("E", "run", ("1",)), Call("V", "run", ("1",))]),
        ("S0=0", [Call("S0", "set", ("0",))]),
        ("S3?", [Call("S3", "read", ("0",))]),
        ("+CSQ", [Call("CSQ")]),
        ("+CMGL=?", [Call("CMGL", "test")]),
        ("+cpin?", [Call("CPIN", "read")]),
        ("+CMEE=1;+CMGF=0", [Call("CMEE", "set", ("1",)), Call("CMGF", "set", ("0",))]),
        ('+CPMS="SM",,"ME"', [Call("CPMS", "set", ("SM", "", "ME"))]),
        ('+CMGS="a;b,c"', [Call("CMGS", "set", ("a;b,c",))]),
        ("^CURC=0", [Call("^CURC", "set", ("0",))]),
        ("DT0812;", [Call("D", "set", ("T0812;",))]),
        ("E0+CMGF=1", [Call("E", "run", ("0",)), Call("CMGF", "set", ("1",))]),
        ("+CSQ garbage", [Call("?")]),
        ("=1", None),
    ],
)
def test_a_line_is_taken_apart(line: str, calls: list[Call] | None) -> None:
    assert split_line(line) == calls


def test_what_is_typed_comes_back_until_echo_is_off() -> None:
    talk = Talk(echo=True)
    assert talk.write(b"AT\r") == "AT\r\r\nOK\r\n"
    assert talk.write(b"ATE0\r") == "ATE0\r\r\nOK\r\n"
    assert talk.write(b"AT\r") == "\r\nOK\r\n"


@pytest.mark.parametrize(
    ("before", "command", "answer"),
    [
        ("AT", "AT+NOSUCH", "\r\nERROR\r\n"),
        ("AT+CMEE=0", "AT+CPBR=1", "\r\nERROR\r\n"),
        ("AT+CMEE=1", "AT+CPBR=1", "\r\n+CME ERROR: 22\r\n"),
        ("AT+CMEE=2", "AT+CPBR=1", "\r\n+CME ERROR: not found\r\n"),
        ("AT+CMEE=1", "AT+CMGD=99", "\r\n+CMS ERROR: 321\r\n"),
        ("AT+CMEE=2", "AT+CMGD=99", "\r\n+CMS ERROR: invalid memory index\r\n"),
        ("ATV0", "AT", "0\r"),
        ("ATV0", "ATD0812;", "3\r"),
        ("ATQ1", "AT", ""),
        ("AT", "hello", ""),
        ("AT", "+++ATH", "\r\nOK\r\n"),
        ("AT", "\x1bAT", "\r\nOK\r\n"),
        ("AT", "ATX\x08I\x08H", "\r\nOK\r\n"),
        ("AT", "AT" + "X" * 3000, "\r\nERROR\r\n"),
        ("AT", "AT+CIMI", "\r\n510010123456789\r\n\r\nOK\r\n"),
        ("AT", "AT+CGSN", "\r\n356938035643809\r\n\r\nOK\r\n"),
        ("AT+COPS=3,2", "AT+COPS?", '\r\n+COPS: 0,2,"51010"\r\n\r\nOK\r\n'),
        ("AT+CREG=2", "AT+CREG?", '\r\n+CREG: 2,1,"0BB8","1F42"\r\n\r\nOK\r\n'),
        ("AT", "AT+CSQ;+CPAS", "\r\n+CSQ: 17,99\r\n\r\n+CPAS: 0\r\n\r\nOK\r\n"),
        ("AT", "AT+CSQ;+NO;+CPAS", "\r\n+CSQ: 17,99\r\n\r\nERROR\r\n"),
        ("AT", "ATS0=1;S0?", "\r\n1\r\n\r\nOK\r\n"),
        ("AT", "AT+CCLK?", '\r\n+CCLK: "26/11/22,10:00:00+32"\r\n\r\nOK\r\n'),
    ],
)
def test_answers_are_those_of_the_standard(before: str, command: str, answer: str) -> None:
    talk = Talk()
    talk.at(before)
    assert talk.write(command.encode("latin-1") + b"\r") == answer


def test_factory_settings_bring_the_echo_back() -> None:
    talk = Talk()
    talk.at("AT+CMGF=1;+CMEE=1")
    assert talk.at("AT&F") == ["OK"]
    assert talk.write(b"AT+CMGF?\r") == "AT+CMGF?\r\r\n+CMGF: 0\r\n\r\nOK\r\n"


def test_escape_gives_a_message_up() -> None:
    talk = Talk()
    assert talk.write(b"AT+CMGS=20\r") == "\r\n> "
    assert talk.write(b"0011\x1b") == "\r\nOK\r\n"
    assert talk.state()["parts"] == 0
    assert talk.at("AT") == ["OK"]


def test_a_prompt_swallows_commands_until_it_is_left() -> None:
    talk = Talk()
    talk.write(b"AT+CMGS=20\r")
    assert talk.write(b"AT\r") == "\r\n> "
    assert talk.write(b"\x1bAT\r") == "\r\nOK\r\n\r\nOK\r\n"


@pytest.mark.parametrize("state", ["pin", "puk", "absent"])
def test_a_locked_sim_refuses_messages(state: str) -> None:
    talk = Talk(sim=state)
    talk.at("AT+CMEE=1")
    number = {"pin": (11, 311), "puk": (12, 316), "absent": (10, 310)}[state]
    assert talk.at("AT+CIMI") == [f"+CME ERROR: {number[0]}"]
    assert talk.at("AT+CMGL=4") == [f"+CMS ERROR: {number[1]}"]
    assert not talk.state()["registered"]


def test_the_pin_unlocks_and_three_wrong_ones_ask_for_the_puk() -> None:
    talk = Talk(sim="pin", pin="4321")
    talk.at("AT+CMEE=1")
    assert talk.at("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert talk.at('AT+CPIN="0000"') == ["+CME ERROR: 16"]
    assert talk.at('AT+CPIN="4321"') == ["OK"]
    assert talk.at("AT+CPIN?") == ["+CPIN: READY", "OK"]
    talk = Talk(sim="pin")
    for _ in range(3):
        talk.at('AT+CPIN="9999"')
    assert talk.at("AT+CPIN?") == ["+CPIN: SIM PUK", "OK"]


def test_the_card_s_number_is_read_before_the_pin() -> None:
    talk = Talk(sim="pin")
    assert talk.at("AT+CRSM=176,12258,0,0,10") == ['+CRSM: 144,0,"98261021436587092143"', "OK"]
    assert talk.at("AT+CRSM=176,28423,0,0,9") == ['+CRSM: 106,130,""', "OK"]


def test_a_restart_forgets_settings_and_keeps_the_sim() -> None:
    talk = Talk(inbox=1)
    talk.at("AT+CMGF=1;+CNMI=2,1")
    assert talk.write(b"AT+CFUN=1,1\r") == (
        "\r\nOK\r\n\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n"
    )
    talk.at("ATE0")
    assert talk.at("AT+CMGF?;+CNMI?") == ["+CMGF: 0", "+CNMI: 0,0,0,0,0", "OK"]
    assert talk.state()["slots"] == [1]


def test_flight_mode_leaves_the_network() -> None:
    talk = Talk()
    talk.at("AT+CREG=1;+CMEE=1")
    assert talk.at("AT+CFUN=4") == ["OK", "+CREG: 2"]
    assert talk.at("AT+CREG?;+CSQ") == ["+CREG: 1,0", "+CSQ: 99,99", "OK"]
    assert talk.receive("menunggu") == 1
    assert talk.state()["waiting"] == 1
    assert talk.at("AT+CFUN=1") == ["OK", "+CREG: 1"]
    assert talk.state()["waiting"] == 0


SCRIPT = b'ATE1\rAT+CMGF=0;+CPMS?\rAT+CMGL=4\rAT+CMGS=%d\r%s\x1aAT+CMGD=1;+CMGD=2\rAT+CUSD=1,"*888#"\r'


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_the_bytes_are_cut(size: int) -> None:
    (pdu,) = submits("Halo")
    script = SCRIPT % (len(pdu) - 1, pdu.hex().encode())
    whole, pieces = Talk(inbox=3, echo=True), Talk(inbox=3, echo=True)
    expected = whole.write(script)
    said = "".join(pieces.write(script[start : start + size]) for start in range(0, len(script), size))
    assert said == expected
    assert pieces.state() == whole.state()
    assert expected.count("\r\nOK\r\n") == 6


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60), st.sampled_from([b"AT", b"\r", b"+CMGS=20\r", b"\x1a", b"AT+CMGL=4\r", b'"'])
        ),
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    simulator = Simulator(make_settings(), inbox=5)
    simulator.opened()
    for number, piece in enumerate(pieces):
        simulator.feed(piece, number * 0.5)
    simulator.feed(b"\x1b\rATE0V1Q0\r", 100)
    while simulator.take_output(1000):
        pass
    simulator.feed(b"AT\r", 1000)
    assert simulator.take_output(1000) == b"\r\nOK\r\n"


def test_the_same_seed_says_the_same() -> None:
    def said(seed: int) -> list[tuple[float, str]]:
        talk = Talk(latency="dongle", profile="huawei", seed=seed, inbox=5, urcs_inside=True)
        talk.at("AT+CNMI=2,1")
        (pdu,) = submits("Halo", report=True)
        talk.write(b"AT+CMGS=%d\r" % (len(pdu) - 1))
        talk.wait(1)
        talk.write(pdu.hex().encode() + b"\x1a")
        talk.receive("selama itu")
        talk.wait(60)
        return talk.heard

    assert said(7) == said(7)
    assert said(7) != said(8)
