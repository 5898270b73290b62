"""The long tier of tampered bundles, over real HTTP: `make assurance ARGS=mutate`."""

import http.client
import time
from collections import Counter
from functools import partial
from pathlib import Path

from server.store.centre import open_centre
from tests.assurance import Outcome, in_parallel
from tests.faults.folders import centre_at
from tests.faults.mutations import Assault
from tests.faults.power import memory_folder
from tests.peers import over_http
from tests.server.conftest import serving

CHUNK = 2_500
ANSWERS = {200, 204, 400, 403}
HANG_S = 2.0
MEMORY_MB = 300


def assure(count: int, seed: int) -> Outcome:
    """Send `count` bundles, each chunk of them to a centre of its own."""
    with memory_folder() as folder:
        jobs = [
            partial(_tried, folder / str(at), min(CHUNK, count - at), seed + at // CHUNK)
            for at in range(0, count, CHUNK)
        ]
        results = in_parallel(jobs, "mutate", start="spawn")  # A process that only this ran in tells what this took.
    failures = [result for result in results if isinstance(result, str)]
    toll: Counter[str] = Counter()
    memory_mb = 0
    for result in results:
        if not isinstance(result, str):
            toll.update(result[0])
            memory_mb = max(memory_mb, result[1])
    return Outcome(count=count, failures=failures, figures={**toll, "memory_mb": memory_mb})


def _tried(folder: Path, count: int, seed: int) -> tuple[Counter[str], int] | str:
    try:
        statuses = _send_all(folder, count, seed)
        memory_mb = _peak_memory_mb()
        assert memory_mb < MEMORY_MB, f"{memory_mb} MB resident"
    except Exception as error:  # noqa: BLE001  whatever a bundle brings up is a finding
        return f"SEED={seed} COUNT={count}: {type(error).__name__}: {error}"
    return statuses, memory_mb


def _send_all(folder: Path, count: int, seed: int) -> Counter[str]:
    """Send bundles to a centre that serves, and judge it; how often each status was answered.

    Raises:
        AssertionError: something false was stored, harm was done, or it answered as it must not.
    """
    with centre_at(folder / "centre"):
        pass
    centre = open_centre(folder / "centre")
    statuses: Counter[str] = Counter()
    try:
        with serving(centre) as live:
            assault = Assault(centre, over_http(live.port), seed)
            connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
            for _ in range(count):
                bundle, started = assault.bundle(), time.monotonic()
                connection.request("POST", "/v1/sync", bundle, {"content-type": "application/octet-stream"})
                response = connection.getresponse()
                body = response.read()
                assert response.status in ANSWERS, f"{response.status} to {bundle.hex()}"
                assert time.monotonic() - started < HANG_S, f"it hung at {bundle.hex()}"
                statuses[str(response.status)] += 1
                if response.status == 200:
                    assault.check_reply(body)
            connection.close()
            assault.judge()
    finally:
        centre.close()
    return statuses


def _peak_memory_mb() -> int:
    """The most that this process was resident, in MiB.

    Not `getrusage`: its figure outlives exec, so that a new process begins with that of the one that started it.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10
