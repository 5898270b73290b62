"""CLOCK and HEALTH: what a kiosk says of itself, when, and how seldom."""

import sys
import time
from collections.abc import Callable

import pytest

from kiosk_agent.clock import SystemClock
from kiosk_agent.control import Control
from kiosk_agent.intake import Form
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sync.clock_watch import ClockWatch
from kiosk_agent.sync.health import HealthReporter
from sync_protocol.bodies import Body, Clock, Health
from sync_protocol.bundle import read_bundle
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import NOWHERE, Ticker
from tests.kiosk_agent.server_peer import Direct, Peer


@pytest.fixture
def watch(control: Control) -> ClockWatch:
    return control._clock_watch


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
    assert Clock(reason="boot") in said(control, peer, Kind.CLOCK)


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


def test_a_jump_that_an_exchange_meets_first_counts_once(control: Control, peer: Peer, clock: Ticker) -> None:
    month_ms = 30 * 86_400_000
    clock.wall_ms -= month_ms
    control.sync()
    assert control.status().clock_offset_ms == month_ms
    clock.wall_ms += month_ms
    control.sync()
    assert control.status().clock_offset_ms == 0
    control._look()
    assert control.status().clock_offset_ms == 0
    jumps = [body for body in said(control, peer, Kind.CLOCK) if isinstance(body, Clock)]
    assert [(jump.reason, jump.jump_ms, jump.offset_ms) for jump in jumps] == [
        ("jump", -month_ms, month_ms),
        ("jump", month_ms, 0),
    ]


def test_a_jump_stands_before_the_head_of_the_exchange_that_meets_it(
    control: Control, peer: Peer, clock: Ticker, form: Callable[..., Form]
) -> None:
    control.kiosk.intake.file(form())
    clock.wall_ms -= 3_600_000
    control.sync()
    first = read_bundle(peer.requests[-1])[0]
    assert [entry.kind for entry in first] == [Kind.HEAD, Kind.COMPLAINT, Kind.CLOCK]


def test_a_jump_in_the_middle_of_an_exchange_counts_once(
    control: Control, peer: Peer, direct: Direct, clock: Ticker
) -> None:
    def carry(bundle: bytes) -> bytes:
        clock.wall_ms += 7_200_000
        return peer.receive(bundle) or b""

    direct.faults.append(carry)
    control.sync()
    control._look()
    assert control.status().clock_offset_ms == -7_200_000


def test_a_jump_that_an_sms_meets_first_counts_once(control: Control, watch: ClockWatch, clock: Ticker) -> None:
    sent_ms = clock.now_ms()
    clock.wall_ms -= 7_200_000
    watch.hear_sms(sent_ms)
    watch.look()
    assert control.status().clock_offset_ms == 7_200_000


def slowly(peer: Peer, clock: Ticker, *, there_s: float, back_s: float) -> Callable[[bytes], bytes]:
    """A link over which a bundle takes so long, and its reply so long; the server's clock goes on meanwhile."""
    right_ms, since_s = peer.clock(), clock.monotonic_s()
    peer.clock = lambda: right_ms + round((clock.monotonic_s() - since_s) * 1000)

    def carry(bundle: bytes) -> bytes:
        clock.pass_(there_s)
        reply = peer.receive(bundle)
        clock.pass_(back_s)
        assert reply is not None
        return reply

    return carry


@pytest.mark.parametrize(("there_s", "back_s"), [(0, 40), (40, 0), (0, 500), (500, 0), (250, 250)])
def test_a_slow_link_is_no_wrong_clock(
    control: Control, peer: Peer, direct: Direct, clock: Ticker, there_s: float, back_s: float
) -> None:
    direct.faults.append(slowly(peer, clock, there_s=there_s, back_s=back_s))
    assert said(control, peer, Kind.CLOCK) == []
    assert control.status().clock_offset_ms == 0


@pytest.mark.parametrize(("there_s", "back_s"), [(0, 40), (40, 0)])
def test_a_wrong_clock_is_told_over_a_slow_link_too_as_well_as_it_can_be_known(
    control: Control, peer: Peer, direct: Direct, clock: Ticker, there_s: float, back_s: float
) -> None:
    peer.clock = lambda: clock.now_ms() - 600_000
    direct.faults.append(slowly(peer, clock, there_s=there_s, back_s=back_s))
    control.sync()
    (told,) = said(control, peer, Kind.CLOCK)
    assert isinstance(told, Clock)
    assert told.reason == "server"
    assert abs(told.offset_ms + 600_000) <= 20_000


def test_what_may_come_of_the_slow_link_is_told_only_when_a_quick_one_has_confirmed_it(
    control: Control, peer: Peer, direct: Direct, clock: Ticker
) -> None:
    peer.clock = lambda: clock.now_ms() - 70_000
    direct.faults.append(slowly(peer, clock, there_s=20, back_s=20))
    assert said(control, peer, Kind.CLOCK) == [], "70 s, give or take 20"
    control.sync()
    assert said(control, peer, Kind.CLOCK) == [Clock(reason="server", offset_ms=-70_000)]


def test_a_first_contact_over_a_slow_link_shifts_no_time(fresh: Kiosk, peer: Peer, clock: Ticker) -> None:
    direct = Direct(peer)
    direct.faults.append(slowly(peer, clock, there_s=0, back_s=40))
    Control(fresh, connect=lambda url: direct).enrol(NOWHERE, peer.new_code())
    assert fresh.status().clock_offset_ms == 0


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


def test_an_hour_of_silence_holds_over_restarts(control: Control, clock: Ticker) -> None:
    keys = control.kiosk.centre.keys
    assert keys is not None
    well, full = Health(version="1", disk_free_mb=7_000), Health(version="1", disk_free_mb=50)

    def after_a_restart(health: Health) -> bool:
        clock.mono_s = 5.0  # A machine that has just started counts from there.
        return HealthReporter(control.kiosk.store, clock).report(health, keys)

    assert after_a_restart(well)
    clock.wall_ms += 3_599_000
    assert not after_a_restart(full)
    clock.wall_ms += 1_000
    assert after_a_restart(full)
    reporter = HealthReporter(control.kiosk.store, clock)
    clock.pass_(3_599)
    assert not reporter.report(well, keys)
    clock.pass_(1)
    assert reporter.report(well, keys)
    clock.wall_ms -= 86_400_000
    assert after_a_restart(full), "what a clock that went back says of the last time is worth nothing"


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
