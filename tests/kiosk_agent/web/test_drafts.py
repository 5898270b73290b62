"""Drafts live in memory, for a while."""

import time

from kiosk_agent.web.drafts import MOST_DRAFTS, WITHOUT_SCRIPT_S, Drafts


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_with_a_script_silence_ends_a_draft_soon_and_without_one_later() -> None:
    clock = Hand()
    drafts = Drafts(clock, 90, timers=False)
    quick, slow = drafts.start(), drafts.start()
    found = drafts.find(quick)
    assert found is not None
    found.has_script = True
    clock.now_s = 90
    assert drafts.find(quick) is None
    assert drafts.find(slow) is not None
    clock.now_s += WITHOUT_SCRIPT_S
    assert len(drafts) == 0


def test_a_sign_of_life_keeps_a_draft_and_a_glance_does_not() -> None:
    clock = Hand()
    drafts = Drafts(clock, 400, timers=False)
    token = drafts.start()
    clock.now_s = 399
    assert drafts.find(token) is not None
    clock.now_s = 798
    assert drafts.peek(token) is not None
    clock.now_s = 799
    assert drafts.peek(token) is None


def test_a_draft_goes_by_itself_when_nobody_asks_any_more() -> None:
    clock = Hand()
    drafts = Drafts(clock, 0.05)
    drafts.start()
    clock.now_s = WITHOUT_SCRIPT_S
    held = drafts._open
    deadline = time.monotonic() + 5
    while held and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not held
    drafts.close()


def test_a_script_that_opens_session_after_session_fills_no_memory() -> None:
    clock = Hand()
    drafts = Drafts(clock, 90, timers=False)
    first = drafts.start()
    for second in range(3 * MOST_DRAFTS):
        clock.now_s = second / 100
        drafts.start()
    assert len(drafts) == MOST_DRAFTS
    assert drafts.find(first) is None


def test_each_draft_has_a_reference_of_its_own_and_says_nothing_when_printed() -> None:
    drafts = Drafts(Hand(), 90, timers=False)
    one, other = (drafts.find(drafts.start()) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.ref != other.ref
    assert len(one.ref) == 16
    one.text = "Kanari"
    assert "Kanari" not in repr(one)
