"""smsd of SMS Server Tools 3 drains the simulated SIM and sends, over a pseudo-terminal."""

import sys
from pathlib import Path

import pytest

from firmware_bridge.simulator import SimulatorHandle, running_simulator
from tests.firmware_bridge.foreign.programs import program, running, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="smsd wants a POSIX device")

FOLDERS = ("outgoing", "checked", "incoming", "failed", "sent")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    file = tmp_path / "smsd.conf"
    file.write_text(
        "devices = GSM1\nloglevel = 7\ndelaytime = 1\n"
        f"logfile = {tmp_path / 'log'}\ninfofile = {tmp_path / 'info'}\npidfile = {tmp_path / 'pid'}\n"
        + "".join(f"{name} = {tmp_path / name}\n" for name in FOLDERS)
        + f"[GSM1]\ndevice = {tmp_path / 'modem'}\nincoming = yes\nbaudrate = 115200\nmode = new\n"
        "check_network = 1\nrtscts = no\nreport = no\n"
    )
    return file


def drained(sim: SimulatorHandle) -> bool:
    state = sim.control({"do": "state"})
    return not state["slots"] and not state["waiting"]


def test_smstools_drains_the_sim_and_sends_one_sms(settings: Path, tmp_path: Path) -> None:
    smsd = program("smsd", "smstools")
    (tmp_path / "outgoing" / "one").write_text("To: 6281234500011\n\nKASIH: Laporan Anda diterima.\n")
    log = tmp_path / "output"
    with running_simulator(pty=tmp_path / "modem", inbox=12, slots=30) as sim:
        with running([smsd, "-t", f"-c{settings}"], log) as process:
            wait_for(lambda: drained(sim), process, tmp_path / "log", "drained")
            wait_for(lambda: bool(sim.control({"do": "sent"})["messages"]), process, tmp_path / "log", "sent")
        (sent,) = sim.control({"do": "sent"})["messages"]
    assert sent["to"] == "+6281234500011"
    assert sent["text"].strip() == "KASIH: Laporan Anda diterima."
    received = b"".join(path.read_bytes() for path in (tmp_path / "incoming").iterdir())
    assert b"KOTKUPANG lampu jalan mati RT 3 Oepura" in received
    assert b"Terima kasih banyak." in received, "the last part of a long one"
