"""gammu-smsd drains the simulated SIM and sends, over a pseudo-terminal."""

import sys
from pathlib import Path

import pytest

from benchmarks.sms_programs import gammu_smsd
from firmware_bridge.simulator import running_simulator
from tests.firmware_bridge.foreign.programs import drained, program, running, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gammu-smsd wants a POSIX device")


def test_gammu_smsd_drains_the_sim_and_sends_one_sms(tmp_path: Path) -> None:
    daemon = gammu_smsd(program("gammu-smsd", "gammu-smsd"), tmp_path, tmp_path / "modem")
    (daemon.outbox / "OUT+6281234500011.txt").write_text("KASIH: Laporan Anda diterima.")
    with running_simulator(pty=tmp_path / "modem", inbox=12, slots=5) as sim:
        with running(daemon.command, tmp_path / "output") as process:
            wait_for(lambda: drained(sim), process, daemon.log, "drained")
            wait_for(lambda: bool(sim.control({"do": "sent"})["messages"]), process, daemon.log, "sent")
        (sent,) = sim.control({"do": "sent"})["messages"]
    assert (sent["to"], sent["text"]) == ("+6281234500011", "KASIH: Laporan Anda diterima.")
    # A file for each part; their names are time, sender, part.
    received = "".join(path.read_text("utf-8") for path in sorted(daemon.inbox.iterdir()))
    assert "KOTKUPANG lampu jalan mati RT 3 Oepura" in received
    assert "Terima kasih banyak." in received, "the last part of a long one"
    assert "Terima kasih, air su jalan kembali di RT 12 👍" in received, "UCS-2"
    assert "{25rb} utk kartu" in received, "the extension table of GSM 7-bit"
