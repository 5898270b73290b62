"""gammu-smsd drains the simulated SIM and sends, over a pseudo-terminal."""

import sys
from pathlib import Path

import pytest

from firmware_bridge.simulator import SimulatorHandle, running_simulator
from tests.firmware_bridge.foreign.programs import program, running, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gammu-smsd wants a POSIX device")

FOLDERS = ("inbox", "outbox", "sent", "error")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    file = tmp_path / "smsdrc"
    file.write_text(
        f"[gammu]\ndevice = {tmp_path / 'modem'}\nconnection = at\n"
        "[smsd]\nservice = files\ndebuglevel = 4\nlogfile = " + str(tmp_path / "log") + "\n"
        "commtimeout = 1\nsendtimeout = 10\nstatusfrequency = 0\nchecksecurity = 0\nloopsleep = 1\nreceivefrequency = 1\n"
        + "".join(f"{name}path = {tmp_path / name}/\n" for name in ("inbox", "outbox"))
        + f"sentsmspath = {tmp_path / 'sent'}/\nerrorsmspath = {tmp_path / 'error'}/\n"
    )
    return file


def texts(folder: Path) -> list[str]:
    """In the order of the file names: time, sender, part."""
    return [path.read_text("utf-8", "replace") for path in sorted(folder.iterdir())]


def drained(sim: SimulatorHandle) -> bool:
    state = sim.control({"do": "state"})
    return not state["slots"] and not state["waiting"]


def test_gammu_smsd_drains_the_sim_and_sends_one_sms(settings: Path, tmp_path: Path) -> None:
    smsd = program("gammu-smsd", "gammu-smsd")
    (tmp_path / "outbox" / "OUT+6281234500011.txt").write_text("KASIH: Laporan Anda diterima.")
    log = tmp_path / "output"
    with running_simulator(pty=tmp_path / "modem", inbox=12, slots=5) as sim:
        with running([smsd, "-c", settings], log) as process:
            wait_for(lambda: drained(sim), process, tmp_path / "log", "drained")
            wait_for(lambda: bool(sim.control({"do": "sent"})["messages"]), process, tmp_path / "log", "sent")
        (sent,) = sim.control({"do": "sent"})["messages"]
    assert (sent["to"], sent["text"]) == ("+6281234500011", "KASIH: Laporan Anda diterima.")
    received = "".join(texts(tmp_path / "inbox"))
    assert "KOTKUPANG lampu jalan mati RT 3 Oepura" in received
    assert "Terima kasih banyak." in received, "the last part of a long one"
    assert "Terima kasih, air su jalan kembali di RT 12 👍" in received, "UCS-2"
    assert "{25rb} utk kartu" in received, "the extension table of GSM 7-bit"
