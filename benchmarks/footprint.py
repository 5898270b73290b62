"""Memory, and the time until a program answers."""

from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Limit, Must
from benchmarks.kiosk import Kiosk, new_code
from benchmarks.load import new_centre
from benchmarks.programs import python, serve_centre
from benchmarks.sizes import Sizes
from benchmarks.texts import complaints

_IMPORT = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
_LIGHT = "import sys, kiosk_agent.cli, kiosk_agent.status_text; print(*(m for m in {} if m in sys.modules))"
_WEB_STACK = ("litestar", "uvicorn", "jinja2")


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """A centre and a kiosk, with nothing to do and after some work; the median of several starts."""
    data = folder / "centre"
    with new_centre(data) as centre:
        kiosk = Kiosk(folder, new_code(centre))
    centre_starts, kiosk_starts = [], []
    for _ in range(sizes.runs - 1):
        with serve_centre(data) as server:
            centre_starts.append(server.start_s)
    with serve_centre(data) as server:
        centre_starts.append(server.start_s)
        centre_idle = server.resident_mib
        kiosk.enrol(server.port)
        for _ in range(sizes.runs - 1):
            with kiosk.serve() as agent:
                kiosk_starts.append(agent.start_s)
        with kiosk.serve() as agent:
            kiosk_starts.append(agent.start_s)
            agent_idle = agent.resident_mib
            kiosk.file(complaints(4, sizes.batch))
            kiosk.sync()
            agent_after = agent.resident_mib
    statuses = [kiosk.status() for _ in range(sizes.runs)]
    return [
        Figure(name="kiosk: until its page answers", value=median(kiosk_starts), unit="s", must=Must("<=", 3)),
        Figure(name="kiosk: resident, idle", value=agent_idle, unit="MiB", must=Must("<=", 80)),
        Figure(name="kiosk: resident after a batch", value=agent_after, unit="MiB", must=Must("<=", 80)),
        Figure(name="centre: until /health answers", value=median(centre_starts), unit="s"),
        Figure(name="centre: resident, idle", value=centre_idle, unit="MiB"),
        *_commands(statuses, sizes),
    ]


def _commands(statuses: list[float], sizes: Sizes) -> list[Figure]:
    heavy = python(_LIGHT.format(_WEB_STACK))[0].split()
    assert not heavy, f"a plain command imports {heavy}"
    bare = min(python("pass")[1] for _ in range(sizes.runs))
    imports = min(float(python(_IMPORT.format("kiosk_agent.cli"))[0]) for _ in range(sizes.runs))
    return [
        Figure(
            name="kasih-kiosk status, from start to end",
            value=min(statuses),
            unit="s",
            limit=Limit("a Python that does nothing", bare),
        ),
        Figure(name="import kiosk_agent.cli", value=imports, unit="s"),
    ]
