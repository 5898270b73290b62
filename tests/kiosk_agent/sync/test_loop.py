"""When the sync runs: at once for new reports, else every so often, ever more rarely while it fails."""

import time
from collections.abc import Callable
from threading import Event

import pytest
from msgspec.structs import replace

from kiosk_agent.control import Control
from kiosk_agent.errors import NoLinkError, NotReadableError, RefusedError, SettingsError
from kiosk_agent.settings import Settings
from kiosk_agent.store import facts
from kiosk_agent.sync.engine import Outcome
from kiosk_agent.sync.http_transport import HttpTransport
from kiosk_agent.sync.loop import SyncLoop
from kiosk_agent.web.facts import facts_of
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import Ticker
from tests.kiosk_agent.server_peer import Direct

OFFLINE = NoLinkError("Pusat tidak terjangkau.")


class Runs:
    """Stands in for the exchanges: counts them and ends as it is told."""

    def __init__(self) -> None:
        self.count = 0
        self.error: Exception | None = None
        self.during: Callable[[], None] = lambda: None
        self.happened = Event()

    def __call__(self) -> Outcome:
        self.count += 1
        self.happened.set()
        self.during()
        if self.error is not None and not isinstance(self.error, NoLinkError | RefusedError):
            raise self.error
        return Outcome(error=self.error)


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def loop(runs: Runs, clock: Ticker) -> SyncLoop:
    return SyncLoop(runs, Settings(), clock, poll_s=lambda: 600)


def left(loop: SyncLoop, clock: Ticker) -> float:
    return loop.next_at_s - clock.monotonic_s()


def test_after_a_success_it_waits_for_the_next_poll(loop: SyncLoop, clock: Ticker) -> None:
    assert left(loop, clock) == 0
    loop.run_now()
    assert left(loop, clock) == 600


def test_after_failures_it_waits_ever_longer_with_jitter_up_to_an_hour(
    loop: SyncLoop, runs: Runs, clock: Ticker
) -> None:
    runs.error = OFFLINE
    shares = []
    for full in (60, 120, 240, 480, 960, 1920, 3600, 3600, 3600):
        loop.run_now()
        shares.append(left(loop, clock) / full)
    assert all(0.75 <= share <= 1 for share in shares)
    assert len(set(shares)) > 5, "kiosks that failed together do not come back together"
    runs.error = None
    loop.run_now()
    assert left(loop, clock) == 600
    runs.error = OFFLINE
    loop.run_now()
    assert left(loop, clock) <= 60, "a success starts the count again"


def test_a_sync_by_hand_that_goes_well_ends_the_waiting(control: Control, direct: Direct, clock: Ticker) -> None:
    loop = control.make_loop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct, "send", offline)
        for _ in range(9):
            loop.run_now()
    assert left(loop, clock) > 600
    assert control.sync().error == ""
    assert left(loop, clock) == control.kiosk.poll_s
    clock.pass_(1)
    loop.wake()
    assert left(loop, clock) == 0


def offline(_: bytes) -> bytes:
    raise OFFLINE


def test_it_does_not_come_before_the_server_asked_it_to(loop: SyncLoop, runs: Runs, clock: Ticker) -> None:
    runs.error = RefusedError(503, 900)
    loop.run_now()
    assert left(loop, clock) == 900
    runs.error = RefusedError(503, 10**6)
    loop.run_now()
    assert left(loop, clock) == 3_600, "an hour is the most that anybody can ask"


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.NOTE, Kind.SMS_IN])
def test_a_new_report_is_sent_at_once(loop: SyncLoop, clock: Ticker, kind: Kind) -> None:
    loop.run_now()
    loop.appended(kind)
    assert left(loop, clock) == 0


@pytest.mark.parametrize("kind", [Kind.CLOCK, Kind.HEALTH, Kind.LOST, Kind.KEY])
def test_what_nobody_waits_for_wakes_nothing(loop: SyncLoop, clock: Ticker, kind: Kind) -> None:
    loop.run_now()
    loop.appended(kind)
    assert left(loop, clock) == 600


def test_without_a_network_new_reports_try_it_once_a_minute_at_most(loop: SyncLoop, runs: Runs, clock: Ticker) -> None:
    runs.error = OFFLINE
    for _ in range(5):
        loop.run_now()
    clock.pass_(10)
    loop.wake()
    assert left(loop, clock) == 50
    clock.pass_(100)
    loop.wake()
    assert left(loop, clock) <= 0


def test_a_report_that_comes_during_a_run_is_not_left_for_the_next_poll(
    loop: SyncLoop, runs: Runs, clock: Ticker
) -> None:
    runs.during = loop.wake
    loop.run_now()
    assert left(loop, clock) == 0


def test_a_report_that_comes_at_the_end_of_the_first_run_that_goes_well_again_leaves_at_once(
    loop: SyncLoop, runs: Runs, clock: Ticker
) -> None:
    runs.error = OFFLINE
    loop.run_now()
    runs.error, runs.during = None, loop.wake
    loop.run_now()
    assert left(loop, clock) == 0


def test_a_report_that_comes_during_a_run_that_fails_is_tried_again_within_a_minute(
    loop: SyncLoop, runs: Runs, clock: Ticker
) -> None:
    runs.error = OFFLINE
    for _ in range(6):
        loop.run_now()

    def meanwhile() -> None:
        clock.pass_(10)
        loop.wake()
        clock.pass_(10)

    runs.during = meanwhile
    loop.run_now()
    assert left(loop, clock) == 40
    runs.during = lambda: None
    loop.run_now()
    assert left(loop, clock) > 60


@pytest.mark.parametrize("when", ["during the run", "after it"])
def test_a_new_report_does_not_come_before_the_server_asked_it_to(
    loop: SyncLoop, runs: Runs, clock: Ticker, when: str
) -> None:
    runs.error = RefusedError(503, 1_800)
    runs.during = loop.wake if when == "during the run" else lambda: None
    loop.run_now()
    loop.wake()
    assert left(loop, clock) == 1_800
    clock.pass_(1_790)
    loop.wake()
    assert left(loop, clock) == 10
    runs.error, runs.during = None, lambda: None
    loop.run_now()
    loop.wake()
    assert left(loop, clock) == 0


def test_where_the_disk_does_not_say_how_often_to_ask_it_is_soon(runs: Runs, clock: Ticker) -> None:
    def unreadable() -> float:
        raise NotReadableError("rusak")

    loop = SyncLoop(runs, Settings(), clock, poll_s=unreadable)
    loop.run_now()
    assert left(loop, clock) == 60


@pytest.mark.parametrize("error", [NotReadableError("rusak"), ZeroDivisionError("our own bug")])
def test_the_thread_outlives_whatever_goes_wrong(runs: Runs, error: Exception) -> None:
    runs.error = error
    settings = Settings(backoff_s=0.01, backoff_max_s=0.02)
    loop = SyncLoop(runs, settings, Real(), poll_s=lambda: 0.01)
    loop.start()
    assert wait_for(lambda: runs.count >= 3)
    runs.error = None
    before = runs.count
    assert wait_for(lambda: runs.count >= before + 3)
    loop.stop()
    ended = runs.count
    assert not wait_for(lambda: runs.count > ended, 0.1)


def test_a_sleeping_thread_is_woken(runs: Runs) -> None:
    loop = SyncLoop(runs, Settings(), Real(), poll_s=lambda: 3_600)
    loop.start()
    assert runs.happened.wait(5)
    runs.happened.clear()
    assert wait_for(lambda: loop.next_at_s > time.monotonic() + 1)
    loop.wake()
    assert runs.happened.wait(5)
    loop.stop()


@pytest.mark.parametrize("server", ["", "http://pusat kota.id"])
def test_an_address_that_leads_nowhere_is_said_like_any_other_failure(
    control: Control, clock: Ticker, server: str
) -> None:
    control.kiosk.settings = replace(control.kiosk.settings, server=server)
    if not server:
        control.kiosk.store.remember(facts.SERVER, b"")
    control._connect = lambda url: HttpTransport(url, control.kiosk.settings)
    loop = control.make_loop()
    with pytest.raises(SettingsError):
        loop.run_now()
    assert 45 <= left(loop, clock) <= 60
    assert "Alamat pusat" in control.status().last_error
    assert control.status().sync == "backoff"
    assert not facts_of(control.kiosk).is_linked


class Real:
    """The machine's clocks."""

    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def monotonic_s(self) -> float:
        return time.monotonic()


def wait_for(what: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.005)
    return False
