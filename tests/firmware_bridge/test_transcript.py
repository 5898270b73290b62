"""Recording what passes over a port, taking the content out, and playing it back."""

import sys
from pathlib import Path

import pytest

from firmware_bridge.bridge import Bridge, BridgeSettings
from firmware_bridge.errors import ScenarioError
from firmware_bridge.simulator import running_simulator
from firmware_bridge.states import State
from firmware_bridge.transcript import Passed, read_transcript, redacted, replay, write_transcript
from tests.firmware_bridge.modem_rig import MemoryDesk, outgoing
from tests.firmware_bridge.test_bridge import wait_for

GOLDEN = Path(__file__).parent / "transcripts"


def record(path: Path, desk: MemoryDesk, **simulator) -> None:
    with running_simulator(inbox=3, **simulator) as sim:
        bridge = Bridge([sim.url], desk, BridgeSettings(pin="1234"), transcript=path)
        bridge.start()
        wait_for(lambda: desk.outcomes and bridge.statuses()[0].state == "idle")
        bridge.stop()


def test_what_was_recorded_drives_the_machine_the_same_way_again(tmp_path: Path) -> None:
    path = tmp_path / "modem.jsonl"
    desk, again = MemoryDesk(), MemoryDesk()
    desk.waiting, again.waiting = outgoing(), outgoing()
    record(path, desk)
    modem = replay(read_transcript(path), again, BridgeSettings(pin="1234"))
    assert modem.state is State.CLOSED
    assert [found.pdu for found in again.found] == [found.pdu for found in desk.found]
    assert again.outcomes == desk.outcomes
    assert again.found


def test_a_machine_that_writes_something_else_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "modem.jsonl"
    desk = MemoryDesk()
    desk.waiting = outgoing()
    record(path, desk)
    other = MemoryDesk()
    other.waiting = outgoing("Sesuatu yang lain")
    with pytest.raises(ScenarioError):
        replay(read_transcript(path), other, BridgeSettings(pin="1234"))


def test_the_pin_is_never_in_it_and_others_may_not_read_it(tmp_path: Path) -> None:
    path = tmp_path / "modem.jsonl"
    desk = MemoryDesk()
    desk.waiting = outgoing()
    record(path, desk, sim="pin", pin="1234")
    assert "1234" not in path.read_text().replace("510010123456789", "").replace("81234567", "")
    assert '+CPIN=\\"****' in path.read_text()
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0


def test_a_redacted_one_has_neither_texts_nor_numbers_and_the_same_lengths(tmp_path: Path) -> None:
    path = tmp_path / "modem.jsonl"
    desk = MemoryDesk()
    desk.waiting = outgoing()
    record(path, desk)
    whole, black = read_transcript(path), redacted(read_transcript(path))
    said = "".join(piece.data for piece in black)
    assert len(said) == sum(len(piece.data) for piece in whole)
    assert "510010123456789" not in said
    assert "356938035643809" not in said
    for found in desk.found:
        assert found.pdu.hex().upper()[4:] not in said
    assert outgoing()[0].pdu.hex().upper()[4:] not in said
    write_transcript(path, black)
    assert read_transcript(path) == black


def test_texts_of_the_operator_are_taken_out() -> None:
    piece = Passed(1.0, "from", '+CUSD: 1,"Sisa pulsa Rp 5",15\r\n')
    assert redacted([piece])[0].data == '+CUSD: 1,"---------------",15\r\n'


@pytest.mark.parametrize(
    "header", ['+CMGL: 1,1,"Ibu Maria Lay",44', '+CMGR: 1,"Ibu Maria Lay",44', '+CMT: "Ibu Maria Lay",44']
)
def test_names_of_the_phone_book_are_taken_out(header: str) -> None:
    (piece,) = redacted([Passed(1.0, "from", f'{header}\r\n+CPMS: "SM",1,30\r\n')])
    assert piece.data == header.replace("Ibu Maria Lay", "-" * 13) + '\r\n+CPMS: "SM",1,30\r\n'


def test_a_payload_that_a_probe_cut_in_two_is_taken_out_whole() -> None:
    head, tail = "07911326040000F0040B9113466100", "89F60000208062917314080CC8F71D14969741F977FD07"
    (piece,) = redacted([Passed(1.0, "from", f"+CMGL: 1,1,,30\r\n{head}\r\n+CMGF: 0\r\n{tail}AT+CMGF?\r\nC8F71D14")])
    assert piece.data.splitlines()[1:3] == ["07" + "0" * (len(head) - 2), "+CMGF: 0"]
    assert set(piece.data.splitlines()[3]) <= set("0T+CMGF?")
    assert piece.data.splitlines()[4] == "0" * 8


def test_what_a_modem_is_and_what_it_was_told_stays() -> None:
    said = Passed(1.0, "from", 'SIMCOM_SIM800\r\nEC25EFAR06A01M4G\r\n+CPMS: ("SM","ME"),("SM","ME")\r\n')
    told = Passed(1.0, "to", 'AT+CUSD=1,"AA180C3602",15\rAT+CRSM=176,12258,0,0,10\r')
    assert redacted([said, told]) == [said, told]


def test_what_is_no_transcript_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"at_s":0,"way":"open"}\nnope\n')
    with pytest.raises(ScenarioError, match="baris 2"):
        read_transcript(path)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_recorded_modems_are_driven_as_they_were(path: Path) -> None:
    """After a change of the machine that is meant: python scripts/record_transcripts.py."""
    desk = MemoryDesk()
    modem = replay(read_transcript(path), desk, BridgeSettings())
    assert modem.facts.resets == 0
    assert desk.found
    assert modem.facts.registration == "home"
