"""The demo's page asks for counts every two seconds, for as long as somebody leaves it open."""

from pathlib import Path
from threading import Thread

from server.demo.counts import Counts


def test_a_page_left_open_uses_up_no_descriptors(data: Path) -> None:
    counts = Counts(data, lambda: '{"filed": 3, "queue": 1}')
    seen: list[int | None] = []
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        thread = Thread(target=lambda: seen.append(counts.now(up=True, is_first=True).arrived))
        thread.start()
        thread.join()
    assert seen == [0] * 20
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2
