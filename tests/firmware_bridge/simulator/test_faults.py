"""What goes wrong when it was ordered to, and how a modem comes back from it."""

import pytest

from tests.firmware_bridge.simulator.talk import Talk, send, submits


def ordered(command: str, kind: str, **more: object) -> Talk:
    talk = Talk(inbox=2)
    assert talk.control(do="fault", command=command, kind=kind, **more) == {}
    return talk


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "+CMS ERROR: 500"),
        ({"number": 322}, "+CMS ERROR: 322"),
        ({"list": "cme", "number": 13}, "+CME ERROR: 13"),
        ({"list": ""}, "ERROR"),
    ],
)
def test_error_refuses_and_does_nothing(more: dict[str, object], said: str) -> None:
    talk = Talk(inbox=2)
    talk.at("AT+CMEE=1")
    talk.control(do="fault", command="CMGD", kind="error", **more)
    assert talk.at("AT+CMGD=1") == [said]
    assert talk.state()["slots"] == [1, 2]
    assert talk.at("AT+CMGD=1") == ["OK"]


def test_silence_does_nothing_and_says_nothing() -> None:
    talk = ordered("CMGD", "silence")
    assert talk.at("AT+CMGD=1") == []
    assert talk.state()["slots"] == [1, 2]
    assert talk.at("AT") == ["OK"]


def test_a_lost_answer_belongs_to_something_that_was_done() -> None:
    talk = ordered("CMGD", "lost-answer")
    assert talk.at("AT+CMGD=1") == []
    assert talk.state()["slots"] == [2]


def test_a_message_is_sent_though_its_answer_is_lost() -> None:
    talk = ordered("CMGS", "lost-answer")
    (pdu,) = submits("Halo")
    assert send(talk, pdu) == []
    assert len(talk.sent()) == 1
    assert send(talk, pdu) == ["+CMGS: 1", "OK"]


def test_a_fault_at_the_prompt_strikes_before_the_text() -> None:
    talk = ordered("CMGS", "error", stage="prompt", number=330)
    assert talk.at("AT+CMGS=20") == ["+CMS ERROR: 330"]
    assert talk.at("AT+CMGS=20") == ["> "]


def test_garbage_comes_with_the_answer() -> None:
    plain = Talk(inbox=2).write(b"AT+CMGL=4\r").encode("latin-1")
    before = ordered("CMGL", "garbage").write(b"AT+CMGL=4\r").encode("latin-1")
    assert before.endswith(plain)
    assert len(before) == len(plain) + 24
    inside = ordered("CMGL", "garbage", where="inside", octets=3).write(b"AT+CMGL=4\r").encode("latin-1")
    assert len(inside) == len(plain) + 3
    assert not inside.endswith(plain)
    instead = ordered("CMGL", "garbage", where="instead", octets=9).write(b"AT+CMGL=4\r")
    assert len(instead) == 9


@pytest.mark.parametrize("octets", [None, 0, 30])
def test_a_truncated_answer_is_its_beginning(octets: int | None) -> None:
    plain = Talk(inbox=2).write(b"AT+CMGL=4\r")
    cut = ordered("CMGL", "truncate", octets=octets).write(b"AT+CMGL=4\r")
    assert cut == plain[: len(plain) // 2 if octets is None else octets]


def test_unplugged_the_modem_is_gone_for_a_time_and_forgets() -> None:
    talk = ordered("CMGD", "unplug", seconds=6)
    talk.at("AT+CMGF=1")
    assert talk.at("AT+CMGD=1") == []
    assert not talk.simulator.port_is_there
    assert talk.at("AT") == []
    talk.wait(5.9)
    assert not talk.simulator.port_is_there
    assert "RDY" in talk.wait(0.2)
    assert talk.simulator.port_is_there
    talk.at("ATE0")
    assert talk.at("AT+CMGF?") == ["+CMGF: 0", "OK"]
    assert talk.state()["slots"] == [1, 2]
    assert talk.simulator.unplugged == 1


def test_unplugged_behind_the_deed() -> None:
    talk = ordered("CMGD", "unplug", done=True)
    talk.at("AT+CMGD=1")
    assert talk.state()["slots"] == [2]


def test_a_command_that_was_under_way_dies_with_the_power() -> None:
    talk = Talk(latency="dongle", inbox=2)
    talk.write(b"AT+CMGD=1\r")
    talk.wait(0.05)
    talk.control(do="unplug", seconds=1)
    talk.wait(10)
    assert talk.state()["slots"] == [1, 2]


def test_a_reboot_takes_the_port_away_only_where_that_takes_time() -> None:
    talk = ordered("CMGD", "reboot")
    assert "RDY" in talk.write(b"AT+CMGD=1\r")
    assert talk.simulator.unplugged == 0
    talk = Talk(latency="dongle")
    talk.control(do="reboot")
    assert not talk.simulator.port_is_there
    talk.wait(3.1)
    assert talk.simulator.port_is_there
    assert talk.at("AT") == [], "still starting"
    assert "SMS Ready" in talk.wait(1.5)


def test_a_modem_that_hangs_answers_when_the_port_is_opened_again() -> None:
    talk = ordered("CMGL", "hang")
    assert talk.at("AT+CMGL=4") == []
    assert talk.at("AT") == []
    talk.receive("selama itu")
    assert talk.state()["hung"]
    talk.simulator.closed()
    talk.simulator.opened()
    assert talk.at("AT") == ["OK"]
    assert talk.state()["slots"] == [1, 2, 3]


def test_a_modem_that_wants_power_stays_hung_until_then() -> None:
    talk = ordered("CMGL", "hang", until="power")
    talk.at("AT+CMGL=4")
    talk.simulator.closed()
    talk.simulator.opened()
    assert talk.at("AT") == []
    talk.control(do="unplug", seconds=1)
    talk.wait(2)
    talk.at("ATE0")
    assert talk.at("AT") == ["OK"]


def test_faults_wait_for_their_turn_and_are_used_up() -> None:
    talk = ordered("CMGL", "error", after=2, times=2)
    answers = [talk.at("AT+CMGL=2")[-1] for _ in range(6)]
    assert answers == ["OK", "OK", "+CMS ERROR: 500", "+CMS ERROR: 500", "OK", "OK"]
    assert talk.state()["faults"] == 0


def test_a_fault_does_not_strike_who_only_asks_what_there_is() -> None:
    talk = ordered("CMGL", "silence")
    assert talk.at("AT+CMGL=?") == ["+CMGL: (0-4)", "OK"]
    assert talk.at("AT+CMGL=4") == []


def test_any_command_and_the_bare_one_can_fail() -> None:
    talk = ordered("*", "error", list="")
    assert talk.at("AT+CSQ") == ["ERROR"]
    talk.control(do="fault", command="AT", kind="silence")
    assert talk.at("AT+CPAS") == ["+CPAS: 0", "OK"]
    assert talk.at("AT") == []


def test_faults_can_be_called_off() -> None:
    talk = ordered("CMGL", "hang", until="power")
    talk.at("AT+CMGL=4")
    talk.control(do="fault", command="AT", kind="silence", times=9)
    talk.control(do="clear_faults")
    assert talk.at("AT") == ["OK"]


def test_indications_come_inside_answers_where_that_is_chosen() -> None:
    inside = behind = 0
    for seed in range(20):
        talk = Talk(latency="dongle", seed=seed, inbox=4, urcs_inside=True)
        talk.finish("AT+CNMI=2,1")
        talk.write(b"AT+CMGL=4\r")
        talk.receive("selama itu")
        lines = [line for line in talk.wait(2).split("\r\n") if line]
        at = lines.index('+CMTI: "SM",7')
        assert lines[-1] == "OK"
        assert at == 0 or not lines[at - 1].startswith("+CMGL"), "never between a head and its PDU"
        inside += at > 0
        behind += at == 0
    assert inside > 3
    assert behind > 3


def test_indications_wait_for_the_end_of_an_answer_otherwise() -> None:
    talk = Talk(latency="dongle", inbox=4)
    talk.finish("AT+CNMI=2,1")
    talk.write(b"AT+CMGL=4\r")
    talk.receive("selama itu")
    assert [line for line in talk.wait(2).split("\r\n") if line][-2:] == ["OK", '+CMTI: "SM",7']
