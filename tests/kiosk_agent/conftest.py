"""A kiosk in a folder of its own, enrolled at a centre in memory, with clocks that the test moves."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kiosk_agent.control import Control
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk, make_kiosk, open_kiosk
from tests.kiosk_agent.server_peer import Direct, HttpPeer, Peer

START_MS = 1_795_000_000_000
NOWHERE = "http://127.0.0.1:9"


class Ticker:
    """Both clocks of a machine; they stand still until they are moved."""

    def __init__(self) -> None:
        self.wall_ms = START_MS
        self.mono_s = 1_000.0

    def now_ms(self) -> int:
        return self.wall_ms

    def monotonic_s(self) -> float:
        return self.mono_s

    def pass_(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_ms += round(seconds * 1000)


@pytest.fixture(autouse=True)
def key_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Storage keys of a test lie in its own folder."""
    folder = tmp_path / "keys"
    monkeypatch.setenv("KASIH_KEY_DIR", str(folder))
    monkeypatch.delenv("KASIH_SERVER", raising=False)
    return folder


@pytest.fixture
def clock() -> Ticker:
    return Ticker()


class Enrolled(NamedTuple):
    """What `control` copies: a kiosk's folders and the centre that knows it."""

    data: Path
    keys: Path
    peer: Peer


@pytest.fixture(scope="session")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Enrolled:
    """Enrolled once; a disk takes its time for each of the many commits."""
    folder = tmp_path_factory.mktemp("enrolled")
    peer = Peer(lambda: START_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KASIH_KEY_DIR", str(folder / "keys"))
        kiosk = make_kiosk(folder / "kiosk", wait_s=0, clock=Ticker())
        commands = Control(kiosk, connect=lambda url: Direct(peer))
        commands.enrol(NOWHERE, peer.new_code())
        commands.close()
    return Enrolled(folder / "kiosk", folder / "keys", peer)


@pytest.fixture
def peer(enrolled: Enrolled) -> Peer:
    """A centre. With `control` or `kiosk` it knows that kiosk; with `fresh` it knows nobody."""
    return enrolled.peer.copy()


@pytest.fixture
def direct(peer: Peer) -> Direct:
    return Direct(peer)


@pytest.fixture
def http(peer: Peer) -> Iterator[HttpPeer]:
    server = HttpPeer(peer)
    yield server
    server.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "kiosk"


@pytest.fixture
def fresh(data: Path, clock: Ticker, peer: Peer) -> Iterator[Kiosk]:
    """A folder that nobody has enrolled yet, and a centre that knows nobody."""
    peer.forget_device()
    kiosk = make_kiosk(data, wait_s=0, clock=clock)
    yield kiosk
    kiosk.close()


@pytest.fixture
def control(enrolled: Enrolled, data: Path, key_folder: Path, clock: Ticker, direct: Direct) -> Iterator[Control]:
    """The commands of an enrolled kiosk, whose way to the centre is `direct`."""
    shutil.copytree(enrolled.data, data)
    shutil.copytree(enrolled.keys, key_folder)
    commands = Control(open_kiosk(data, wait_s=0, clock=clock), connect=lambda url: direct)
    yield commands
    commands.close()


@pytest.fixture
def kiosk(control: Control) -> Kiosk:
    """An enrolled kiosk."""
    return control.kiosk


@pytest.fixture
def form() -> Callable[..., Form]:
    """Makes forms, each with a reference of its own unless one is given."""
    made = 0

    def make(**fields: Any) -> Form:
        nonlocal made
        made += 1
        usual = {"ref": made.to_bytes(16), "category": "AIR", "kelurahan": "53.71.01.1001", "text": f"Air mati {made}"}
        return Form(**(usual | fields))

    return make
