"""Messages on the SIM: listing, reading, deleting, storages, text mode (3GPP TS 27.005)."""

import re

import pytest

from firmware_bridge.pdu import Deliver, decode_pdu, encode_pdu
from tests.firmware_bridge.simulator.talk import Talk, send, submits


def listed(lines: list[str]) -> list[tuple[int, int]]:
    return [(int(m[1]), int(m[2])) for line in lines if (m := re.match(r"\+CMGL: (\d+),(\d),,\d+$", line))]


def test_a_listing_marks_as_read_what_it_lists() -> None:
    talk = Talk()
    talk.receive("satu")
    talk.receive("dua")
    assert listed(talk.at("AT+CMGL=0")) == [(1, 0), (2, 0)]
    assert listed(talk.at("AT+CMGL=0")) == []
    talk.receive("tiga")
    assert listed(talk.at("AT+CMGL")) == [(3, 0)]
    assert listed(talk.at("AT+CMGL=1")) == [(1, 1), (2, 1), (3, 1)]
    assert listed(talk.at("AT+CMGL=4")) == [(1, 1), (2, 1), (3, 1)]
    assert talk.at("AT+CMGL=2") == ["OK"]
    assert talk.at("AT+CMGL=5") == ["+CMS ERROR: 304"]


def test_a_listed_pdu_is_what_was_sent_and_its_length_leaves_the_smsc_out() -> None:
    talk = Talk()
    talk.receive("Lampu jalan mati 😟", sender="BANK NTT")
    head, pdu, final = talk.at("AT+CMGL=4")
    message = decode_pdu(bytes.fromhex(pdu))
    assert isinstance(message, Deliver)
    assert (message.text, str(message.sender), str(message.smsc)) == ("Lampu jalan mati 😟", "BANK NTT", "+6281100000")
    assert message.timestamp is not None
    assert message.timestamp.isoformat() == "2026-11-22T10:00:00+08:00"
    assert head == f"+CMGL: 1,0,,{len(pdu) // 2 - 7}"
    assert final == "OK"


def test_one_message_is_read_and_marked() -> None:
    talk = Talk()
    talk.receive("satu")
    head, pdu, _ = talk.at("AT+CMGR=1")
    assert head.startswith("+CMGR: 0,,")
    assert talk.at("AT+CMGR=1")[:2] == [head.replace(" 0,", " 1,"), pdu]
    assert talk.at("AT+CMGR=2") == ["OK"]
    assert talk.at("AT+CMGR=31") == ["+CMS ERROR: 321"]
    assert talk.at("AT+CMGR=x") == ["+CMS ERROR: 321"]


@pytest.mark.parametrize(("flag", "left"), [(1, [1, 3, 4]), (2, [1, 3]), (3, [1]), (4, [])])
def test_flags_delete_by_status(flag: int, left: list[int]) -> None:
    talk = Talk()
    talk.receive("dibaca")
    talk.receive("dibaca juga")
    talk.at("AT+CMGL=4")
    talk.at("AT+CMGD=1")
    talk.receive("belum dibaca")
    (pdu,) = submits("tersimpan")
    for _ in range(2):
        talk.at(f"AT+CMGW={len(pdu) - 1}")
        assert "+CMGW" in talk.write(pdu.hex().encode() + b"\x1a")
    assert talk.at("AT+CMSS=4")[0] == "+CMSS: 0"
    assert talk.at("AT+CMGD=?") == ["+CMGD: (1,2,3,4),(0-4)", "OK"]
    assert talk.at(f"AT+CMGD=1,{flag}") == ["OK"]
    assert talk.state()["slots"] == left


def test_deleting_twice_is_no_error_and_counts_once() -> None:
    talk = Talk(inbox=1)
    assert talk.at("AT+CMGD=1") == ["OK"]
    assert talk.at("AT+CMGD=1") == ["OK"]
    assert talk.at("AT+CMGD=0") == ["+CMS ERROR: 321"]
    assert talk.state()["deleted"] == 1


def test_huawei_counts_slots_from_nought() -> None:
    talk = Talk(profile="huawei", slots=2)
    talk.receive("satu")
    said = talk.control(do="receive", from_="123", text="dua")
    assert said == {"queued": 1}
    assert listed(talk.at("AT+CMGL=4")) == [(0, 0), (1, 0)]
    assert talk.at("AT+CMGD=0") == ["OK"]
    assert talk.state()["slots"] == [1]


def test_a_full_sim_says_so_where_the_maker_does() -> None:
    talk = Talk(profile="huawei", slots=1)
    talk.receive("satu")
    assert talk.read() == '\r\n^SMMEMFULL:"SM"\r\n'


def test_storages_are_counted_and_chosen() -> None:
    talk = Talk(slots=2, me_slots=3)
    assert talk.at("AT+CPMS=?") == ['+CPMS: ("SM","ME","MT","SR"),("SM","ME","MT"),("SM","ME","MT")', "OK"]
    talk.receive("di SIM")
    assert talk.at('AT+CPMS="ME","ME","ME"') == ["+CPMS: 0,3,0,3,0,3", "OK"]
    talk.receive("di modem")
    assert talk.at("AT+CPMS?") == ['+CPMS: "ME",1,3,"ME",1,3,"ME",1,3', "OK"]
    assert talk.at('AT+CPMS="MT"') == ["+CPMS: 2,5,1,3,1,3", "OK"]
    assert listed(talk.at("AT+CMGL=4")) == [(1, 0), (3, 0)]
    assert talk.at("AT+CMGD=3") == ["OK"]
    state = talk.state()
    assert (state["slots"], state["me"]) == ([1], [])
    assert talk.at('AT+CPMS="XX"') == ["+CMS ERROR: 302"]
    assert talk.at('AT+CPMS="SM","SR"') == ["+CMS ERROR: 302"]


def test_a_modem_without_own_memory_does_not_know_it() -> None:
    assert Talk().at('AT+CPMS="ME"') == ["+CMS ERROR: 302"]


def test_text_mode_lists_words_and_texts() -> None:
    talk = Talk()
    talk.at('AT+CMGF=1;+CSCS="GSM"')
    talk.receive("Halo @ dunia")
    assert talk.at("AT+CMGL") == [
        '+CMGL: 1,"REC UNREAD","+6281234500011",,"26/11/22,10:00:00+32"',
        "Halo \x00 dunia",
        "OK",
    ]
    talk.at('AT+CSDH=1;+CSCS="IRA"')
    assert talk.at('AT+CMGL="ALL"') == [
        '+CMGL: 1,"REC READ","+6281234500011",,"26/11/22,10:00:00+32",145,12',
        "Halo @ dunia",
        "OK",
    ]
    assert talk.at("AT+CMGR=1")[0] == (
        '+CMGR: "REC READ","+6281234500011",,"26/11/22,10:00:00+32",145,4,0,0,"+6281100000",145,12'
    )
    talk.at('AT+CSCS="UCS2"')
    assert talk.at("AT+CMGR=1")[1] == "Halo @ dunia".encode("utf-16-be").hex().upper()


def test_text_mode_shows_what_is_no_pdu_as_hex() -> None:
    talk = Talk()
    talk.at("AT+CMGF=1")
    talk.control(do="receive_pdu", pdu="00FF")
    assert talk.at('AT+CMGL="ALL"') == ['+CMGL: 1,"REC UNREAD","",,', "00FF", "OK"]


def test_text_mode_sends() -> None:
    talk = Talk()
    talk.at('AT+CMGF=1;+CSCS="GSM";+CSMP=49,167,0,0')
    assert talk.at('AT+CMGS="+6281234500011"') == ["> "]
    assert talk.write(b"Halo\rdunia \x00\x1a") == "\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n"
    (sent,) = talk.sent()
    assert (sent["to"], sent["text"], sent["report"]) == ("+6281234500011", "Halo\ndunia @", True)


def test_text_mode_sends_ucs2_typed_as_hex() -> None:
    talk = Talk()
    talk.at('AT+CMGF=1;+CSCS="UCS2";+CSMP=17,167,0,8')
    number = "+62812".encode("utf-16-be").hex()
    assert talk.at(f'AT+CMGS="{number}"') == ["> "]
    talk.write("Siap 👍".encode("utf-16-be").hex().encode() + b"\x1a")
    assert [(sent["to"], sent["text"]) for sent in talk.sent()] == [("+62812", "Siap 👍")]


@pytest.mark.parametrize("length", [0, 165, "x"])
def test_a_length_that_no_pdu_has_gets_no_prompt(length: object) -> None:
    assert Talk().at(f"AT+CMGS={length}") == ["+CMS ERROR: 304"]


@pytest.mark.parametrize("spoil", [lambda h: h[:-2], lambda h: h + "00", lambda h: "zz" + h[2:], lambda _h: ""])
def test_a_pdu_that_is_not_as_long_as_announced_is_refused(spoil) -> None:
    talk = Talk()
    (pdu,) = submits("Halo")
    talk.at(f"AT+CMGS={len(pdu) - 1}")
    assert talk.write(spoil(pdu.hex()).encode() + b"\x1a") == "\r\n+CMS ERROR: 304\r\n"
    assert talk.state()["parts"] == 0


def test_a_message_to_us_is_none_from_us() -> None:
    talk = Talk()
    talk.receive("Halo")
    pdu = bytes.fromhex(talk.at("AT+CMGL=4")[1])
    assert send(talk, encode_pdu(decode_pdu(pdu))) == ["+CMS ERROR: 304"]
