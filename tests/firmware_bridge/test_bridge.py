"""The bridge with real sockets, real pseudo-terminals and the simulated modem behind them."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware_bridge.bridge import Bridge, BridgeSettings
from firmware_bridge.desk import Found, Outcome, Sim
from firmware_bridge.errors import PduError, PortError, UsageError
from firmware_bridge.pdu import decode_pdu
from firmware_bridge.port import open_port
from firmware_bridge.simulator import SimulatorHandle, running_simulator
from tests.firmware_bridge.malformed import MALFORMED, Malformed
from tests.firmware_bridge.modem_rig import IMEI, MemoryDesk, outgoing

QUICK = BridgeSettings(
    sweep_s=2.0, check_s=5.0, ask_s=0.2, discovery_s=0.1, answer_s=0.4, retry_s=0.3, timeout_factor=0.1
)
OTHER_CARD = "510110123456789"
OTHER_IMEI = "490154203237518"
OTHER_MODEM: dict[str, Any] = {"imei": OTHER_IMEI, "imsi": OTHER_CARD}


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> float:
    """How long it took until the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it never happened"
        threading.Event().wait(0.005)
    return time.monotonic() - began


@contextmanager
def running(ports: Sequence[str], desk: MemoryDesk, settings: BridgeSettings = QUICK, **more: Any) -> Iterator[Bridge]:
    bridge = Bridge(ports, desk, settings, **more)
    bridge.start()
    try:
        yield bridge
    finally:
        began = time.monotonic()
        bridge.stop()
        assert time.monotonic() - began < 3, "stop joins quickly"


def deleted(sim: SimulatorHandle) -> int:
    return int(sim.control({"do": "state"})["deleted"])


def receive(sim: SimulatorHandle, text: str = "KOTKUPANG lampu jalan mati RT 3 Oepura") -> None:
    sim.control({"do": "receive", "from": "+6281234567001", "text": text})


def test_nothing_is_opened_before_start() -> None:
    with running_simulator() as sim:
        Bridge([sim.url], MemoryDesk())
        assert not sim.control({"do": "state"})["connected"]


def test_a_port_named_twice_is_a_mistake() -> None:
    with pytest.raises(UsageError):
        Bridge(["COM3", "COM3"], MemoryDesk())


@pytest.mark.parametrize("profile", ["generic", "huawei", "zte", "ec25"])
def test_it_takes_in_what_waits_and_sends_what_is_to_go_with_every_kind_of_modem(profile: str) -> None:
    desk = MemoryDesk()
    desk.waiting = outgoing("x" * 400)
    with running_simulator(profile=profile, inbox=40, me_slots=5, slots=20) as sim, running([sim.url], desk):
        wait_for(lambda: len(desk.outcomes) == 3)
        assert [outcome for _, _, outcome, _, _ in desk.outcomes] == [Outcome.SENT] * 3
        wait_for(lambda: not sim.control({"do": "state"})["slots"])
        assert len({(found.index, found.pdu) for found in desk.found}) >= 40
        assert [message["text"] for message in sim.control({"do": "sent"})["messages"]] == ["x" * 400]


@pytest.mark.parametrize("profile", ["generic", "huawei", "ec25"])
def test_delivery_reports_come_in(profile: str) -> None:
    desk = MemoryDesk()
    desk.waiting = outgoing()
    with running_simulator(profile=profile) as sim, running([sim.url], desk):
        wait_for(lambda: desk.found)
        assert desk.found[0].pdu[1 + desk.found[0].pdu[0]] & 3 == 2, "a status report"


def test_more_messages_than_places_are_taken_at_the_modem_s_own_pace() -> None:
    """Dongle: 0.15 s and 4 ms an entry for a list, 80 ms a deletion, 50 ms until the next message has the place.

    `make bench ARGS=sms` does the same with 90 messages and 30 places.
    """
    desk = MemoryDesk()
    settings = BridgeSettings()
    with running_simulator(latency="dongle", slots=15) as sim:
        for number in range(45):
            receive(sim, f"SMS {number}")
        wait_for(lambda: len(sim.control({"do": "state"})["slots"]) == 15)
        with running([sim.url], desk, settings):
            first = wait_for(lambda: deleted(sim) > 0)
            took = first + wait_for(lambda: deleted(sim) >= 45)
    assert first < 1
    limit = 1 / (0.15 / 15 + 0.004 + 0.08)
    assert 45 / (took - first) >= 0.9 * limit


@pytest.mark.parametrize("where", ["before", "inside"])
def test_noise_in_a_list_loses_nothing(where: str) -> None:
    desk = MemoryDesk()
    with running_simulator(slots=30, urcs_inside=True) as sim:
        for number in range(20):
            receive(sim, f"SMS {number}")
        sim.control({"do": "fault", "command": "CMGL", "kind": "garbage", "where": where, "times": 3})
        whole = {f"SMS {number}" for number in range(20)}
        with running([sim.url], desk):
            wait_for(lambda: deleted(sim) >= 20)
    assert {getattr(decode_pdu(found.pdu), "text", "") for found in desk.found} >= whole


def test_pdus_that_are_none_are_handed_over_as_they_are_between_the_good_ones() -> None:
    """Reports come by +CDS, the others lie on the card."""
    desk = MemoryDesk()
    with running_simulator(slots=2 * len(MALFORMED)) as sim, running([sim.url], desk, BridgeSettings()) as bridge:
        wait_for(lambda: bridge.statuses()[0].registration == "home" and bridge.statuses()[0].state == "idle")
        for number, kind in enumerate(MALFORMED):
            sim.control({"do": "receive_pdu", "pdu": kind.pdu})
            receive(sim, f"baik {number}")
        assert wait_for(lambda: good_ones(desk) >= {f"baik {number}" for number in range(len(MALFORMED))}) < 5
        wait_for(lambda: {found.pdu.hex().upper() for found in desk.found} >= {kind.pdu for kind in MALFORMED})
        wait_for(lambda: not sim.control({"do": "state"})["slots"])
        assert bridge.statuses()[0].trouble == ""


def good_ones(desk: MemoryDesk) -> set[str]:
    return {getattr(message_of(found), "text", "") for found in desk.found}


@pytest.mark.parametrize("kind", MALFORMED, ids=lambda kind: kind.what)
def test_every_kind_of_malformed_pdu_is_refused_with_its_field(kind: Malformed) -> None:
    with pytest.raises(PduError, match=f"^{kind.field}: "):
        decode_pdu(bytes.fromhex(kind.pdu))


def test_there_are_thirty_five_kinds_of_malformed_pdus() -> None:
    assert len({kind.what for kind in MALFORMED}) == len({kind.pdu for kind in MALFORMED}) == 35


def message_of(found: Found) -> object:
    try:
        return decode_pdu(found.pdu)
    except PduError:
        return None


def test_after_an_unplugging_it_takes_in_again_soon() -> None:
    desk = MemoryDesk()
    with running_simulator() as sim, running([sim.url], desk) as bridge:
        wait_for(lambda: bridge.statuses()[0].last_sweep_ms)
        sim.control({"do": "unplug", "seconds": 1.0})
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        receive(sim)
        wait_for(lambda: sim.control({"do": "state"})["port"])
        assert wait_for(lambda: deleted(sim) == 1) < 5
        (status,) = bridge.statuses()
        assert (status.resets, status.steps[-1]) == (0, "port-gone")
        assert abs(status.last_step_ms - time.time() * 1000) < 10_000


@pytest.mark.parametrize("seconds", [0, 1])
def test_after_a_restart_by_itself_it_takes_in_again_soon(seconds: int) -> None:
    desk = MemoryDesk()
    with running_simulator() as sim, running([sim.url], desk) as bridge:
        wait_for(lambda: bridge.statuses()[0].state == "idle")
        sim.control({"do": "reboot", "seconds": seconds})
        receive(sim)
        assert wait_for(lambda: deleted(sim) == 1) < 5 + seconds
        if seconds:  # Its port went with it, as if it had been pulled out.
            assert "port-gone" in bridge.statuses()[0].steps
        else:
            wait_for(lambda: bridge.statuses()[0].resets == 1)


@pytest.mark.parametrize("kind", ["silence", "hang", "truncate", "lost-answer", "error"])
@pytest.mark.parametrize("command", ["CMGL", "CMGD", "*"])
def test_a_fault_of_a_command_is_overcome(kind: str, command: str) -> None:
    desk = MemoryDesk()
    hasty = BridgeSettings(sweep_s=0.3, retry_s=0.1, reopen_s=0.05, timeout_factor=0.05, quiet_s=0.02)
    with running_simulator() as sim, running([sim.url], desk, hasty) as bridge:
        wait_for(lambda: bridge.statuses()[0].last_sweep_ms)
        sim.control({"do": "fault", "command": command, "kind": kind, "times": 2})
        receive(sim)
        wait_for(lambda: deleted(sim) == 1)
        assert desk.found


def test_a_lost_answer_leaves_the_message_unknown_and_work_goes_on() -> None:
    desk = MemoryDesk()
    with running_simulator() as sim, running([sim.url], desk, BridgeSettings(timeout_factor=0.02)) as bridge:
        sim.control({"do": "fault", "command": "CMGS", "kind": "lost-answer"})
        desk.waiting = outgoing()
        wait_for(lambda: desk.outcomes)
        assert [outcome for _, _, outcome, _, _ in desk.outcomes] == [Outcome.UNKNOWN]
        receive(sim)
        wait_for(lambda: deleted(sim) == 1)
        assert sum(status.unknown_sends for status in bridge.statuses()) == 1


def test_a_modem_on_a_pseudo_terminal_is_used_by_one_program_alone(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("pseudo-terminals are POSIX's")
    desk = MemoryDesk()
    with running_simulator(pty=tmp_path / "modem", inbox=5) as sim, running([sim.url], desk) as bridge:
        wait_for(lambda: bridge.statuses()[0].state == "idle")
        assert desk.found
        with pytest.raises(PortError) as caught:
            open_port(sim.url)
        assert caught.value.code == "port-busy"
        sim.control({"do": "unplug", "seconds": 0.5})
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        wait_for(lambda: bridge.statuses()[0].state == "idle" and not bridge.statuses()[0].trouble)


def test_wake_sends_at_once() -> None:
    desk = MemoryDesk()
    with running_simulator() as sim, running([sim.url], desk, BridgeSettings()) as bridge:
        wait_for(lambda: desk.asked)
        wait_for(lambda: bridge.statuses()[0].state == "idle")
        desk.waiting = outgoing()
        bridge.wake()
        assert wait_for(lambda: desk.outcomes) < 1


@pytest.mark.parametrize("balance_code", ["", "*888#"])
def test_an_empty_card_ends_no_message_and_what_waits_goes_once_it_is_charged(balance_code: str) -> None:
    desk = MemoryDesk()
    desk.waiting = [part for name in range(20) for part in outgoing(name=str(name), to=f"+62812345670{name}")]
    settings = msgspec.structs.replace(QUICK, balance_code=balance_code, low_balance_s=1.0)
    with running_simulator(balance=0) as sim, running([sim.url], desk, settings) as bridge:
        wait_for(lambda: bridge.statuses()[0].trouble == "no-credit")
        sim.control({"do": "balance", "rupiah": 25_000})
        wait_for(lambda: not desk.waiting and bridge.statuses()[0].trouble == "")
    told = [outcome for _, _, outcome, _, _ in desk.outcomes]
    assert set(told) <= {Outcome.FAILED, Outcome.SENT}
    assert told.count(Outcome.FAILED) <= 5


def test_two_modems_work_side_by_side_and_two_ports_of_one_do_not() -> None:
    desk = MemoryDesk()
    with (
        running_simulator(inbox=3) as one,
        running_simulator(inbox=3, **OTHER_MODEM) as two,
        running_simulator(inbox=3) as one_again,
        running([one.url, two.url, one_again.url], desk) as bridge,
    ):
        wait_for(lambda: len({sim.imei for sim in desk.sims}) == 2)
        wait_for(lambda: "same-modem" in {status.trouble for status in bridge.statuses()})
        rival = next(status for status in bridge.statuses() if status.trouble == "same-modem")
        left = one_again if rival.port == one_again.url else one
        assert deleted(left) == 0


@pytest.mark.parametrize("auto", [True, False])
def test_two_modems_that_have_the_same_imei_are_both_driven(*, auto: bool) -> None:
    """As sticks sold without a name have it; their cards tell them apart."""
    desk = MemoryDesk()
    settings = msgspec.structs.replace(QUICK, sim_retry_s=0.2)
    with running_simulator(inbox=2) as one, running_simulator(inbox=3, imsi=OTHER_CARD) as two:
        ports = [one.url, two.url]
        with running(["auto"] if auto else ports, desk, settings, candidates=lambda: ports) as bridge:
            wait_for(lambda: not any(sim.control({"do": "state"})["slots"] for sim in (one, two)))
            wait_for(lambda: [status.trouble for status in bridge.statuses()] == ["", ""])
            assert {status.imsi for status in bridge.statuses()} == {"510010123456789", OTHER_CARD}


def test_two_modems_of_one_imei_are_both_followed_to_other_ports() -> None:
    desk = MemoryDesk()
    settings = msgspec.structs.replace(QUICK, sim_retry_s=0.2)
    ports: list[str] = []
    with (
        running_simulator() as one,
        running_simulator(imsi=OTHER_CARD) as two,
        running_simulator() as one_later,
        running_simulator(imsi=OTHER_CARD) as two_later,
        running(["auto"], desk, settings, candidates=lambda: list(ports)) as bridge,
    ):
        ports += [one.url, two.url]
        wait_for(lambda: [status.state for status in bridge.statuses()] == ["idle", "idle"])
        for sim in (one, two):
            sim.control({"do": "unplug", "seconds": 600})
        wait_for(lambda: {status.trouble for status in bridge.statuses()} == {"port-gone"})
        ports[:] = [two_later.url, one_later.url]
        receive(one_later)
        receive(two_later)
        wait_for(lambda: deleted(one_later) == deleted(two_later) == 1)
        assert [status.port for status in bridge.statuses()] == [one_later.url, two_later.url]


def test_another_port_of_a_modem_is_no_other_modem_even_with_another_card() -> None:
    desk = MemoryDesk()
    ports: list[str] = []
    with (
        running_simulator() as first,
        running_simulator() as second,
        running_simulator(imsi=OTHER_CARD) as back,
        running(["auto"], desk, candidates=lambda: list(ports)) as bridge,
    ):
        ports += [first.url, second.url]
        wait_for(lambda: [status.state for status in bridge.statuses()] == ["idle"])
        for port in (first, second):
            port.control({"do": "unplug", "seconds": 600})
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        ports[:] = [back.url]
        wait_for(lambda: [(status.port, status.imsi) for status in bridge.statuses()] == [(back.url, OTHER_CARD)])


def looks(sim: SimulatorHandle) -> int:
    """How often somebody asked there for the card."""
    return int(sim.control({"do": "state"})["commands"].get("CIMI", 0))


@pytest.mark.parametrize("unread", [1, 3])
def test_another_port_of_a_modem_that_does_not_tell_its_card_at_once_is_no_second_modem(unread: int) -> None:
    """Not at one look; or at two and once more, when it is listed until it tells it."""
    desk = MemoryDesk()
    settings = msgspec.structs.replace(QUICK, look_again_s=0.3, sim_retry_s=1.0)
    ports: list[str] = []
    with (
        running_simulator() as one,
        running_simulator() as other_port,
        running(["auto"], desk, settings, candidates=lambda: list(ports)) as bridge,
    ):
        ports.append(one.url)
        wait_for(lambda: [status.state for status in bridge.statuses()] == ["idle"])
        other_port.control({"do": "fault", "command": "CIMI", "kind": "error", "times": unread})
        ports.append(other_port.url)
        if unread > 1:
            wait_for(lambda: [status.trouble for status in bridge.statuses()] == ["", "same-modem"])
        wait_for(lambda: looks(other_port) > unread)
        wait_for(lambda: [status.trouble for status in bridge.statuses()] == [""])
        before = looks(other_port)
        wait_for(lambda: looks(other_port) > before + 1)
        assert [status.port for status in bridge.statuses()] == [one.url]


def test_a_modem_of_the_same_imei_whose_card_tells_nothing_at_two_looks_is_listed() -> None:
    desk = MemoryDesk()
    settings = msgspec.structs.replace(QUICK, look_again_s=0.3)
    ports: list[str] = []
    with (
        running_simulator() as one,
        running_simulator(sim="pin") as two,
        running(["auto"], desk, settings, candidates=lambda: list(ports)) as bridge,
    ):
        ports.append(one.url)
        wait_for(lambda: [status.state for status in bridge.statuses()] == ["idle"])
        ports.append(two.url)
        wait_for(lambda: [status.trouble for status in bridge.statuses()] == ["", "same-modem"])


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_two_modems_whose_ports_swap_names_are_both_driven_on(tmp_path: Path) -> None:
    left, right = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    desk = MemoryDesk()
    settings = msgspec.structs.replace(QUICK, sim_retry_s=0.2)
    with running([str(left), str(right)], desk, settings) as bridge:
        with running_simulator(pty=left), running_simulator(pty=right, **OTHER_MODEM):
            wait_for(lambda: all(status.last_sweep_ms for status in bridge.statuses()))
            before = [status.imei for status in bridge.statuses()]
        wait_for(lambda: {status.trouble for status in bridge.statuses()} == {"port-gone"})
        with running_simulator(pty=left, inbox=1, **OTHER_MODEM) as one, running_simulator(pty=right, inbox=1) as two:
            wait_for(lambda: deleted(one) == deleted(two) == 1)
            wait_for(lambda: {status.trouble for status in bridge.statuses()} == {""})
            assert [status.imei for status in bridge.statuses()] == before[::-1]


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_auto_takes_over_a_modem_whose_named_port_is_gone(tmp_path: Path) -> None:
    named, after = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    desk = MemoryDesk()

    def present() -> list[str]:
        return [str(name) for name in (named, after) if name.exists()]

    with running([str(named), "auto"], desk, candidates=present) as bridge:
        with running_simulator(pty=named):
            wait_for(lambda: bridge.statuses()[0].last_sweep_ms)
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        with running_simulator(pty=after, inbox=1) as sim:
            wait_for(lambda: deleted(sim) == 1)


def test_auto_finds_modems_follows_them_by_imei_and_leaves_other_ports_alone() -> None:
    desk = MemoryDesk()
    ports: list[str] = []
    with (
        running_simulator() as one,
        running_simulator() as same_elsewhere,
        deaf_port() as deaf,
        running(["auto"], desk, candidates=lambda: list(ports)) as bridge,
    ):
        assert [status.trouble for status in bridge.statuses()] == ["no-modem"]
        ports += [deaf, one.url]
        wait_for(lambda: [status.port for status in bridge.statuses()] == [one.url])
        wait_for(lambda: bridge.statuses()[0].state == "idle")
        one.control({"do": "unplug", "seconds": 600})
        ports[:] = [deaf, same_elsewhere.url]
        wait_for(lambda: bridge.statuses()[0].port == same_elsewhere.url)
        receive(same_elsewhere)
        wait_for(lambda: deleted(same_elsewhere) == 1)
        assert len(bridge.statuses()) == 1


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_auto_follows_a_modem_that_comes_back_under_another_name(tmp_path: Path) -> None:
    """ttyUSB0 that is gone and stands there again as ttyUSB1, with the same IMEI."""
    before, after = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    desk = MemoryDesk()

    def present() -> list[str]:
        return [str(name) for name in (before, after) if name.exists()]

    with running(["auto"], desk, candidates=present) as bridge:
        with running_simulator(pty=before) as sim:
            receive(sim, "sebelum")
            wait_for(lambda: good_ones(desk) == {"sebelum"})
        wait_for(lambda: [status.trouble for status in bridge.statuses()] == ["port-gone"])
        with running_simulator(pty=after) as sim:
            receive(sim, "sesudah")
            wait_for(lambda: good_ones(desk) == {"sebelum", "sesudah"})
            (status,) = bridge.statuses()
    assert (status.port, status.resets) == (str(after), 0)
    assert {sim.port for sim in desk.sims} == {str(before), str(after)}
    assert len({sim.imei for sim in desk.sims}) == 1


@contextmanager
def following(folder: Path, settings: BridgeSettings = QUICK) -> Iterator[tuple[Bridge, Path, Path, Path]]:
    """A bridge that finds its modems at ttyUSB0 to ttyUSB2."""
    names = first, second, third = folder / "ttyUSB0", folder / "ttyUSB1", folder / "ttyUSB2"
    present = lambda: [str(name) for name in names if name.exists()]  # noqa: E731
    with running(["auto"], MemoryDesk(), settings, candidates=present) as bridge:
        yield bridge, first, second, third


def driven(bridge: Bridge) -> dict[str, str]:
    """Which modem is driven through which port."""
    return {status.port: status.imei for status in bridge.statuses() if status.state == "idle"}


def troubles(bridge: Bridge) -> set[str]:
    return {status.trouble for status in bridge.statuses()}


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_modem_whose_port_name_another_took_is_driven_again_when_it_comes_back(tmp_path: Path) -> None:
    with following(tmp_path) as (bridge, first, second, _):
        with running_simulator(pty=first):
            wait_for(lambda: driven(bridge) == {str(first): IMEI})
        wait_for(lambda: troubles(bridge) == {"port-gone"})
        with running_simulator(pty=first, **OTHER_MODEM):
            wait_for(lambda: driven(bridge) == {str(first): OTHER_IMEI})
            with running_simulator(pty=second, inbox=1) as back:
                wait_for(lambda: deleted(back) == 1)
                wait_for(lambda: driven(bridge) == {str(first): OTHER_IMEI, str(second): IMEI})
                assert len(bridge.statuses()) == 2


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_two_modems_that_auto_found_may_swap_their_port_names(tmp_path: Path) -> None:
    with following(tmp_path) as (bridge, first, second, _):
        with running_simulator(pty=first), running_simulator(pty=second, **OTHER_MODEM):
            wait_for(lambda: driven(bridge) == {str(first): IMEI, str(second): OTHER_IMEI})
        wait_for(lambda: troubles(bridge) == {"port-gone"})
        with running_simulator(pty=first, **OTHER_MODEM), running_simulator(pty=second):
            wait_for(lambda: driven(bridge) == {str(first): OTHER_IMEI, str(second): IMEI})
            assert troubles(bridge) == {""}
            assert len(bridge.statuses()) == 2


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_modem_that_comes_back_under_the_name_of_another_is_listed_once(tmp_path: Path) -> None:
    with following(tmp_path) as (bridge, first, second, third):
        with running_simulator(pty=first), running_simulator(pty=second, **OTHER_MODEM):
            wait_for(lambda: len(driven(bridge)) == 2)
        wait_for(lambda: troubles(bridge) == {"port-gone"})
        with running_simulator(pty=first, **OTHER_MODEM):
            wait_for(lambda: driven(bridge) == {str(first): OTHER_IMEI})
            with running_simulator(pty=third):
                wait_for(lambda: driven(bridge) == {str(first): OTHER_IMEI, str(third): IMEI})
                assert len(bridge.statuses()) == 2


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_modem_whose_old_name_stands_for_a_port_that_keeps_silent_is_driven_through_its_new_one(
    tmp_path: Path,
) -> None:
    """As that of another of its own ports, with the names given in another order."""
    with following(tmp_path) as (bridge, first, second, _):
        with running_simulator(pty=first):
            wait_for(lambda: driven(bridge) == {str(first): IMEI})
        with deaf_terminal(first):
            wait_for(lambda: troubles(bridge) == {"silent"})
            with running_simulator(pty=second):
                wait_for(lambda: driven(bridge) == {str(second): IMEI})
                assert len(bridge.statuses()) == 1


@contextmanager
def deaf_terminal(link: Path) -> Iterator[None]:
    ends = os.openpty()
    link.symlink_to(os.ttyname(ends[1]))
    try:
        yield
    finally:
        link.unlink()
        for end in ends:
            os.close(end)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_port_that_was_named_is_bound_to_its_name(tmp_path: Path) -> None:
    before, after = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    desk = MemoryDesk()
    with running([str(before)], desk) as bridge:
        with running_simulator(pty=before):
            wait_for(lambda: bridge.statuses()[0].last_sweep_ms)
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        with running_simulator(pty=after, inbox=1) as elsewhere:
            with running_simulator(pty=before, inbox=1):
                wait_for(lambda: desk.found)
            assert deleted(elsewhere) == 0
        assert {sim.port for sim in desk.sims} == {str(before)}


@contextmanager
def deaf_port() -> Iterator[str]:
    """Something takes the connection and says nothing: a GPS, a printer, a modem's other port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"


def test_a_port_that_is_not_there_is_said_so_and_tried_again() -> None:
    with running(["socket://127.0.0.1:1"], MemoryDesk()) as bridge:
        wait_for(lambda: bridge.statuses()[0].trouble == "port-gone")
        assert bridge.statuses()[0].state == "closed"


class FaultyDesk(MemoryDesk):
    """Fails once with what no contract knows."""

    failed = False

    def take(self, sim: Sim, found: Sequence[Found]) -> None:
        if not self.failed:
            self.failed = True
            raise ZeroDivisionError("KOTKUPANG rahasia")
        super().take(sim, found)


def test_a_fault_of_the_desk_loses_nothing_and_its_words_reach_no_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware_bridge.port._AFTER_A_BUG_S", 0.1)
    desk = FaultyDesk()
    with caplog.at_level(logging.DEBUG), running_simulator(inbox=2) as sim, running([sim.url], desk):
        wait_for(lambda: not sim.control({"do": "state"})["slots"])
    assert desk.found
    assert "ZeroDivisionError" in caplog.text
    assert "rahasia" not in caplog.text


def test_what_lies_in_no_storage_outlives_a_fault_of_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.port._AFTER_A_BUG_S", 0.05)
    desk = FaultyDesk()
    with running_simulator() as sim, running([sim.url], desk) as bridge:
        wait_for(lambda: bridge.statuses()[0].state == "idle")
        sim.control({"do": "say", "line": "+CMT: ,23"})
        sim.control(
            {"do": "say", "line": "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"}
        )
        wait_for(lambda: desk.found)
        assert (desk.found[0].storage, desk.failed) == ("", True)


def test_neither_texts_nor_numbers_nor_the_pin_reach_a_log_or_a_status(caplog: pytest.LogCaptureFixture) -> None:
    desk = MemoryDesk()
    desk.waiting = outgoing("Laporan Anda diterima")
    settings = BridgeSettings(pin="4321", balance_code="*888#", ask_s=0.2)
    with (
        caplog.at_level(logging.DEBUG),
        running_simulator(sim="pin", pin="4321") as sim,
        running([sim.url], desk, settings) as bridge,
    ):
        receive(sim, "lampu mati")
        wait_for(lambda: desk.outcomes and desk.found and desk.balances)
        said = caplog.text + repr(bridge.statuses())
    for secret in ("lampu", "Laporan", "81234567001", "4321"):
        assert secret not in said


def test_a_status_says_how_the_modem_is() -> None:
    desk = MemoryDesk()
    settings = BridgeSettings(balance_code="*888#", least_balance=30_000)
    with running_simulator(inbox=2, balance=25_000) as sim, running([sim.url], desk, settings) as bridge:
        wait_for(lambda: bridge.statuses()[0].trouble == "no-credit")
        status = bridge.statuses()[0]
    assert (status.port, status.imei, status.imsi) == (sim.url, "356938035643809", "510010123456789")
    assert (status.operator, status.registration, status.signal_dbm) == ("TELKOMSEL", "home", -79)
    assert (status.slots_used, status.slots_total, status.balance) == (0, 30, 25_000)
    assert abs(status.last_sms_ms - time.time() * 1000) < 10_000
