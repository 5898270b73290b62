"""From a kiosk to the centre and back, with the real programs: once over the network, once on a stick alone."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

BIN = Path(sys.executable).parent
UNIT = "KEL-53.71.01.1001"
REPORTS = [
    {"text": "Lampu jalan padam sejak Senin", "category": "PJU", "kelurahan": "Namosain", "name": "Maria Bria"},
    {"text": "Petugas minta uang", "category": "PGL", "kelurahan": "NBS", "phone": "0812 3456 7890"},
    {"text": "Air mati tiga hari 😀", "category": "AIR", "kelurahan": "53.71.01.1001"},
]


class City:
    """A centre and its kiosks, each a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.centre = folder / "centre"
        self.environment = {**os.environ, "KASIH_KEY_DIR": str(folder / "keys")}
        self.environment.pop("KASIH_SERVER", None)
        self.server: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *args: str, data: Path, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [BIN / program, *args, "--data", str(data)],
            input=given.encode(),
            capture_output=True,
            env=self.environment,
            timeout=60,
        )
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode()

    def at_centre(self, *args: str, code: int = 0) -> str:
        return self.run("kasih-server", *args, data=self.centre, code=code)

    def at_kiosk(self, kiosk: str, *args: str, given: str = "", code: int = 0) -> str:
        return self.run("kasih-kiosk", *args, data=self.folder / kiosk, given=given, code=code)

    def start_centre(self) -> str:
        """Let the centre serve; returns its address."""
        self.server = subprocess.Popen(
            [BIN / "kasih-server", "run", "--data", str(self.centre), "--port", "0"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                url = f"http://127.0.0.1:{json.loads((self.centre / 'run.json').read_bytes())['port']}"
                with urlopen(f"{url}/health", timeout=5):
                    return url
            except (OSError, ValueError):
                assert self.server.poll() is None
                time.sleep(0.05)
        raise AssertionError("the centre does not answer")

    def file(self, kiosk: str) -> list[dict[str, str]]:
        given = "".join(json.dumps(report) + "\n" for report in REPORTS)
        return [json.loads(line) for line in self.at_kiosk(kiosk, "file", "--json", "-", given=given).splitlines()]

    def cases(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.at_centre("export", "--with-text").splitlines()]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path)
    made.at_centre("init")
    yield made
    if made.server is not None:
        made.server.kill()
        made.server.wait()


def check_arrived(city: City, filed: list[dict[str, str]]) -> None:
    """Each report stands at the centre once, as it was filed."""
    cases = city.cases()
    assert sorted(case["entry"] for case in cases) == sorted(answer["entry"] for answer in filed)
    by_entry = {case["entry"]: case for case in cases}
    for answer, report in zip(filed, REPORTS, strict=True):
        case = by_entry[answer["entry"]]
        assert (case["number"], case["unit"], case["category"]) == (answer["number"], UNIT, report["category"])
        assert case["text"] == ("" if report["category"] == "PGL" else report["text"]), "a secret stays one"


def test_over_the_network(city: City) -> None:
    url = city.start_centre()
    code = city.at_centre("enrol", "--unit", UNIT).strip()
    city.at_kiosk("kiosk", "enrol", "--server", url, "--code", code)
    filed = city.file("kiosk")
    counts = json.loads(city.at_kiosk("kiosk", "sync"))
    assert (counts["sent"], counts["accepted"], counts["pending"], counts["round_trips"]) == (3, 3, 0, 1)
    assert json.loads(city.at_kiosk("kiosk", "sync"))["sent"] == 0
    check_arrived(city, filed)


def test_on_a_stick_alone_from_the_enrolment_on(city: City, tmp_path: Path) -> None:
    code = city.at_centre("enrol", "--unit", UNIT).strip()
    city.at_kiosk("kiosk", "enrol", "--server", "http://127.0.0.1:9", "--code", code, code=1)
    stick = tmp_path / "stick"
    stick.mkdir()
    assert "Kios terdaftar di" in carry(city, stick)
    assert json.loads(city.at_kiosk("kiosk", "status", "--json"))["ready"]
    assert "belum pernah lewat jaringan; kabar pusat lewat stik, dari" in city.at_kiosk("kiosk", "status")
    filed = city.file("kiosk")
    assert "Kios terdaftar di" not in carry(city, stick)
    status = json.loads(city.at_kiosk("kiosk", "status", "--json"))
    assert (status["queue"], status["filed"]) == (0, 3)
    check_arrived(city, filed)


def carry(city: City, stick: Path) -> str:
    """To the centre and back; what the kiosk says at the end."""
    city.at_kiosk("kiosk", "bundle", "export", str(stick))
    (bundle,) = [path for path in stick.glob("*.kasih") if not path.name.endswith(".reply.kasih")]
    city.at_centre("bundle", "import", str(bundle))
    return city.at_kiosk("kiosk", "bundle", "import", str(stick))
