"""The machine against a scripted modem: what is written in which order, and what the desk is told."""

from collections.abc import Callable
from typing import Any

import pytest

from firmware_bridge.desk import Outcome
from firmware_bridge.modem import TRANSITIONS, Event, State
from firmware_bridge.pdu import decode_pdu
from firmware_bridge.pins import UnkeptPinTries
from tests.firmware_bridge.modem_rig import IMEI, IMSI, Rig, error, listed, ok, outgoing, sms


def ready(**settings: Any) -> Rig:
    """A rig that has been set up and has nothing to do."""
    return Rig(**settings).open().run(5)


def texts(rig: Rig) -> set[str]:
    return {getattr(decode_pdu(found.pdu), "text", "") for found in rig.desk.found}


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State)
    assert set(TRANSITIONS.values()) == set(State)
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_messages_are_taken_before_anything_else_is_set_up() -> None:
    rig = Rig()
    rig.peer.slots.update({1: sms("satu"), 2: sms("dua")})
    rig.open().run(5)
    first = rig.peer.heard.index("AT+CMGD=1")
    assert rig.peer.heard[:first] == [
        "ATE0",
        "AT+CGSN",
        "AT+CPIN?",
        "AT+CIMI",
        "AT+CMGF=0",
        "AT+CPMS?",
        "AT+CMGL=4",
    ]
    assert "AT+CGMI" in rig.peer.heard[first:]
    assert not rig.peer.slots
    assert [(found.storage, found.index, found.pdu) for found in rig.desk.found] == [
        ("SM", 1, sms("satu")),
        ("SM", 2, sms("dua")),
    ]
    assert {(sim.imei, sim.imsi) for sim in rig.desk.sims} == {(IMEI, IMSI)}
    assert rig.desk.takes == [2]


def test_nothing_is_deleted_that_the_desk_refused_and_it_comes_again() -> None:
    rig = Rig()
    rig.peer.slots[4] = sms("satu")
    rig.desk.refusals = 5
    rig.open().run(0.5)
    assert 4 in rig.peer.slots
    assert rig.facts.trouble() == "desk-refused"
    rig.run(60)
    assert not rig.peer.slots
    assert rig.desk.takes == [1]
    assert rig.facts.trouble() == ""


def test_an_indication_leads_to_a_sweep_at_once() -> None:
    rig = ready()
    rig.peer.slots[3] = sms("baru")
    rig.say(b'\r\n+CMTI: "SM",3\r\n').run(0.2)
    assert not rig.peer.slots


def test_without_indications_the_storages_are_swept_all_the_same() -> None:
    rig = ready(sweep_s=20.0)
    rig.peer.slots[3] = sms("baru")
    rig.run(21)
    assert not rig.peer.slots


def test_all_storages_are_swept() -> None:
    rig = Rig()
    rig.peer.storages.update({"ME": {7: sms("di modem")}, "SR": {0: sms("laporan")}, "BM": {1: sms("siaran")}})
    rig.open().run(5)
    assert {(found.storage, found.index) for found in rig.desk.found} == {("ME", 7), ("SR", 0)}
    assert rig.peer.storages["BM"]


@pytest.mark.parametrize("named", [("SM", "MT"), ("MT", "SM"), ("ME", "MT")])
def test_what_lies_where_the_modem_names_only_both_together_is_read_there(named: tuple[str, str]) -> None:
    """MT is card and modem as one storage, with places of its own."""
    rig = Rig()
    one = named[0] if named[0] != "MT" else named[1]
    rig.peer.storages = {name: {} for name in named}
    rig.peer.chosen = one
    rig.peer.storages[one][1] = sms("satu")
    rig.peer.storages["MT"] |= {1: sms("dua"), 31: sms("tiga")}
    rig.open().run(5)
    assert texts(rig) == {"satu", "dua", "tiga"}
    assert not any(rig.peer.storages.values())
    assert rig.facts.storages == (one, "MT")
    assert next(line for line in rig.peer.heard if line.startswith("AT+CPMS=") and "?" not in line).count(one) == 3


@pytest.mark.parametrize("named", [("SM", "ME", "MT"), ("SM", "MT")])
def test_both_together_are_left_alone_where_they_hold_nothing_else(named: tuple[str, ...]) -> None:
    rig = Rig()
    rig.peer.storages = {name: {} for name in named}
    rig.peer.places["MT"] = 30
    rig.peer.chosen = "MT"
    rig.open().run(5)
    assert rig.facts.storages == named[:-1]
    assert rig.facts.places() == (0, 30 * len(rig.facts.storages))


def test_a_place_that_two_storages_count_is_counted_once() -> None:
    rig = Rig()
    rig.peer.storages |= {"MT": {1: sms("satu")}}
    rig.peer.special["AT+CMGD"] = error("CMS", 320)
    rig.open().run(5)
    assert rig.facts.places() == (1, 60)


def test_a_report_that_lies_in_no_storage_is_kept_until_the_desk_has_it() -> None:
    rig = ready()
    rig.desk.refusals = 1
    rig.say(b"\r\n+CDS: 25\r\n" + sms("laporan").hex().encode() + b"\r\n").run(5)
    assert [(found.storage, found.index, found.pdu) for found in rig.desk.found] == [("", 0, sms("laporan"))]


@pytest.mark.parametrize("line", [sms("satu").hex()[:-6], "bukan heks", "0791ZZ"])
def test_a_damaged_line_is_read_again_before_it_is_believed(line: str) -> None:
    rig = Rig()
    whole = sms("satu")
    answers = [ok(f"+CMGL: 1,1,,{len(whole) - 1 - whole[0]}", line)]
    rig.peer.slots[1] = whole
    rig.peer.special["AT+CMGL=4"] = lambda _line: answers.pop() if answers else None
    rig.open().run(5)
    assert [found.pdu for found in rig.desk.found] == [whole]


@pytest.mark.parametrize("noise", ["_OSIGQ: 13,0", "RING", "NO CARRIER", "Call Ready", "CONNECT", "4F4B", "4F"])
def test_what_stands_in_every_list_between_a_header_and_its_line_is_not_taken_for_the_message(noise: str) -> None:
    rig = Rig()
    whole = sms("satu penting")
    rig.peer.slots[1] = whole
    rig.peer.special["AT+CMGR=1"] = ok(f"+CMGR: 0,,{len(whole) - 1 - whole[0]}", whole.hex().upper())
    rig.peer.special["AT+CMGL=4"] = lambda _line: ok(
        *(line for header, body in [listed(1, whole)] * len(rig.peer.slots) for line in (header, noise, body))
    )
    rig.open().run(60)
    assert {found.pdu for found in rig.desk.found} == {whole}
    assert not rig.peer.slots


def test_what_reads_damaged_twice_is_handed_over_as_it_is() -> None:
    rig = Rig()
    rig.peer.slots[1] = "bukan heks"
    rig.open().run(5)
    assert [found.pdu for found in rig.desk.found] == [b"bukan heks"]
    assert not rig.peer.slots


def test_an_entry_without_a_line_is_handed_over_as_empty_and_hides_no_other() -> None:
    rig = Rig()
    whole = sms("satu")
    rig.peer.slots.update({1: whole, 2: "", 3: whole})
    rig.open().run(60)
    assert sorted((found.index, found.pdu) for found in rig.desk.found) == [(1, whole), (2, b""), (3, whole)]


def test_the_last_entry_without_a_line_does_not_take_the_modem_for_silent() -> None:
    rig = Rig()
    rig.peer.slots.update({1: sms("satu"), 2: ""})
    rig.open().run(90)
    assert not rig.peer.slots
    assert rig.reopened == 0


def test_a_call_does_not_end_a_command() -> None:
    rig = Rig()
    rig.peer.slots.update({1: sms("satu"), 2: sms("dua")})
    rig.peer.special["AT+CMGD"] = lambda _line: setattr(rig.peer, "unasked", b"\r\nRING\r\n\r\nNO CARRIER\r\n")
    rig.open().run(5)
    assert not rig.peer.slots
    assert rig.desk.takes == [2]


@pytest.mark.parametrize("maker", ["ACME", "MTK"])
def test_a_modem_that_lists_nothing_is_read_place_by_place(maker: str) -> None:
    rig = lists_nothing(maker)
    rig.peer.slots[5] = sms("satu")
    rig.open().run(5)
    assert [(found.index, found.pdu) for found in rig.desk.found] == [(5, sms("satu"))]
    rig.peer.slots[5] = sms("dua")
    rig.say(b'\r\n+CMTI: "SM",5\r\n').run(1.0 if maker == "MTK" else 40)
    assert texts(rig) == {"satu", "dua"}
    assert not rig.peer.slots


@pytest.mark.parametrize("maker", ["ACME", "MTK"])
def test_a_place_that_counts_as_used_and_holds_nothing_is_looked_for_once(maker: str) -> None:
    rig = lists_nothing(maker)
    rig.peer.special["AT+CPMS?"] = lambda _line: ok(f'+CPMS: "SM",{1 + len(rig.peer.slots)},30')
    rig.open().run(300)
    assert rig.peer.heard.count("AT+CMGR=7") <= 2, "another time once its maker is known"
    rig.peer.slots[5] = sms("satu")
    rig.run(40)
    assert texts(rig) == {"satu"}
    assert not rig.peer.slots


def lists_nothing(maker: str) -> Rig:
    rig = Rig(sweep_s=20.0)

    def place(line: str) -> bytes:
        whole = rig.peer.slots.get(int(line.partition("=")[2]))
        return ok(f"+CMGR: 1,,{len(whole) - 1 - whole[0]}", whole.hex()) if isinstance(whole, bytes) else ok()

    rig.peer.special.update({"AT+CMGL=4": ok(), "AT+CMGR": place, "AT+CGMI": ok(maker), "AT+CGMM": ok("MT6276")})
    return rig


def test_a_message_that_cannot_be_deleted_is_tried_again_ever_less_often() -> None:
    rig = Rig()
    rig.peer.slots[1] = sms("satu")
    rig.peer.special["AT+CMGD"] = error("CMS", 500)
    rig.open().run(60)
    assert rig.facts.trouble() == "cannot-delete"
    assert 4 <= rig.peer.heard.count("AT+CMGD=1") <= 10


# -- sending -----------------------------------------------------------------------------------------------------------


def test_a_message_goes_out_as_a_pdu_and_its_reference_comes_back() -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.modem.wake()
    rig.run(1)
    assert rig.peer.sent == [outgoing()[0].pdu]
    assert rig.desk.outcomes == [("a", 1, Outcome.SENT, 1, "")]


def test_parts_go_out_one_after_the_other_with_the_link_kept_open() -> None:
    rig = ready()
    rig.desk.waiting = outgoing("x" * 400)
    rig.modem.wake()
    rig.run(1)
    at = rig.peer.heard.index("AT+CMMS=2")
    assert [line.partition("=")[0] for line in rig.peer.heard[at + 1 :]] == ["AT+CMGS"] * 3
    assert [outcome for _, _, outcome, _, _ in rig.desk.outcomes] == [Outcome.SENT] * 3


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        (error("CMS", 38), Outcome.FAILED, "cms-38"),
        (error("CMS", 331), Outcome.FAILED, "cms-331"),
        (error("CMS", 28), Outcome.REFUSED, "cms-28"),
        (error("CMS", 304), Outcome.REFUSED, "cms-304"),
        (error("CMS", 332), Outcome.UNKNOWN, "cms-332"),
        (b"\r\nERROR\r\n", Outcome.FAILED, "at-error"),
        (b"", Outcome.UNKNOWN, "command-timeout"),
        (b"\r\n+CMGS: 9\r\n", Outcome.SENT, ""),
    ],
)
def test_what_the_network_says_decides(answer: bytes, outcome: Outcome, code: str) -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.special["PDU"] = answer
    rig.modem.wake()
    rig.run(60)
    assert [(told, why) for _, _, told, _, why in rig.desk.outcomes] == [(outcome, code)]


def test_without_a_prompt_nothing_was_sent() -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.special["AT+CMGS"] = b""
    rig.modem.wake()
    rig.run(8)
    assert rig.desk.outcomes == [("a", 1, Outcome.FAILED, None, "command-timeout")]
    assert rig.peer.sent == []


DAMAGED = b"\r\n+CDS: 25\r\n0006010C91261\r\n"


def test_a_damaged_report_between_two_parts_keeps_none_of_them_back_and_is_handed_over() -> None:
    rig = ready()
    rig.desk.waiting = outgoing("x" * 200)
    rig.peer.special["PDU"] = lambda _pdu: setattr(rig.peer, "unasked", b"" if rig.peer.unasked else DAMAGED)
    rig.modem.wake()
    rig.run(60)
    assert [outcome for _, _, outcome, _, _ in rig.desk.outcomes] == [Outcome.SENT] * 2
    assert [found.pdu for found in rig.desk.found] == [DAMAGED.split()[-1]] * 2


@pytest.mark.parametrize("loses", ["the answer", "the port"])
def test_a_damaged_message_that_lies_in_no_storage_is_handed_over_after_what_was_lost(loses: str) -> None:
    rig = ready()
    rig.peer.special.update(dict.fromkeys(("AT+CSQ", "AT+CMGF", "AT+CMGF?"), b""))
    rig.run(40, lambda: rig.peer.heard[-1] in {"AT+CSQ", "AT+CMGF=0"})
    rig.say(DAMAGED)
    if loses == "the port":
        rig.modem.lost(rig.now)
    else:
        rig.run(6)
    rig.peer.special.clear()
    rig.run(30)
    assert [found.pdu for found in rig.desk.found] == [DAMAGED.split()[-1]]


def test_nothing_is_sent_while_a_message_waits_on_the_card() -> None:
    rig = ready()
    rig.peer.slots[1] = sms("satu")
    rig.desk.waiting = outgoing()
    rig.say(b'\r\n+CMTI: "SM",1\r\n')
    rig.modem.wake()
    rig.run(1)
    assert rig.peer.heard.index("AT+CMGD=1") < next(
        place for place, line in enumerate(rig.peer.heard) if line.startswith("AT+CMGS")
    )


def order_of_five_messages(rig: Rig, happens: Callable[[], None]) -> list[str]:
    """Sends and lists, in their order, while five messages go out; something happens during the first."""
    rig.desk.waiting = [part for name in "abcde" for part in outgoing(name=name)]

    def answer(_pdu: str) -> None:
        if len(rig.peer.sent) == 1:
            happens()

    rig.peer.special["PDU"] = answer
    before = len(rig.peer.heard)
    rig.modem.wake()
    rig.run(60, lambda: len(rig.desk.outcomes) == 5)
    assert {outcome for _, _, outcome, _, _ in rig.desk.outcomes} == {Outcome.SENT}
    return [line[:7] for line in rig.peer.heard[before:] if line.startswith(("AT+CMGS", "AT+CMGL"))]


def test_a_message_that_comes_while_others_go_out_is_taken_before_the_next_is_sent() -> None:
    rig = ready(sweep_s=300.0)

    def come() -> None:
        rig.peer.slots[1] = sms("satu")
        rig.say(b'\r\n+CMTI: "SM",1\r\n')

    assert order_of_five_messages(rig, come)[:3] == ["AT+CMGS", "AT+CMGL", "AT+CMGL"]
    assert texts(rig) == {"satu"}


def test_a_sweep_that_gets_due_while_messages_go_out_is_made_before_the_next_is_sent() -> None:
    rig = ready(sweep_s=20.0)

    def take_time() -> None:
        rig.peer.slots[1] = sms("satu")
        rig.now += 25.0

    assert order_of_five_messages(rig, take_time)[:3] == ["AT+CMGS", "AT+CMGL", "AT+CMGL"]
    assert texts(rig) == {"satu"}


def test_a_reply_goes_out_between_two_messages_once_it_has_waited_for_a_minute() -> None:
    rig = ready(reply_wait_s=60.0)

    def slow(_line: str) -> None:
        rig.now += 10.0

    rig.peer.slots.update({index: sms(f"SMS {index}") for index in range(1, 16)})
    rig.peer.special["AT+CMGD"] = slow
    rig.desk.waiting = outgoing(name="bulk") + outgoing(name="reply", is_reply=True)
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(400, lambda: not rig.peer.slots)
    sends = [place for place, line in enumerate(rig.peer.heard) if line.startswith("AT+CMGS")]
    assert rig.desk.outcomes == [("reply", 1, Outcome.SENT, 1, "")]
    assert rig.peer.heard.index("AT+CMGD=5") < sends[0] < rig.peer.heard.index("AT+CMGD=8")


def test_while_the_desk_cannot_commit_only_a_reply_a_minute_goes_out() -> None:
    rig = Rig()
    rig.peer.slots[1] = sms("satu")
    rig.desk.refusals = 10**6
    rig.desk.waiting = outgoing(name="bulk") + [
        part for name in "abcdef" for part in outgoing(name=name, is_reply=True)
    ]
    rig.open().run(55)
    assert rig.desk.outcomes == []
    rig.run(130)
    assert [name for name, _, _, _, _ in rig.desk.outcomes] == ["a", "b", "c"]


def test_a_storage_that_cannot_be_listed_is_told_and_keeps_all_back_but_not_for_ever() -> None:
    rig = Rig()
    rig.peer.storages["ME"] = {1: sms("di ME")}
    rig.peer.special["AT+CMGL=4"] = lambda _line: error("CMS", 320) if rig.peer.chosen == "ME" else None
    rig.desk.waiting = outgoing()
    rig.open().run(10)
    assert rig.facts.trouble() == "cannot-list"
    assert rig.desk.outcomes == []
    rig.run(60)
    assert [told for _, _, told, _, _ in rig.desk.outcomes] == [Outcome.SENT]
    assert rig.facts.trouble() == "cannot-list"
    rig.peer.special.clear()
    rig.run(60)
    assert texts(rig) == {"di ME"}
    assert rig.facts.trouble() == ""


def test_a_storage_that_is_not_swept_need_not_be_listed() -> None:
    rig = Rig()
    rig.peer.places["MT"] = 30
    rig.peer.storages["MT"] = {}
    rig.peer.chosen = "MT"
    rig.peer.special["AT+CMGL=4"] = lambda _line: error("CMS", 320) if rig.peer.chosen == "MT" else None
    rig.open().run(10)
    assert (rig.facts.trouble(), rig.facts.resets) == ("", 0)


def test_a_storage_that_cannot_be_chosen_is_told_too() -> None:
    rig = Rig()
    rig.peer.storages["ME"] = {}
    rig.peer.special.update(
        dict.fromkeys(('AT+CPMS="ME"', 'AT+CPMS="ME","SM"', 'AT+CPMS="ME","SM","SM"'), error("CMS", 302))
    )
    rig.open().run(10)
    assert rig.facts.trouble() == "cannot-list"


def test_nothing_is_sent_without_a_network() -> None:
    rig = Rig()
    rig.peer.special["AT+CREG?"] = ok("+CREG: 0,2")
    rig.peer.special["AT+CEREG?"] = ok("+CEREG: 0,0")
    rig.desk.waiting = outgoing()
    rig.open().run(20)
    assert rig.desk.asked == []
    assert rig.facts.trouble() == "not-registered"


def test_text_of_a_restarted_modem_never_becomes_a_recipient() -> None:
    """In text mode AT+CMGS=23 would send to the number 23."""
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.echo = True  # It has started anew without a word.
    rig.modem.wake()
    rig.run(0.5)
    assert rig.desk.outcomes[0][2] is Outcome.FAILED
    assert rig.peer.sent == []
    assert rig.facts.resets == 1


def test_nor_does_that_of_one_that_keeps_its_echo_off() -> None:
    rig = ready(sweep_s=300.0, check_s=300.0)
    mode = ["0"]

    def obey(line: str) -> bytes:
        mode[0] = line[-1]
        return ok()

    rig.peer.special["AT+CMGF"] = obey
    mode[0] = "1"  # It has started anew without a word, and without an echo.
    rig.peer.special["PDU"] = lambda _pdu: error("CMS", 304) if mode[0] == "1" else None
    rig.desk.waiting = outgoing(name="a") + outgoing(name="b")
    rig.modem.wake()
    rig.run(1)
    assert [told for _, _, told, _, _ in rig.desk.outcomes] == [Outcome.SENT] * 2


def test_a_modem_that_refuses_pdu_mode_is_given_no_pdu() -> None:
    rig = ready(sweep_s=300.0, check_s=300.0)
    rig.peer.special["AT+CMGF=0"] = error("CMS", 303)
    rig.desk.waiting = outgoing()
    rig.modem.wake()
    rig.run(0.5)
    assert rig.desk.outcomes == [("a", 1, Outcome.FAILED, None, "command-failed")]
    assert rig.peer.sent == []


# -- the watchdog ------------------------------------------------------------------------------------------------------


def test_after_a_time_out_the_late_ok_is_not_taken_for_the_next_answer() -> None:
    rig = ready()
    rig.peer.slots[1] = sms("satu")
    rig.peer.special["AT+CMGF=0"] = b""
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(20, lambda: rig.modem.state is State.RECOVER)
    del rig.peer.special["AT+CMGF=0"]
    rig.peer.special["AT+CMGF?"] = lambda _line: ok() + ok("+CMGF: 0")
    rig.run(5)
    assert [found.pdu for found in rig.desk.found] == [sms("satu")]
    assert not rig.peer.slots


def test_a_silent_modem_is_woken_then_reopened_then_reset_ever_less_often() -> None:
    rig = ready()
    names = ("ATE0", "AT+CMGF", "AT+CMGF?", "AT+CSQ", "AT+CMGL", "AT+CFUN", "AT+CGSN")
    rig.peer.special.update(dict.fromkeys(names, b""))
    rig.run(300)
    steps = list(rig.facts.steps)
    assert rig.facts.trouble() == "silent"
    assert steps.index("wake") < steps.index("re-open") < steps.index("CFUN=1,1") < steps.index("CFUN=0")
    assert 2 <= rig.peer.heard.count("AT+CFUN=1,1") + rig.peer.heard.count("AT+CFUN=0") <= 4
    assert rig.facts.resets == steps.count("CFUN=1,1") + steps.count("CFUN=0")
    assert rig.facts.stepped_at > rig.now - 300
    assert rig.reopened > 20


def test_thirty_seconds_of_silence_end_within_ten() -> None:
    rig = ready()
    names = ("ATE0", "AT+CMGF", "AT+CMGF?", "AT+CSQ", "AT+CMGL", "AT+CPMS", "AT+CGSN", "AT+CREG?")
    rig.peer.special.update(dict.fromkeys(names, b""))
    rig.run(30)
    assert "AT+CFUN=1,1" not in rig.peer.heard
    for name in names:
        del rig.peer.special[name]
    rig.peer.slots[1] = sms("satu")
    began = rig.now
    rig.run(30, lambda: not rig.peer.slots)
    assert rig.now - began < 10
    assert rig.facts.trouble() == ""


def test_a_list_that_the_modem_never_saw_costs_little_time() -> None:
    rig = ready()
    rig.peer.slots[1] = sms("satu")
    swallowed = [b""]
    rig.peer.special["AT+CMGL=4"] = lambda _line: swallowed.pop() if swallowed else None
    began = rig.now
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(20, lambda: not rig.peer.slots)
    assert rig.now - began < 3
    assert rig.reopened == 0


def test_a_list_that_breaks_off_costs_little_time() -> None:
    rig = ready()
    rig.peer.slots.update({1: sms("satu"), 2: sms("dua")})
    broken = [b"\r\n+CMGL: 1,1,,24\r\n"]
    rig.peer.special["AT+CMGL=4"] = lambda _line: broken.pop() if broken else None
    began = rig.now
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(20, lambda: not rig.peer.slots)
    assert rig.now - began < 3
    assert [found.pdu for found in rig.desk.found] == [sms("satu"), sms("dua")]


@pytest.mark.parametrize("late_mode", [b"", ok("+CMGF: 0"), b"\r\nAT+CMGF?\r\n" + ok("+CMGF: 0")])
def test_a_slow_modem_is_waited_for(late_mode: bytes) -> None:
    """It does one thing after the other: the list, then the probe, or it has not even heard that."""
    rig = ready()
    whole = sms("satu")
    rig.peer.slots[1] = whole
    rig.peer.special.update({"AT+CMGL=4": b"", "AT+CMGF?": b""})
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(9)
    assert rig.peer.heard[-1] == "AT+CMGF?"
    rig.peer.special.clear()
    rig.say(ok(f"+CMGL: 1,1,,{len(whole) - 1 - whole[0]}", whole.hex()) + late_mode * rig.peer.heard.count("AT+CMGF?"))
    rig.run(2)
    assert [found.pdu for found in rig.desk.found] == [whole]
    assert not rig.peer.slots
    assert not rig.facts.steps
    assert rig.facts.patience > 1


def test_the_late_answer_to_a_probe_ends_no_other_command() -> None:
    rig = ready()
    rig.peer.slots[1] = sms("satu")
    rig.peer.special["AT+CMGD"] = ok("+CMGF: 0") + error("CMS", 500)
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(0.5)
    assert rig.facts.trouble() == "cannot-delete"


def test_a_message_to_which_the_network_gives_no_answer_yet_is_waited_for() -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.special.update({"PDU": b"", "AT+CMGF?": b""})
    rig.modem.wake()
    rig.run(32)
    assert rig.desk.outcomes == []
    rig.peer.special.clear()
    rig.say(ok("+CMGS: 9") + ok("+CMGF: 0")).run(2)
    assert rig.desk.outcomes == [("a", 1, Outcome.SENT, 9, "")]


def test_a_modem_that_forgot_the_message_it_was_sending_takes_in_again_soon() -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.special.update(dict.fromkeys(("PDU", "AT+CMGF?", "AT+CMGL"), b""))
    rig.modem.wake()
    rig.run(30)
    rig.peer.special.clear()
    rig.peer.slots[1] = sms("satu")
    began = rig.now
    rig.run(20, lambda: not rig.peer.slots)
    assert rig.now - began < 6
    assert rig.desk.outcomes == [("a", 1, Outcome.UNKNOWN, None, "command-timeout")]


@pytest.mark.parametrize("idle", [0, 7, 13, 19])
@pytest.mark.parametrize("silence", [28, 30, 31, 33, 35])
def test_no_silence_of_half_a_minute_leads_to_a_reset_however_long_nothing_was_asked_before(
    idle: int, silence: int
) -> None:
    rig = ready().run(idle)
    names = ("ATE0", "AT+CMGF", "AT+CMGF?", "AT+CSQ", "AT+CMGL", "AT+CPMS", "AT+CGSN", "AT+CREG?")
    rig.peer.special.update(dict.fromkeys(names, b""))
    rig.run(silence)
    rig.peer.special.clear()
    rig.peer.slots[1] = sms("satu")
    began = rig.now
    rig.run(30, lambda: not rig.peer.slots)
    assert rig.now - began < 5
    assert "AT+CFUN=1,1" not in rig.peer.heard


def test_a_modem_that_answers_something_is_not_reset() -> None:
    rig = ready()
    names = ("ATE0", "AT+CMGF", "AT+CSQ", "AT+CMGL", "AT+CPMS", "AT+CGSN", "AT+CREG?")
    rig.peer.special.update(dict.fromkeys(names, b""))
    rig.peer.special["AT+CMGF?"] = ok()
    rig.run(100)
    assert "AT+CFUN=1,1" not in rig.peer.heard
    rig.peer.special.clear()
    rig.peer.slots[1] = sms("satu")
    began = rig.now
    rig.run(30, lambda: not rig.peer.slots)
    assert rig.now - began < 5


def test_a_modem_that_keeps_refusing_is_reopened_and_at_last_reset() -> None:
    rig = ready()
    rig.peer.special["AT+CMGL=4"] = error("CMS", 500)
    rig.run(200)
    assert rig.reopened >= 1
    assert "AT+CFUN=1,1" in rig.peer.heard


def test_a_restart_that_the_modem_tells_of_leads_to_all_settings_again() -> None:
    rig = ready()
    heard = len(rig.peer.heard)
    rig.peer.echo = True
    rig.peer.slots[1] = sms("satu")
    rig.say(b"\r\nRDY\r\n").run(2)
    assert rig.peer.heard[heard] == "ATE0"
    assert [line for line in rig.peer.heard[heard:] if line.startswith("AT+CNMI")]
    assert not rig.peer.slots
    assert rig.facts.resets == 1


def test_a_restart_without_a_word_is_noticed_by_its_echo() -> None:
    rig = ready(sweep_s=20.0)
    rig.peer.echo = True
    rig.run(22)
    assert not rig.peer.echo
    assert rig.facts.resets == 1


@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.parametrize("left", [5, 3, 1])
def test_a_restart_without_a_word_while_another_storage_is_emptied_deletes_nothing_new(
    left: int, *, echo: bool
) -> None:
    rig = Rig()
    rig.peer.storages["ME"] = {index: sms(f"ME {index}") for index in range(1, 6)}
    new = {index: sms(f"SM {index}") for index in range(1, 8)}

    def restart_between(_command: str) -> None:
        if rig.peer.chosen == "ME" and len(rig.peer.storages["ME"]) == left and not rig.peer.slots and new:
            rig.peer.echo, rig.peer.chosen = echo, "SM"
            rig.peer.slots.update(new)
            new.clear()

    rig.peer.special["AT+CPMS?"] = restart_between
    rig.open().run(60)
    assert not new, "it restarted"
    assert texts(rig) >= {f"SM {index}" for index in range(1, 8)} | {f"ME {index}" for index in range(1, 6)}
    assert not any(rig.peer.storages.values())


def test_a_restart_without_a_word_into_a_storage_that_is_not_swept_deletes_nothing_new() -> None:
    rig = Rig()
    rig.peer.storages.update({"ME": {}, "MT": {}})
    rig.peer.chosen = "MT"
    rig.open().run(40)
    rig.peer.slots.update({1: sms("satu"), 2: sms("dua")})
    new = {2: sms("baru")}

    def restart_behind_the_first(_command: str) -> None:
        if len(rig.peer.slots) == 1 and new:
            rig.peer.chosen = "MT"
            rig.peer.storages["MT"].update(new)
            new.clear()

    rig.peer.special["AT+CPMS?"] = restart_behind_the_first
    rig.say(b'\r\n+CMTI: "SM",1\r\n').run(60)
    assert not new, "it restarted"
    assert texts(rig) == {"satu", "dua", "baru"}


def test_which_storage_another_modem_starts_with_is_learnt_anew() -> None:
    rig = ready()
    rig.modem.lost(rig.now)
    rig.peer.special["AT+CGSN"] = ok("490154203237518")
    rig.peer.storages["ME"] = {}
    rig.peer.chosen = "ME"
    rig.run(5)
    assert rig.facts.first_storage == "ME"


def test_places_and_card_of_the_modem_before_are_not_those_of_another_one() -> None:
    rig = Rig()
    rig.peer.storages["ME"] = {}
    rig.open().run(5)
    rig.modem.lost(rig.now)
    rig.peer.special["AT+CGSN"] = ok("490154203237518")
    rig.peer.special["AT+CPIN?"] = error("CME", 10)
    rig.peer.chosen = "SM"
    rig.run(5)
    assert (rig.facts.imsi, rig.facts.slots) == ("", {})


def test_an_echo_ends_what_was_under_way() -> None:
    rig = ready(check_s=30.0, sweep_s=300.0)
    rig.peer.echo = True
    heard = len(rig.peer.heard)
    rig.run(40)
    assert rig.peer.heard[heard : heard + 2] == ["AT+CSQ", "ATE0"]


def test_a_restart_that_a_deletion_shows_ends_the_deleting() -> None:
    rig = Rig()
    rig.peer.storages["ME"] = {index: sms(f"ME {index}") for index in range(1, 6)}
    deleted: list[str] = []

    def restart_at(command: str) -> None:
        if rig.peer.chosen == "ME" and len(rig.peer.storages["ME"]) == 3 and not deleted:
            rig.peer.echo, rig.peer.chosen = True, "SM"
            rig.peer.slots.update({index: sms(f"SM {index}") for index in range(1, 8)})
            deleted.append(f"SM {command.partition('=')[2]}")

    rig.peer.special["AT+CMGD"] = restart_at
    rig.open().run(60)
    assert {f"SM {index}" for index in range(1, 8)} - texts(rig) == set(deleted), "no other is lost"


def test_another_card_is_noticed() -> None:
    rig = ready(check_s=30.0)
    rig.peer.special["AT+CIMI"] = ok("510110000000001")
    rig.run(40)
    assert rig.facts.imsi == "510110000000001"


def test_the_boot_chatter_of_huawei_is_no_restart() -> None:
    rig = Rig()
    rig.peer.special["AT+CGMI"] = ok("huawei")
    rig.open().run(5)
    rig.say(b"\r\n^BOOT:31233265,0,0,0,75\r\n").run(1)
    assert rig.facts.resets == 0


def test_a_card_that_wants_a_pin_blocks_until_somebody_helps() -> None:
    rig = Rig(sim_retry_s=5.0)
    rig.peer.special["AT+CPIN?"] = ok("+CPIN: SIM PIN")
    rig.open().run(12)
    assert (rig.modem.state, rig.facts.trouble()) == (State.BLOCKED, "sim-pin")
    del rig.peer.special["AT+CPIN?"]
    rig.run(10)
    assert rig.facts.trouble() == ""
    assert not any(line.startswith("AT+CPIN=") for line in rig.peer.heard)


def locked(
    pins: UnkeptPinTries, answer: bytes = error("CME", 16), card: str = "98621032547698103254", pin: str = "1234"
) -> Rig:
    """A modem that was just plugged in, with a card that wants a PIN."""
    rig = Rig(pin=pin)
    rig.pins = pins
    rig.peer.special.update(
        {
            "AT+CPIN?": ok("+CPIN: SIM PIN"),
            "AT+CPIN": answer,
            "AT+CRSM": ok(f'+CRSM: 144,0,"{card}"') if card else error("CME", 11),
        }
    )
    return rig.open()


def pins_tried(rig: Rig) -> int:
    return sum(line.startswith("AT+CPIN=") for line in rig.peer.heard)


@pytest.mark.parametrize("answer", [error("CME", 16), error("CME", 12)])
@pytest.mark.parametrize("card", ["98621032547698103254", ""])
def test_a_wrong_pin_is_tried_once_however_often_the_program_starts(card: str, answer: bytes) -> None:
    pins = UnkeptPinTries()
    rigs = [locked(pins, answer, card).run(90) for _ in range(4)]
    assert [pins_tried(rig) for rig in rigs] == [1, 0, 0, 0]
    assert rigs[-1].facts.trouble() == "sim-pin"
    assert not any("1234" in step for step in rigs[0].facts.steps)


def test_another_card_is_given_the_pin() -> None:
    pins = UnkeptPinTries()
    locked(pins).run(20)
    assert pins_tried(locked(pins, card="98621032547698103255").run(20)) == 1


def test_errors_have_numbers_before_a_pin_is_tried() -> None:
    heard = locked(UnkeptPinTries()).run(1).peer.heard
    assert heard.index("AT+CMEE=1") < heard.index('AT+CPIN="1234"')


UNCLEAR = [b"", b"\r\nERROR\r\n", error("CME", 10), error("CME", 13), error("CME", 100), error("CMS", 500)]


@pytest.mark.parametrize("answer", UNCLEAR)
def test_a_pin_of_which_nobody_said_that_it_is_wrong_is_tried_by_the_next_start_too(answer: bytes) -> None:
    pins = UnkeptPinTries()
    assert pins_tried(locked(pins, answer).run(30)) == 1
    assert pins_tried(locked(pins, ok()).run(30)) == 1
    assert set(pins._tries.values()) == {0}


@pytest.mark.parametrize("answer", UNCLEAR)
def test_or_once_more_by_the_same_and_never_a_third_time(answer: bytes) -> None:
    pins = UnkeptPinTries()
    assert [pins_tried(locked(pins, answer).run(600)) for _ in range(3)] == [2, 0, 0]


@pytest.mark.parametrize("number", [14, 515])
def test_a_card_that_is_busy_has_not_looked_at_the_pin(number: int) -> None:
    pins = UnkeptPinTries()
    assert pins_tried(locked(pins, error("CME", number)).run(60)) > 2
    assert pins_tried(locked(pins, ok()).run(60)) == 1
    assert set(pins._tries.values()) == {0}


def test_a_card_that_refused_a_pin_is_given_another_one_and_no_third() -> None:
    pins = UnkeptPinTries()
    tried = [pins_tried(locked(pins, pin=pin).run(90)) for pin in ("1234", "1234", "2345", "3456", "4567")]
    assert tried == [1, 0, 1, 0, 0]


def test_a_try_that_a_power_cut_ended_counts_whichever_pin_is_set_later() -> None:
    pins = UnkeptPinTries()
    tried = [pins_tried(locked(pins, answer, pin=pin).run(3)) for pin, answer in (("1234", b""), ("2345", b""))]
    tried += [pins_tried(locked(pins, pin=pin).run(90)) for pin in ("1234", "2345", "3456")]
    assert tried == [1, 1, 0, 0, 0]


def test_a_card_that_accepted_a_pin_has_all_its_tries_again() -> None:
    pins = UnkeptPinTries()
    answers = {"1234": error("CME", 16), "2345": ok(), "3456": error("CME", 16), "4567": error("CME", 16)}
    tried = [pins_tried(locked(pins, answer, pin=pin).run(90)) for pin, answer in answers.items()]
    assert tried == [1, 1, 1, 1]
    assert pins_tried(locked(pins, pin="5678").run(90)) == 0


def test_a_pin_that_was_accepted_is_entered_at_every_start() -> None:
    pins = UnkeptPinTries()
    assert [pins_tried(locked(pins, ok()).run(1)) for _ in range(4)] == [1] * 4


def test_a_pin_that_can_not_be_noted_is_not_tried() -> None:
    class FullDisk(UnkeptPinTries):
        def put(self, card: str, pin: str, tries: int) -> bool:
            return False

    assert pins_tried(locked(FullDisk()).run(20)) == 0


def test_a_pin_was_right_if_the_card_is_open_after_a_lost_answer() -> None:
    pins = UnkeptPinTries()
    rig = locked(pins, b"")
    rig.run(20, lambda: pins_tried(rig) > 0)
    del rig.peer.special["AT+CPIN?"]
    rig.run(60)
    assert rig.facts.trouble() == ""
    assert set(pins._tries.values()) == {0}


def test_another_card_that_is_open_tells_nothing_of_the_pin() -> None:
    pins = UnkeptPinTries()
    rig = locked(pins, b"")
    rig.run(20, lambda: pins_tried(rig) > 0)
    rig.peer.special |= {"AT+CPIN?": ok("+CPIN: READY"), "AT+CRSM": ok('+CRSM: 144,0,"98621032547698103255"')}
    rig.run(60)
    assert rig.facts.trouble() == ""
    assert set(pins._tries.values()) == {1}


def test_a_report_that_lies_in_no_storage_is_committed_before_the_program_stops() -> None:
    rig = ready()
    rig.desk.refusals = 1
    rig.say(b"\r\n+CDS: 25\r\n" + sms("laporan").hex().encode() + b"\r\n")
    assert not rig.modem.may_stop()
    rig.run(5, rig.modem.may_stop)
    assert rig.modem.may_stop()
    assert len(rig.desk.found) == 1


def test_a_port_that_goes_leaves_a_given_away_message_unknown() -> None:
    rig = ready()
    rig.desk.waiting = outgoing()
    rig.peer.special["PDU"] = b""
    rig.modem.wake()
    rig.run(1)
    rig.modem.lost(rig.now)
    rig.run(0.1)
    assert rig.desk.outcomes == [("a", 1, Outcome.UNKNOWN, None, "port")]
    assert rig.facts.unknown_sends == 1


# -- the balance -------------------------------------------------------------------------------------------------------


def test_the_balance_is_asked_for_and_its_session_cancelled() -> None:
    rig = Rig(balance_code="*888#")
    rig.peer.special["AT+CUSD=2"] = ok()
    rig.peer.special["AT+CUSD"] = ok('+CUSD: 1,"Sisa pulsa Rp 12.345\r\n1. Beli paket",15')
    rig.open().run(5)
    assert rig.desk.balances == [("Sisa pulsa Rp 12.345\n1. Beli paket", 12345)]
    at = rig.peer.heard.index('AT+CUSD=1,"*888#",15')
    assert rig.peer.heard[at + 1] == "AT+CUSD=2"


def test_an_answer_that_comes_later_is_waited_for() -> None:
    rig = Rig(balance_code="*888#")
    rig.open().run(5)
    assert rig.modem.state is State.BALANCE
    rig.say(b'\r\n+CUSD: 0,"Pulsa Rp7.500",15\r\n').run(1)
    assert rig.desk.balances == [("Pulsa Rp7.500", 7500)]


def test_a_code_that_is_not_understood_is_written_the_other_way_and_that_is_remembered() -> None:
    rig = Rig(balance_code="*888#", balance_s=60.0)
    rig.peer.special["AT+CUSD"] = lambda line: (
        ok('+CUSD: 2,"Pilihan tidak tersedia",15') if "*" in line else ok('+CUSD: 0,"Pulsa Rp7.500",15')
    )
    rig.peer.special["AT+CUSD=2"] = ok()
    rig.open().run(100)
    assert rig.desk.balances == [("Pulsa Rp7.500", 7500)] * 2
    assert [line for line in rig.peer.heard if line.startswith("AT+CUSD=1")] == [
        'AT+CUSD=1,"*888#",15',
        'AT+CUSD=1,"2A1C0E3702",15',
        'AT+CUSD=1,"2A1C0E3702",15',
    ]


def test_without_credit_nothing_is_sent_until_there_is_some_again() -> None:
    rig = Rig(balance_code="*888#", low_balance_s=100.0)
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 0",15')
    rig.open().run(5)
    rig.desk.waiting = outgoing()
    asked = len(rig.desk.asked)
    rig.run(50)
    assert len(rig.desk.asked) == asked
    assert rig.modem.lacks_credit()
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 50.000",15')
    rig.run(120)
    assert [told for _, _, told, _, _ in rig.desk.outcomes] == [Outcome.SENT]


@pytest.mark.parametrize("cause", [8, 10, 21, 29, 38, 50, 69, 500])
def test_an_empty_card_of_which_the_balance_is_not_known_ends_no_message_and_is_tried_now_and_then(cause: int) -> None:
    rig = ready(low_balance_s=600.0)
    rig.desk.waiting = [part for name in "abcdefgh" for part in outgoing(name=name, to=f"+62812345670{ord(name)}")]
    rig.peer.special["PDU"] = error("CMS", cause)
    rig.modem.wake()
    rig.run(500)
    assert rig.desk.outcomes == [(name, 1, Outcome.FAILED, None, f"cms-{cause}") for name in "abc"]
    assert rig.modem.lacks_credit()
    rig.run(600)
    assert [told for _, _, told, _, _ in rig.desk.outcomes] == [Outcome.FAILED] * 4, "one was tried"
    del rig.peer.special["PDU"]
    rig.run(600)
    assert [told for _, _, told, _, _ in rig.desk.outcomes[4:]] == [Outcome.SENT] * 4
    assert not rig.modem.lacks_credit()


def test_a_refusal_that_hints_at_an_empty_card_asks_for_the_balance_before_the_next_message() -> None:
    rig = Rig(balance_code="*888#", low_balance_s=100.0)
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 1.000",15')
    rig.open().run(5)
    rig.desk.waiting = outgoing(name="a") + outgoing(name="b")
    rig.peer.special["PDU"] = error("CMS", 21)
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 300",15')
    rig.modem.wake()
    rig.run(50)
    assert rig.desk.outcomes == [("a", 1, Outcome.FAILED, None, "cms-21")]
    assert rig.desk.balances[-1] == ("Sisa pulsa Rp 300", 300)


def test_a_card_that_was_charged_sends_again_without_a_trial() -> None:
    rig = Rig(balance_code="*888#", low_balance_s=100.0)
    rig.peer.special["AT+CUSD"] = lambda line: ok('+CUSD: 2,"Layanan sibuk",15') if "=1" in line else None
    rig.open().run(5)
    rig.desk.waiting = [part for name in "abcd" for part in outgoing(name=name, to=f"+62812345670{ord(name)}")]
    rig.peer.special["PDU"] = error("CMS", 21)
    rig.run(50)
    assert rig.modem.lacks_credit()
    del rig.peer.special["PDU"]
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 50.000",15')
    rig.run(90)
    assert [told for _, _, told, _, _ in rig.desk.outcomes] == [Outcome.FAILED] * 3 + [Outcome.SENT]
    assert not rig.modem.lacks_credit()


def test_what_is_refused_though_there_is_credit_silences_nobody() -> None:
    rig = Rig(balance_code="*888#")
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 25.000",15')
    rig.peer.special["PDU"] = error("CMS", 50)
    rig.open().run(5)
    rig.desk.waiting = [part for name in "abcdefgh" for part in outgoing(name=name, to=f"+62812345670{ord(name)}")]
    rig.run(100)
    assert len(rig.desk.outcomes) == 8
    assert not rig.modem.lacks_credit()
    assert rig.modem.trouble() == "refused"
    del rig.peer.special["PDU"]
    rig.desk.waiting = outgoing(name="i")
    rig.modem.wake()
    rig.run(10)
    assert rig.modem.trouble() == ""


def ussd_dialogues(rig: Rig) -> int:
    return sum(line.startswith("AT+CUSD=1") for line in rig.peer.heard)


def test_refusals_though_there_is_credit_ask_the_operator_once_in_a_while_and_hold_nobody_up() -> None:
    rig = Rig(balance_code="*888#", low_balance_s=900.0)
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 25.000",15')
    rig.peer.special["PDU"] = error("CMS", 50)
    rig.open().run(5)
    rig.desk.waiting = [part for name in range(60) for part in outgoing(name=str(name), to=f"+6281234{name:06}")]
    rig.run(600, lambda: len(rig.desk.outcomes) == 60)
    assert len(rig.desk.outcomes) == 60
    assert ussd_dialogues(rig) == 2, "at the start, and behind the first refusal"
    assert not rig.modem.lacks_credit()
    rig.run(900)
    rig.desk.waiting = outgoing(to="+6281234567009")
    rig.run(60)
    assert ussd_dialogues(rig) == 3


def test_a_recipient_that_is_refused_again_asks_the_operator_nothing_new_even_if_that_tells_no_amount() -> None:
    rig = Rig(balance_code="*888#")
    rig.peer.special["AT+CUSD"] = lambda line: ok('+CUSD: 2,"Layanan sibuk",15') if "=1" in line else None
    rig.peer.special["PDU"] = error("CMS", 50)
    rig.open().run(5)
    asked = ussd_dialogues(rig)
    rig.desk.waiting = [part for name in "abcdefgh" for part in outgoing(name=name)]
    rig.run(300, lambda: len(rig.desk.outcomes) == 8)
    assert len(rig.desk.outcomes) == 8
    assert ussd_dialogues(rig) == 2 * asked, "each code in both ways of writing it"


def test_a_card_that_gets_empty_after_all_is_found_out_by_the_next_question() -> None:
    rig = Rig(balance_code="*888#", low_balance_s=100.0)
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 600",15')
    rig.peer.special["PDU"] = error("CMS", 50)
    rig.open().run(5)
    rig.desk.waiting = [part for name in range(60) for part in outgoing(name=str(name), to=f"+6281234{name:06}")]
    rig.run(50)
    assert not rig.modem.lacks_credit()
    rig.peer.special['AT+CUSD=1,"*888#",15'] = ok('+CUSD: 0,"Sisa pulsa Rp 100",15')
    rig.run(100)
    assert rig.modem.lacks_credit()


def test_a_card_that_seems_empty_is_told_as_such_and_not_as_refused() -> None:
    rig = ready()
    rig.peer.special["PDU"] = error("CMS", 50)
    rig.desk.waiting = [part for name in "abc" for part in outgoing(name=name, to=f"+62812345670{ord(name)}")]
    rig.run(60)
    assert rig.modem.trouble() == "no-credit"


def test_a_recipient_that_the_operator_refuses_again_and_again_does_not_make_the_card_seem_empty() -> None:
    rig = ready()
    rig.peer.special["PDU"] = error("CMS", 21)
    rig.desk.waiting = [part for name in "abcd" for part in outgoing(name=name)]
    rig.run(30, lambda: len(rig.desk.outcomes) == 4)
    assert not rig.modem.lacks_credit()
    del rig.peer.special["PDU"]
    rig.desk.waiting = outgoing(name="e", to="+6281234567002")
    rig.run(10)
    assert rig.desk.outcomes[-1][:3] == ("e", 1, Outcome.SENT)


def test_the_trial_of_a_card_that_seems_empty_is_not_spent_on_a_recipient_that_was_just_refused() -> None:
    rig = ready(low_balance_s=600.0)
    rig.peer.special["PDU"] = error("CMS", 21)
    rig.desk.waiting = [part for name in "abc" for part in outgoing(name=name, to=f"+62812345670{ord(name)}")]
    rig.run(60)
    assert rig.modem.lacks_credit()
    rig.peer.special["PDU"] = lambda pdu: error("CMS", 21) if bytes.fromhex(pdu) == again.pdu else None
    (again,) = outgoing(name="a", to=f"+62812345670{ord('a')}")
    rig.desk.waiting = [again, *outgoing(name="d", to="+6281234567002")]
    rig.run(600, lambda: len(rig.desk.outcomes) > 3).run(10)
    assert [(name, told) for name, _, told, _, _ in rig.desk.outcomes[3:]] == [
        ("a", Outcome.FAILED),
        ("d", Outcome.SENT),
    ]
