"""A run of exchanges: what counts as success, and what every other answer leads to."""

from collections.abc import Callable

import pytest

from kiosk_agent.control import Control
from kiosk_agent.errors import LinkCutError, NoLinkError, RefusedError
from kiosk_agent.intake import Form
from sync_protocol.bodies import Clock, Config
from sync_protocol.bundle import MAGIC, read_bundle, write_bundle
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import START_MS, Ticker
from tests.kiosk_agent.server_peer import Direct, Peer, damage

NOTHING = {"sent": 0, "accepted": 0, "received": 0, "pending": 0}


def raises(error: Exception) -> Callable[[bytes], bytes]:
    def fault(_: bytes) -> bytes:
        raise error

    return fault


def file_some(control: Control, form: Callable[..., Form], count: int) -> list[bytes]:
    return [control.kiosk.intake.file(form()).entry_id for _ in range(count)]


def test_one_round_trip_carries_everything_both_ways(control: Control, peer: Peer, form: Callable[..., Form]) -> None:
    filed = file_some(control, form, 3)
    peer.say(Kind.CONFIG, Config(unit="U"))
    counts = control.sync().counts
    assert {name: counts[name] for name in NOTHING} == {"sent": 3, "accepted": 3, "received": 1, "pending": 0}
    assert counts["round_trips"] == 1
    assert counts["bytes_up"] == len(peer.requests[-1])
    assert [entry.id for entry in peer.of(Kind.COMPLAINT)] == filed


def test_an_idle_sync_is_one_small_round_trip(control: Control, peer: Peer) -> None:
    control.sync()
    counts = control.sync().counts
    assert {name: counts[name] for name in NOTHING} == NOTHING
    assert counts["round_trips"] == 1
    assert counts["bytes_up"] + counts["bytes_down"] <= 700


def test_the_queue_shrinks_only_by_the_server_s_signed_word(
    control: Control, direct: Direct, form: Callable[..., Form]
) -> None:
    file_some(control, form, 2)
    assert control.status().queue == 2
    direct.faults = [lambda _: b"<html>Selamat datang di Wi-Fi gratis</html>"]
    answer = control.sync()
    assert "bukan pusat" in answer.error
    assert (answer.counts["accepted"], answer.counts["pending"]) == (0, 2)
    assert control.status().queue == 2
    assert control.status().last_error == answer.error
    control.sync()
    assert (control.status().queue, control.status().last_error) == (0, "")


def test_what_arrives_damaged_every_time_is_not_called_received(
    control: Control, peer: Peer, direct: Direct, form: Callable[..., Form]
) -> None:
    file_some(control, form, 3)
    direct.faults = [lambda bundle: peer.receive(damage(bundle, {3})) or b""] * 9
    counts = control.sync().counts
    assert (counts["accepted"], counts["pending"], control.status().queue) == (1, 2, 2)
    direct.faults = []
    counts = control.sync().counts
    assert (counts["accepted"], counts["pending"], control.status().queue) == (2, 0, 0)
    assert len(peer.complaints()) == 3


def forged(peer: Peer, bundle: bytes) -> bytes:
    """The reply of a centre with another key, for this kiosk's log."""
    stranger = Peer(lambda: START_MS)
    stranger.device, stranger.device_key = peer.device, peer.device_key
    reply = stranger.receive(bundle)
    assert reply is not None
    return reply


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "reply",
    [
        lambda peer, bundle: b"",
        lambda peer, bundle: MAGIC,
        lambda peer, bundle: MAGIC[:4],
        lambda peer, bundle: bundle,  # an echo
        forged,
        lambda peer, bundle: peer.receive(bundle)[:150],
        lambda peer, bundle: flipped(peer.receive(bundle), 30),
        lambda peer, bundle: flipped(peer.receive(bundle), 100),
        lambda peer, bundle: write_bundle(entry.raw for entry in read_bundle(peer.receive(bundle))[0][1:]),
    ],
    ids=["empty", "magic", "half a magic", "echo", "other key", "cut", "flipped header", "flipped body", "no head"],
)
def test_nothing_but_the_pinned_key_s_head_is_a_receipt(
    control: Control, peer: Peer, direct: Direct, form: Callable[..., Form], reply: Callable[[Peer, bytes], bytes]
) -> None:
    file_some(control, form, 2)
    direct.faults = [lambda bundle: reply(peer, bundle)]
    assert control.sync().error != ""
    assert control.status().queue == 2
    assert control.sync().error == ""
    assert control.status().queue == 0
    assert len(peer.complaints()) == 2


@pytest.mark.parametrize("status", [204, 301, 400, 404, 429, 500, 502, 503])
def test_a_refusal_ends_the_run_and_loses_nothing(
    control: Control, direct: Direct, form: Callable[..., Form], status: int
) -> None:
    file_some(control, form, 1)
    direct.faults = [raises(RefusedError(status))]
    answer = control.sync()
    assert (str(status) in answer.error, answer.counts["round_trips"], answer.counts["pending"]) == (True, 1, 1)
    assert control.status().sync == "backoff"
    assert control.sync().counts["accepted"] == 1


def test_a_server_that_has_forgotten_the_kiosk_gets_everything_from_the_start(
    control: Control, peer: Peer, form: Callable[..., Form]
) -> None:
    file_some(control, form, 3)
    control.sync()
    peer.device = None
    peer.up, peer.down_log, peer.spent = {}, [], set()
    answer = control.sync()
    assert answer.error == ""
    assert len(peer.complaints()) == 3
    assert control.status().queue == 0


def test_a_cut_exchange_is_followed_by_a_head_alone_which_learns_how_far_it_came(
    control: Control, peer: Peer, direct: Direct, form: Callable[..., Form]
) -> None:
    file_some(control, form, 5)

    def cut_on_the_way_back(bundle: bytes) -> bytes:
        peer.receive(bundle)
        raise LinkCutError("terputus")

    direct.faults = [cut_on_the_way_back]
    counts = control.sync().counts
    assert (counts["round_trips"], counts["sent"], counts["accepted"], counts["pending"]) == (2, 5, 5, 0)
    assert len(peer.requests[-1]) < 300


@pytest.mark.parametrize("status", [408, 413])
def test_what_is_too_large_for_the_way_goes_in_smaller_pieces(
    control: Control, peer: Peer, direct: Direct, form: Callable[..., Form], status: int
) -> None:
    file_some(control, form, 12)
    real = peer.receive

    def narrow(bundle: bytes, *, unlimited: bool = False) -> bytes | None:
        if len(bundle) > 1_500:
            raise RefusedError(status)
        return real(bundle)

    peer.receive = narrow  # type: ignore[method-assign]
    assert control.sync().error == ""
    assert len(peer.complaints()) == 12


def test_a_link_that_never_lets_anything_through_ends_in_back_off(
    control: Control, direct: Direct, form: Callable[..., Form]
) -> None:
    file_some(control, form, 1)
    direct.faults = [raises(LinkCutError("terputus")) for _ in range(50)]
    answer = control.sync()
    assert answer.error == "terputus"
    assert answer.counts["round_trips"] < 10
    direct.faults = [raises(NoLinkError("tidak terjangkau"))]
    assert control.sync().counts["round_trips"] == 1, "nobody was there, so asking again at once is no use"


def test_clocks_that_agree_are_not_written_down_and_a_wrong_one_once(
    control: Control, peer: Peer, clock: Ticker, form: Callable[..., Form]
) -> None:
    control.sync()
    assert peer.of(Kind.CLOCK) == []
    peer.clock = lambda: clock.now_ms() + 3_600_000
    control.sync()
    control.sync()
    file_some(control, form, 1)
    control.sync()
    bodies = [peer.open(entry) for entry in peer.of(Kind.CLOCK)]
    assert bodies == [Clock(reason="server", offset_ms=3_600_000)]
    assert control.status().clock_offset_ms == 3_600_000


def test_a_clock_entry_alone_is_not_waited_for(control: Control, clock: Ticker) -> None:
    clock.wall_ms -= 3_600_000
    assert control.sync().counts["pending"] == 0
    assert control.status().queue == 0
