"""CLOCK and HEALTH: what a kiosk says of itself, when, and how seldom."""

import sys
import time
from collections.abc import Callable

import pytest

from kiosk_agent.clock import SystemClock
from kiosk_agent.control import Control
from kiosk_agent.intake import Form
from kiosk_agent.sync.clock_watch import ClockWatch
from kiosk_agent.sync.health import HealthReporter
from sync_protocol.bodies import Body, Clock, Health
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import Ticker
from tests.kiosk_agent.server_peer import Peer


@pytest.fixture
def watch(control: Control, clock: Ticker) -> ClockWatch:
    return ClockWatch(control.kiosk.store, clock)


def said(control: Control, peer: Peer, kind: Kind) -> list[Body | None]:
    assert control.sync().error == ""
    return [peer.open(entry) for entry in peer.of(kind)]


def test_a_start_is_noted_with_the_offset_known_so_far(control: Control, peer: Peer, clock: Ticker) -> None:
    control.note_boot()
    assert said(control, peer, Kind.CLOCK) == [Clock(reason="boot")]
    clock.wall_ms += 600_000
    control.sync()
    control.note_boot()
    assert said(control, peer, Kind.CLOCK)[-1] == Clock(reason="boot", offset_ms=-600_000)


def test_after_a_clock_went_back_nothing_is_known_of_its_offset(control: Control, peer: Peer, clock: Ticker) -> None:
    clock.wall_ms += 600_000
    control.sync()
    clock.wall_ms = 0
    control.note_boot()
    assert said(control, peer, Kind.CLOCK)[-1] == Clock(reason="boot")


def test_a_jump_is_noted_and_a_slow_drift_is_not(
    control: Control, peer: Peer, watch: ClockWatch, clock: Ticker
) -> None:
    for _ in range(10):
        clock.pass_(3_600)
        watch.look()
    clock.wall_ms += 59_000
    watch.look()
    assert said(control, peer, Kind.CLOCK)[1:] == []
    clock.wall_ms -= 3_600_000
    watch.look()
    watch.look()
    jumps = [body for body in said(control, peer, Kind.CLOCK) if isinstance(body, Clock) and body.reason == "jump"]
    assert [jump.jump_ms for jump in jumps] == [-3_541_000]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the monotonic clock goes on by itself")
def test_a_night_asleep_is_no_jump(control: Control, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    slept_s = 0
    awake_s, wall_ns = time.monotonic(), time.time_ns()
    monkeypatch.setattr(time, "monotonic", lambda: awake_s)
    monkeypatch.setattr(time, "clock_gettime", lambda which: awake_s + slept_s * (which == time.CLOCK_BOOTTIME))
    monkeypatch.setattr(time, "time_ns", lambda: wall_ns + slept_s * 10**9)
    watch = ClockWatch(control.kiosk.store, SystemClock())
    slept_s = 8 * 3_600
    watch.look()
    monkeypatch.undo()
    assert said(control, peer, Kind.CLOCK) == []


def test_a_jump_moves_the_known_offset_along(control: Control, watch: ClockWatch, clock: Ticker) -> None:
    assert control.status().clock_offset_ms == 0
    clock.wall_ms += 7_200_000
    watch.look()
    assert control.status().clock_offset_ms == -7_200_000


def test_receipts_show_the_time_put_right(control: Control, clock: Ticker, form: Callable[..., Form]) -> None:
    right = clock.now_ms()
    clock.wall_ms -= 86_400_000
    control.sync()
    assert control.kiosk.intake.file(form()).filed_at_ms == right


def test_health_is_told_on_a_change_and_once_an_hour_at_most(control: Control, peer: Peer, clock: Ticker) -> None:
    keys = control.kiosk.centre.keys
    assert keys is not None
    reporter = HealthReporter(control.kiosk.store, clock)
    well = Health(version="1", disk_free_mb=7_000)
    assert reporter.report(well, keys)
    clock.pass_(4_000)
    assert not reporter.report(Health(version="1", disk_free_mb=6_500, queue=5, oldest_s=9), keys), "no change"
    assert reporter.report(Health(version="1", disk_free_mb=150), keys)
    clock.pass_(3_000)
    assert not reporter.report(well, keys), "too soon"
    clock.pass_(601)
    assert reporter.report(well, keys)
    assert len(said(control, peer, Kind.HEALTH)) == 3
    assert not HealthReporter(control.kiosk.store, clock).report(well, keys), "a restart is no change"


def test_health_is_sealed_and_its_entries_wake_nobody(control: Control, peer: Peer, clock: Ticker) -> None:
    loop = control.make_loop()
    loop.run_now()
    control._look()
    assert loop.next_at_s == clock.monotonic_s() + control.kiosk.poll_s
    assert control.status().queue == 0
    (health,) = said(control, peer, Kind.HEALTH)
    assert isinstance(health, Health)
    assert health.disk_free_mb > 0
    assert peer.of(Kind.HEALTH)[0].to != bytes(4)
