"""A kiosk as it stands in a lurah's office: the real program, its own folder, its storage key apart from it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.load import UNIT
from benchmarks.programs import Serving, kiosk_command, serve_kiosk
from kiosk_agent.access import access
from kiosk_agent.kiosk import Status
from server.actions.issue_code import issue_code
from server.store.centre import Centre


class Kiosk:
    """The commands of one kiosk."""

    def __init__(self, folder: Path, code: str) -> None:
        self.data = folder / "kiosk"
        self._keys = folder / "kiosk-keys"
        self._keys.mkdir(mode=0o700)
        self._code = code

    def enrol(self, port: int) -> None:
        """Become a kiosk of the centre that listens there."""
        self._run("enrol", "--server", f"http://127.0.0.1:{port}", "--code", self._code)

    def file(self, complaints: Iterable[dict[str, object]]) -> float:
        """File complaints, each committed before the next; give the seconds that it took."""
        lines = "".join(json.dumps(complaint) + "\n" for complaint in complaints)
        return self._run("file", "--json", "-", given=lines)[1]

    def sync(self) -> tuple[dict[str, Any], float]:
        """Send and fetch all; give what the command counted and the seconds that it took."""
        printed, seconds = self._run("sync")
        return json.loads(printed), seconds

    def status(self) -> float:
        """Ask how it is; give the seconds that it took."""
        return self._run("status")[1]

    def state(self) -> Status:
        """How it is, asked at once of the agent that runs."""
        with access(self.data) as agent:
            return agent.status()

    def serve(self, *options: str) -> Serving:
        """Run the agent."""
        return serve_kiosk(self.data, self._keys, *options)

    def _run(self, command: str, *args: str, given: str = "") -> tuple[str, float]:
        return kiosk_command(self._keys, command, "--data", str(self.data), *args, given=given)


def new_code(centre: Centre) -> str:
    """An enrolment code for a kiosk."""
    return issue_code(centre, UNIT, actor="benchmark")
