"""Record the simulated modems anew for tests/firmware_bridge/transcripts: python scripts/record_transcripts.py.

A real modem's goes there too: `kasih-modem probe PORT --record FILE` (docs/modem.md).
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from firmware_bridge.bridge import Bridge
from firmware_bridge.desk import Found, Outcome, Outgoing, Sim
from firmware_bridge.simulator import running_simulator
from firmware_bridge.simulator.profiles import PROFILES
from firmware_bridge.transcript import read_transcript, redacted, write_transcript

FOLDER = PROJECT / "tests" / "firmware_bridge" / "transcripts"
_WHILE_S = 3.0


class _Sink:
    """A desk that takes everything and sends nothing."""

    def take(self, sim: Sim, found: Sequence[Found]) -> None: ...
    def next_out(self, _sim: Sim, *, replies_only: bool = False) -> Outgoing | None:  # noqa: ARG002 - the contract's name
        return None

    def outcome(self, sim: Sim, outgoing: Outgoing, outcome: Outcome, *, reference: int | None, code: str) -> None: ...
    def balance(self, sim: Sim, text: str, rupiah: int | None) -> None: ...


def record(profile: str, path: Path) -> None:
    """Some seconds with one kind of modem, without content."""
    path.unlink(missing_ok=True)
    with running_simulator(profile=profile, inbox=4, urcs_inside=True, latency="dongle") as sim:
        bridge = Bridge([sim.url], _Sink(), transcript=path)
        bridge.start()
        time.sleep(_WHILE_S)
        bridge.stop()
    write_transcript(path, redacted(read_transcript(path)))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in PROFILES:
        record(name, FOLDER / f"{name}.jsonl")
        print(f"recorded: {name}")
