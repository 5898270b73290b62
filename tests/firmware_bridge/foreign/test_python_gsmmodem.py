"""python-gsmmodem drains the simulated SIM, sends, and sees its delivery report, over a pseudo-terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.simulator import running_simulator
from tests.firmware_bridge.foreign.programs import BUDGET_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the pseudo-terminal wants POSIX")

PROGRAM = Path(__file__).with_name("gsmmodem_program.py")


def python_with_gsmmodem() -> str:
    """A Python that has the library; the test is skipped where there is none."""
    for candidate in (os.environ.get("KASIH_GSMMODEM_PYTHON"), sys.executable, "python3"):
        found = candidate and subprocess.run([candidate, "-c", "import gsmmodem"], capture_output=True).returncode == 0
        if candidate and found:
            return candidate
    pytest.skip(
        "python-gsmmodem is not installed (pip install python-gsmmodem-new into any venv,"
        " and its Python's path in KASIH_GSMMODEM_PYTHON)"
    )


def test_python_gsmmodem_drains_the_sim_sends_and_sees_the_report(tmp_path: Path) -> None:
    python = python_with_gsmmodem()
    with running_simulator(pty=tmp_path / "modem", inbox=12, slots=8) as sim:
        parts = sim.control({"do": "state"})
        waiting = len(parts["slots"]) + parts["waiting"]
        program = subprocess.run(
            [python, PROGRAM, tmp_path / "modem", str(waiting)], capture_output=True, text=True, timeout=BUDGET_S
        )
        assert program.returncode == 0, program.stderr[-3000:]
        told = json.loads(program.stdout.splitlines()[-1])
        state = sim.control({"do": "state"})
        (sent,) = sim.control({"do": "sent"})["messages"]
    texts = [text for _, text in told["texts"]]
    assert "KOTKUPANG lampu jalan mati RT 3 Oepura" in texts
    assert ["TELKOMSEL", "Paket internet Anda aktif s.d. 30 Nov 2026. Cek kuota di *363#."] in told["texts"]
    assert (len(texts), state["slots"], state["waiting"]) == (waiting, [], 0)
    assert (sent["to"], sent["text"]) == ("+6281234500011", "KASIH: Laporan Anda diterima.")
    assert told["delivered"]
