"""kasih-modem list, probe and send, as a person runs them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_bridge.cli import main, modems
from firmware_bridge.simulator import running_simulator
from firmware_bridge.transcript import read_transcript


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_list_says_which_ports_lead_to_modems(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_simulator(profile="huawei") as sim:
        monkeypatch.setattr(modems, "usb_ports", lambda: [sim.url, "socket://127.0.0.1:1"])
        code, out, _ = run("list")
        assert code == 0
        assert out.splitlines() == [
            f"{sim.url}: modem huawei E173, IMEI 356938035643809",
            "socket://127.0.0.1:1: tidak dapat dibuka",
        ]
        assert [json.loads(line)["state"] for line in run("list", "--json")[1].splitlines()] == ["modem", "port-gone"]


def test_list_says_so_where_there_is_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modems, "usb_ports", list)
    assert run("list")[1].startswith("Tidak ada port USB")
    assert run("list", "--json")[1] == ""


def test_probe_says_that_a_modem_is_fit_and_leaves_its_messages_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_simulator(inbox=3) as sim:
        code, out, _ = run("probe", sim.url)
        assert code == 0
        assert out.splitlines()[-1] == "Modem siap dipakai."
        facts = json.loads(run("probe", sim.url, "--json")[1])
        assert (facts["sim"], facts["registration"], facts["trouble"], facts["reports"]) == ("READY", "home", [], True)
        assert sim.control({"do": "state"})["deleted"] == 0
        monkeypatch.setattr(modems, "usb_ports", lambda: [sim.url])
        assert run("probe", "auto")[0] == 0


@pytest.mark.parametrize(("card", "says"), [("pin", "PIN"), ("puk", "PUK"), ("absent", "tidak ada kartu SIM")])
def test_probe_says_what_a_person_must_see_to(card: str, says: str) -> None:
    with running_simulator(sim=card) as sim:
        code, out, _ = run("probe", sim.url)
    assert code == 0
    assert any(says in line for line in out.splitlines() if line.startswith("PERIKSA"))


def test_probe_says_that_there_is_no_network() -> None:
    with running_simulator() as sim:
        sim.control({"do": "coverage", "registered": False})
        assert "PERIKSA     belum terdaftar di jaringan" in run("probe", sim.url)[1]


def test_probe_says_that_the_signal_is_weak() -> None:
    with running_simulator(signal=3) as sim:
        assert "PERIKSA     sinyal lemah" in run("probe", sim.url)[1]


def test_probe_records_without_numbers(tmp_path: Path) -> None:
    path = tmp_path / "modem.jsonl"
    with running_simulator(inbox=3) as sim:
        run("probe", sim.url, "--record", str(path))
    said = "".join(piece.data for piece in read_transcript(path))
    assert "AT+CNMI=?" in said
    assert "356938035643809" not in said
    assert "510010123456789" not in said


def test_send_sends_one_message_and_leaves_the_card_alone() -> None:
    with running_simulator(inbox=2) as sim:
        code, out, _ = run("send", sim.url, "+6281234567890", "Halo dari kios")
        assert (code, out) == (0, "Bagian 1 dari 1: terkirim ke jaringan\n")
        assert [(sent["to"], sent["text"]) for sent in sim.control({"do": "sent"})["messages"]] == [
            ("+6281234567890", "Halo dari kios")
        ]
        assert sim.control({"do": "state"})["deleted"] == 0


def test_send_says_when_the_network_refused() -> None:
    with running_simulator() as sim:
        sim.control({"do": "fault", "command": "CMGS", "kind": "error", "number": 28})
        code, out, err = run("send", sim.url, "+6281234567890", "Halo", "--json")
    assert code == 1
    assert json.loads(out) == {"part": 1, "parts": 1, "outcome": "refused", "reference": None, "code": "cms-28"}
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("send", "socket://127.0.0.1:1", "bukan nomor", "x"),
        ("send", "socket://127.0.0.1:1", '0812"\rAT', "x"),
        ("send", "socket://127.0.0.1:1", "0812", "x", "--timeout", "1"),
        ("probe", "socket://127.0.0.1:1"),
    ],
)
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...]) -> None:
    code, _, err = run(*arguments)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert err.startswith("kasih-modem: ")
