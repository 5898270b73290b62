"""smsd of SMS Server Tools 3 drains the simulated SIM and sends, over a pseudo-terminal."""

import sys
from pathlib import Path

import pytest

from benchmarks.sms_programs import smstools
from firmware_bridge.simulator import running_simulator
from tests.firmware_bridge.foreign.programs import drained, program, running, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="smsd wants a POSIX device")


def test_smstools_drains_the_sim_and_sends_one_sms(tmp_path: Path) -> None:
    daemon = smstools(program("smsd", "smstools"), tmp_path, tmp_path / "modem")
    (daemon.outbox / "one").write_text("To: 6281234500011\n\nKASIH: Laporan Anda diterima.\n")
    with running_simulator(pty=tmp_path / "modem", inbox=12) as sim:
        with running(daemon.command, tmp_path / "output") as process:
            wait_for(lambda: drained(sim), process, daemon.log, "drained")
            wait_for(lambda: bool(sim.control({"do": "sent"})["messages"]), process, daemon.log, "sent")
        (sent,) = sim.control({"do": "sent"})["messages"]
    assert sent["to"] == "+6281234500011"
    assert sent["text"].strip() == "KASIH: Laporan Anda diterima."
    received = b"".join(path.read_bytes() for path in daemon.inbox.iterdir())
    assert b"KOTKUPANG lampu jalan mati RT 3 Oepura" in received
    assert b"Terima kasih banyak." in received, "the last part of a long one"
