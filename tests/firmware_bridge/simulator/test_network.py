"""The SMSC: what it holds, delivers, delivers again, reports and charges."""

import pytest

from firmware_bridge.pdu import Deliver, StatusReport, decode_pdu, join_parts
from tests.firmware_bridge.simulator.talk import Talk, send, submits

LONG = "Air tidak jalan di RT 12. " * 20


def pdus_in(talk: Talk) -> list[bytes]:
    return [bytes.fromhex(line) for line in talk.at("AT+CMGL=4")[1:-1:2]]


def test_the_smsc_keeps_what_the_sim_has_no_room_for() -> None:
    talk = Talk(slots=3)
    for number in range(5):
        talk.receive(f"SMS {number}")
    assert (talk.state()["slots"], talk.state()["waiting"]) == ([1, 2, 3], 2)
    talk.at("AT+CMGD=2")
    assert (talk.state()["slots"], talk.state()["waiting"]) == ([1, 2, 3], 1)
    texts = [decode_pdu(pdu).text for pdu in pdus_in(talk)]
    assert texts == ["SMS 0", "SMS 3", "SMS 2"]


def test_messages_come_with_a_delay_where_the_latency_says_so() -> None:
    talk = Talk(latency="dongle", slots=3)
    for number in range(3):
        talk.receive(f"SMS {number}")
    assert talk.state()["slots"] == []
    talk.wait(0.101)
    assert talk.state()["slots"] == [1, 2]


def test_parts_are_cut_as_asked_and_come_in_the_order_asked_for() -> None:
    talk = Talk()
    assert talk.receive(LONG, parts=5, order="backward", missing=[2]) == 4
    messages = [decode_pdu(pdu) for pdu in pdus_in(talk)]
    concats = [message.concat for message in messages]
    assert [(c.part, c.total, c.bits) for c in concats if c] == [(5, 5, 8), (4, 5, 8), (3, 5, 8), (1, 5, 8)]
    assert talk.receive(LONG, reference=700) == 4
    (first, *_), rest = pdus_in(talk)[4:], None
    concat = decode_pdu(first).concat
    assert concat is not None
    assert (concat.ref, concat.bits, rest) == (700, 16, None)


def test_automatic_parts_join_to_the_text() -> None:
    talk = Talk()
    assert talk.receive(LONG + "😟") > 1
    assert join_parts([decode_pdu(pdu) for pdu in pdus_in(talk)]) == LONG + "😟"


def test_a_redelivered_message_is_the_same_octets() -> None:
    talk = Talk()
    talk.receive("satu")
    talk.receive("dua")
    first = pdus_in(talk)
    assert talk.control(do="redeliver", share=1) == {"queued": 2}
    assert pdus_in(talk) == first * 2
    assert talk.control(do="redeliver", share=1) == {"queued": 2}, "repeats are not repeated again themselves"


def test_half_of_what_comes_is_delivered_twice() -> None:
    talk = Talk(slots=255, redeliver=0.5)
    for number in range(100):
        talk.receive(f"SMS {number}")
    pdus = pdus_in(talk)
    assert len(set(pdus)) == 100
    assert 130 <= len(pdus) <= 170


def test_balance_pays_for_each_part_and_refuses_when_it_is_out() -> None:
    talk = Talk(balance=1000, tariff=350)
    for pdu in submits(LONG[:200]):
        send(talk, pdu)
    assert talk.state()["balance"] == 300
    (pdu,) = submits("Halo")
    assert send(talk, pdu) == ["+CMS ERROR: 21"]
    talk.control(do="balance", rupiah=350)
    assert send(talk, pdu) == ["+CMGS: 2", "OK"]
    assert len(talk.sent()) == 2


def test_sent_parts_become_one_message_and_duplicates_stay() -> None:
    talk = Talk()
    parts = submits(LONG)
    for pdu in [*parts, *parts[::-1], parts[0]]:
        send(talk, pdu)
    answer = talk.control(do="sent")
    assert [message["text"] for message in answer["messages"]] == [LONG, LONG]
    assert answer["messages"][1]["references"] == [7, 6, 5, 4]
    assert answer["messages"][0]["pdus"] == [pdu.hex().upper() for pdu in parts]
    assert answer["incomplete"] == 1


@pytest.mark.parametrize(
    ("cnmi", "said", "sr"),
    [("2,1,0,0", [], 0), ("2,1,0,1", ["+CDS: "], 0), ("2,1,0,2", ['+CDSI: "SR",1'], 1)],
)
def test_a_status_report_comes_the_way_it_was_asked_for(cnmi: str, said: list[str], sr: int) -> None:
    talk = Talk()
    talk.at(f"AT+CNMI={cnmi}")
    (pdu,) = submits("Halo", report=True)
    answer = send(talk, pdu)
    assert answer[:2] == ["+CMGS: 0", "OK"]
    assert [line[: len(wanted)] for line, wanted in zip(answer[2:], said, strict=False)] == said
    assert len(talk.state()["sr"]) == sr
    if sr:
        talk.at('AT+CPMS="SR"')
        (report,) = (decode_pdu(pdu) for pdu in pdus_in(talk))
        assert isinstance(report, StatusReport)
        assert (report.reference, report.status, str(report.recipient)) == (0, 0, "+6281234500011")


def test_a_routed_report_is_a_pdu_and_may_say_failed() -> None:
    talk = Talk()
    talk.at("AT+CNMI=2,0,0,1")
    talk.control(do="report_status", status=70)
    (pdu,) = submits("Halo", report=True)
    *_, head, report = send(talk, pdu)
    message = decode_pdu(bytes.fromhex(report))
    assert isinstance(message, StatusReport)
    assert (message.status, head) == (70, f"+CDS: {len(report) // 2 - 7}")


def test_no_report_comes_where_none_was_asked_for() -> None:
    talk = Talk()
    talk.at("AT+CNMI=2,1,0,1")
    (pdu,) = submits("Halo", report=False)
    assert send(talk, pdu) == ["+CMGS: 0", "OK"]


def test_indications_follow_cnmi() -> None:
    talk = Talk()
    talk.at("AT+CNMI=2,1,0,0,0")
    talk.receive("satu")
    assert talk.read() == '\r\n+CMTI: "SM",1\r\n'
    talk.at("AT+CNMI=2,0")
    talk.receive("dua")
    assert talk.read() == ""
    talk.at("AT+CNMI=2,2")
    talk.receive("tiga")
    head, pdu = [line for line in talk.read().split("\r\n") if line]
    message = decode_pdu(bytes.fromhex(pdu))
    assert isinstance(message, Deliver)
    assert (message.text, head) == ("tiga", f"+CMT: ,{len(pdu) // 2 - 7}")
    assert talk.state()["slots"] == [1, 2]


def test_mode_nought_keeps_indications_until_it_is_left() -> None:
    talk = Talk()
    talk.at("AT+CNMI=0,1")
    talk.receive("satu")
    talk.receive("dua")
    assert talk.read() == ""
    assert talk.at("AT+CNMI=2,1,0,0,0") == ["OK", '+CMTI: "SM",1', '+CMTI: "SM",2']
    talk.at("AT+CNMI=0,1")
    talk.receive("tiga")
    assert talk.at("AT+CNMI=2,1,0,0,1") == ["OK"]


def test_a_routed_message_that_is_not_acknowledged_comes_again_and_is_stored() -> None:
    talk = Talk()
    talk.at("AT+CSMS=1;+CNMI=2,2")
    talk.receive("penting")
    assert "+CMT: ," in talk.read()
    assert talk.state()["slots"] == []
    talk.wait(30)
    assert talk.state()["slots"] == [1]
    assert talk.at("AT+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]


def test_an_acknowledged_message_does_not_come_again() -> None:
    talk = Talk()
    talk.at("AT+CSMS=1;+CNMI=2,2")
    talk.receive("satu")
    talk.receive("dua")
    assert talk.read().count("+CMT:") == 1
    assert "+CMT:" in talk.write(b"AT+CNMA\r")
    assert talk.at("AT+CNMA=1") == ["OK"]
    talk.wait(60)
    assert (talk.state()["slots"], talk.state()["waiting"]) == ([], 0)
    assert talk.at("AT+CNMA") == ["+CMS ERROR: 340"]


def test_nothing_goes_or_comes_without_coverage() -> None:
    talk = Talk()
    talk.at("AT+CREG=1")
    talk.control(do="coverage", registered=False)
    assert talk.read() == "\r\n+CREG: 2\r\n"
    talk.receive("menunggu")
    (pdu,) = submits("Halo")
    assert send(talk, pdu) == ["+CMS ERROR: 331"]
    talk.control(do="coverage", registered=True, signal=9)
    assert talk.at("AT+CSQ") == ["+CREG: 1", "+CSQ: 9,99", "OK"]
    assert talk.state()["slots"] == [1]


def test_the_balance_comes_by_ussd_and_its_session_stays_open() -> None:
    talk = Talk(balance=12_500)
    talk.at("AT+CMEE=1")
    assert "Rp12.500" in talk.write(b'AT+CUSD=1,"*888#",15\r')
    assert talk.state()["ussd_open"]
    assert talk.at('AT+CUSD=1,"*888#",15') == ["+CME ERROR: 3"]
    assert talk.at("AT+CUSD=2") == ["OK"]
    assert not talk.state()["ussd_open"]
    assert "Rp12.500" in talk.write(b'AT+CUSD=1,"*888#",15\r')
    assert '+CUSD: 2,"Terima kasih."' in talk.write(b'AT+CUSD=1,"0",15\r')
    assert "+CUSD: 4\r\n" in talk.write(b'AT+CUSD=1,"*99#",15\r')


def test_a_cancelled_session_says_nothing_more() -> None:
    talk = Talk(latency="dongle")
    talk.finish('AT+CUSD=1,"*888#",15')
    talk.finish("AT+CUSD=2")
    assert talk.wait(30) == ""


def test_ussd_in_packed_septets_as_huawei_wants_it() -> None:
    talk = Talk(ussd_form="packed", balance=0)
    answer = talk.write(b'AT+CUSD=1,"2A1C0E3702",15\r')  # *888#
    assert '+CUSD: 1,"D3' in answer, "S and i, packed"


def test_a_message_stored_a_moment_before_the_power_goes_comes_again() -> None:
    talk = Talk(latency="dongle")
    talk.receive("lama")
    talk.wait(5)
    talk.receive("baru")
    talk.receive("terbaru")
    talk.wait(0.2)
    assert talk.state()["slots"] == [1, 2, 3]
    talk.control(do="unplug", seconds=1)
    assert talk.state()["waiting"] == 2
    talk.wait(5)
    talk.finish("ATE0")
    lines, _ = talk.finish("AT+CMGL=4")
    assert [decode_pdu(bytes.fromhex(line)).text for line in lines[1:-1:2]] == [
        "lama",
        "baru",
        "terbaru",
        "baru",
        "terbaru",
    ]
