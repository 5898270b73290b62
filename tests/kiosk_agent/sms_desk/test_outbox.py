"""What goes out, once, when, and what became of it."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from firmware_bridge.desk import Outcome, Outgoing
from kiosk_agent.settings import Settings
from kiosk_agent.sms_desk.desk import SmsDesk
from kiosk_agent.sms_desk.hours import Sent, is_held, is_quiet, may_reply
from kiosk_agent.sms_desk.outbox import MAX_REFUSED
from kiosk_agent.store import facts
from sync_protocol.kinds import Kind
from sync_protocol.vocabulary import DeviceState
from tests.kiosk_agent.sms_desk.conftest import Desk
from tests.kiosk_agent.sms_desk.letters import NOON, PHONE, SIM, recipient, report, said

OTHER = "+6285200000001"
NEWS = "KASIH: Laporan 7KQM9-XD4TF sudah diperiksa."
OTHER_SIM = replace(SIM, imsi="510010000000002", port="socket://127.0.0.1:2")


def states(desk: Desk) -> list[str]:
    with desk.kiosk.store.disk.reading() as connection:
        return [state for (state,) in connection.execute("select state from sms_out order by n")]


def at_wita(desk: Desk, hour: int) -> None:
    desk.clock.wall_ms = round(datetime(2026, 11, 23, hour, 30, tzinfo=UTC).timestamp() * 1000) - 8 * 3_600_000
    desk.sync()


def flood(desk: Desk, count: int) -> None:
    """So many more wait like the one that waits."""
    with desk.kiosk.store.disk.writing() as connection:
        connection.execute(
            "with recursive more(i) as (select 1 union all select i + 1 from more where i < ?)"
            " insert into sms_out (key, origin, whose, likeness, via, priority, created_at, not_after, after_seq,"
            " state, parts, next_part, box) select randomblob(32), origin, randomblob(16), likeness, via, priority,"
            " created_at, not_after, after_seq, state, parts, next_part, box from sms_out, more",
            (count,),
        )


def test_an_order_of_the_centre_is_sent_once_and_answered_for(desk: Desk) -> None:
    desk.order(NEWS)
    outgoing = desk.send_one()
    assert outgoing is not None
    assert (recipient(outgoing.pdu), said([outgoing.pdu]), outgoing.parts) == (PHONE, NEWS, 1)
    assert desk.send_one() is None
    (result,) = desk.results()
    assert (result.key, result.state) == (f"{1:064x}", "sent")


def test_a_key_is_sent_once_ever_even_when_the_centre_was_restored(desk: Desk) -> None:
    desk.order(NEWS)
    assert len(desk.replies()) == 1
    desk.order("KASIH: sama, tetapi lain bunyinya", key=1)
    desk.order(NEWS, key=1)
    assert desk.replies() == []
    again = SmsDesk(desk.kiosk)
    assert again.next_out(SIM) is None


def test_the_text_is_erased_once_it_has_gone(desk: Desk) -> None:
    desk.order(NEWS)
    desk.replies()
    with desk.kiosk.store.disk.reading() as connection:
        assert connection.execute("select box from sms_out").fetchall() == [(None,)]


def test_a_delivery_report_is_matched_by_reference_and_recipient(desk: Desk) -> None:
    desk.order(NEWS)
    desk.order(NEWS, to=OTHER, key=2)
    assert len(desk.recipients()) == 2
    desk.take(report(OTHER, 1), report(PHONE, 99))
    assert states(desk) == ["sent", "sent"], "another reference, or another number"
    desk.take(report(PHONE, 1), report(PHONE, 1), report(OTHER, 2, status=0x46))
    assert states(desk) == ["delivered", "failed"]
    assert [(one.state, one.report) for one in desk.results()][2:] == [("delivered", "st-0"), ("failed", "st-70")]


def test_a_report_that_it_is_still_being_tried_changes_nothing(desk: Desk) -> None:
    desk.order(NEWS)
    desk.replies()
    desk.take(report(PHONE, 1, status=0x30))
    assert states(desk) == ["sent"]


def test_a_long_text_is_delivered_when_every_part_is(desk: Desk) -> None:
    desk.order("Kabar " + "a" * 300)
    parts = [desk.send_one(), desk.send_one()]
    assert [(one.part, one.parts) for one in parts if one] == [(1, 2), (2, 2)]
    desk.take(report(PHONE, 1))
    assert states(desk) == ["sent"]
    desk.take(report(PHONE, 2))
    assert states(desk) == ["delivered"]


def test_parts_go_back_to_back(desk: Desk) -> None:
    desk.order("Kabar " + "a" * 300)
    desk.send_one()
    desk.hear("KOTKUPANG lampu mati")
    outgoing = desk.send_one()
    assert outgoing is not None
    assert outgoing.part == 2


def test_after_a_lost_answer_it_is_sent_once_more_and_then_never(desk: Desk) -> None:
    desk.order(NEWS)
    first = desk.send_one(Outcome.UNKNOWN)
    assert first is not None
    assert not first.is_resend
    assert desk.send_one() is None, "a report may still come"
    desk.clock.pass_(61)
    second = desk.send_one(Outcome.UNKNOWN)
    assert second is not None
    assert second.is_resend
    desk.clock.pass_(3_600)
    assert desk.send_one() is None
    assert states(desk) == ["unknown"]
    assert [one.state for one in desk.results()] == ["unknown"]


def test_what_may_have_gone_is_sent_again_neither_at_night_nor_when_it_is_too_late(desk: Desk) -> None:
    at_wita(desk, 20)
    desk.order(NEWS)
    desk.order("hanya sampai jam sembilan", key=2, not_after=desk.clock.wall_ms + 1_800_000)
    assert [one for _ in range(2) if (one := desk.send_one(Outcome.UNKNOWN))]
    desk.clock.pass_(2 * 3_600)
    assert desk.send_one() is None
    assert states(desk) == ["sending", "unknown"]
    assert [one.state for one in desk.results()] == ["unknown"]
    desk.clock.pass_(8 * 3_600)
    assert desk.replies() == [NEWS]


def test_a_reply_that_may_have_gone_lives_no_longer_than_others_when_its_sim_is_gone(desk: Desk) -> None:
    desk.hear("BANTUAN")
    desk.send_one(Outcome.UNKNOWN)
    desk.clock.pass_(86_399)
    assert desk.desk.next_out(OTHER_SIM) is None
    assert states(desk) == ["sending"]
    desk.clock.pass_(1)
    assert desk.desk.next_out(OTHER_SIM) is None
    assert states(desk) == ["unknown"]


def test_a_text_that_has_gone_in_part_goes_on_at_night_too(desk: Desk) -> None:
    at_wita(desk, 20)
    desk.order("Kabar " + "a" * 300, not_after=desk.clock.wall_ms + 1_800_000)
    desk.send_one()
    desk.clock.pass_(3_600)
    assert desk.send_one() is not None
    assert states(desk) == ["sent"]


def test_a_report_answers_for_the_modem_that_did_not(desk: Desk) -> None:
    desk.order(NEWS)
    desk.send_one(Outcome.UNKNOWN)
    desk.take(report(PHONE, 77))
    desk.clock.pass_(61)
    assert desk.send_one() is None
    assert states(desk) == ["delivered"]


def test_a_report_may_be_quicker_than_the_modem(desk: Desk) -> None:
    desk.order(NEWS)
    outgoing = desk.desk.next_out(SIM)
    assert outgoing is not None
    desk.take(report(PHONE, 5))
    desk.desk.outcome(SIM, outgoing, Outcome.SENT, reference=5, code="")
    assert states(desk) == ["delivered"]


def test_a_crash_after_the_attempt_was_noted_leaves_it_unknown(desk: Desk) -> None:
    desk.order(NEWS)
    assert desk.desk.next_out(SIM) is not None
    again = SmsDesk(desk.kiosk)
    assert again.next_out(SIM) is None
    desk.clock.pass_(61)
    outgoing = again.next_out(SIM)
    assert outgoing is not None
    assert outgoing.is_resend
    once_more = SmsDesk(desk.kiosk)
    desk.clock.pass_(10_000)
    assert once_more.next_out(SIM) is None
    assert states(desk) == ["unknown"]


def test_what_never_left_is_tried_again_ever_more_rarely(desk: Desk) -> None:
    desk.order(NEWS)
    desk.send_one(Outcome.FAILED)
    assert desk.send_one() is None
    desk.clock.pass_(31)
    outgoing = desk.send_one(Outcome.FAILED)
    assert outgoing is not None
    assert not outgoing.is_resend
    desk.clock.pass_(31)
    assert desk.send_one() is None
    desk.clock.pass_(31)
    assert desk.send_one() is not None
    assert states(desk) == ["sent"]


def test_what_never_left_keeps_to_its_time_and_to_the_quiet_hours(desk: Desk) -> None:
    at_wita(desk, 20)
    desk.order(NEWS)
    desk.order("hanya sampai jam sembilan", key=2, not_after=desk.clock.wall_ms + 1_800_000)
    assert [one for _ in range(2) if (one := desk.send_one(Outcome.FAILED))]
    assert states(desk) == ["queued", "queued"]
    desk.clock.pass_(3 * 3_600)
    assert desk.send_one() is None
    assert states(desk) == ["queued", "expired"]
    desk.clock.pass_(7 * 3_600)
    assert desk.replies() == [NEWS]


def test_what_never_left_may_go_by_another_sim(desk: Desk) -> None:
    desk.hear("BANTUAN")
    desk.send_one(Outcome.FAILED)
    desk.clock.pass_(31)
    assert desk.desk.next_out(OTHER_SIM) is not None


@pytest.mark.parametrize("before", [Outcome.SENT, Outcome.UNKNOWN])
def test_what_has_left_in_part_stays_with_its_sim(desk: Desk, before: Outcome) -> None:
    desk.order("Kabar " + "a" * 300)
    desk.send_one(before)
    desk.clock.pass_(61)
    desk.send_one(Outcome.FAILED)
    desk.clock.pass_(3_600)
    assert states(desk) == ["sending"]
    assert desk.desk.next_out(OTHER_SIM) is None


@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_clock_that_is_set_right_makes_no_answer_too_old(desk: Desk, *, is_started_anew: bool) -> None:
    right = desk.clock.wall_ms
    desk.clock.wall_ms = 3 * 86_400_000
    desk.hear("BANTUAN")
    desk.clock.wall_ms = right
    if is_started_anew:
        desk.desk = SmsDesk(desk.kiosk)
    assert len(desk.replies()) == 1


@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_clock_that_is_set_right_leaves_a_lost_answer_its_second_attempt(
    desk: Desk, *, is_started_anew: bool
) -> None:
    right = desk.clock.wall_ms
    desk.clock.wall_ms = 3 * 86_400_000
    desk.hear("BANTUAN")
    desk.send_one(Outcome.UNKNOWN)
    desk.clock.wall_ms = right
    if is_started_anew:
        desk.desk = SmsDesk(desk.kiosk)
    desk.clock.pass_(61)
    outgoing = desk.send_one()
    assert outgoing is not None
    assert outgoing.is_resend


def test_what_was_there_before_the_start_is_given_up_an_hour_after_it_at_the_earliest(desk: Desk) -> None:
    desk.hear("BANTUAN")
    desk.clock.pass_(3 * 86_400)
    desk.desk = SmsDesk(desk.kiosk)
    assert desk.send_one(Outcome.FAILED) is not None
    desk.clock.pass_(3_600)
    assert desk.send_one() is None
    assert states(desk) == ["expired"]


def test_what_never_leaves_is_given_up_in_the_end(desk: Desk) -> None:
    desk.order(NEWS)
    tried = 0
    for _ in range(15):
        at_wita(desk, 12)
        tried += desk.send_one(Outcome.FAILED, code="cms-331") is not None
        desk.clock.pass_(3_600)
    assert (tried, states(desk)) == (12, ["failed"])


def test_what_an_empty_card_keeps_back_is_not_given_up(desk: Desk) -> None:
    desk.order(NEWS)
    for _ in range(15):
        at_wita(desk, 12)
        assert desk.send_one(Outcome.FAILED, code="cms-21") is not None
        assert states(desk) == ["queued"]
        desk.clock.pass_(3_600)
    at_wita(desk, 12)
    desk.send_one()
    assert states(desk) == ["sent"]


def test_what_is_refused_as_on_an_empty_card_for_a_week_has_failed(desk: Desk) -> None:
    desk.order(NEWS)
    tried = 0
    for _ in range(MAX_REFUSED + 20):
        at_wita(desk, 12)
        tried += desk.send_one(Outcome.FAILED, code="cms-21") is not None
        desk.clock.pass_(3_600)
    assert (tried, states(desk)) == (MAX_REFUSED, ["failed"])
    assert [(one.state, one.report) for one in desk.results()] == [("failed", "tries")]


def test_what_the_network_refuses_has_failed(desk: Desk) -> None:
    desk.order(NEWS)
    desk.send_one(Outcome.REFUSED)
    assert states(desk) == ["failed"]
    assert [(one.state, one.report) for one in desk.results()] == [("failed", "cms-38")]


def test_a_number_that_is_none_fails_and_holds_nobody_up(desk: Desk) -> None:
    desk.order(NEWS, to="123")
    desk.order(NEWS, key=2)
    assert desk.recipients() == [PHONE]
    assert states(desk) == ["failed", "sent"]


def test_what_is_too_late_expires(desk: Desk) -> None:
    desk.order(NEWS, not_after=desk.clock.wall_ms + 1_000)
    desk.clock.pass_(2)
    assert desk.send_one() is None
    assert states(desk) == ["expired"]
    assert [one.state for one in desk.results()] == ["expired"]


def test_replies_go_before_news_and_the_greater_priority_first(desk: Desk) -> None:
    desk.order(NEWS, to=OTHER, key=1)
    desk.order("penting", to=OTHER, key=2, priority=5)
    desk.hear("BANTUAN")
    texts = desk.replies()
    assert texts[0].startswith("KASIH: LAPOR ketik")
    assert texts[1:] == ["penting", NEWS]


def test_only_replies_go_where_only_they_are_asked_for(desk: Desk) -> None:
    desk.order(NEWS, to=OTHER)
    desk.hear("BANTUAN")
    assert desk.send_one(replies_only=True) is not None
    assert desk.send_one(replies_only=True) is None
    assert desk.send_one() is not None


@pytest.mark.parametrize("hour", [21, 23, 0, 5])
def test_at_night_only_who_has_just_written_gets_an_sms(desk: Desk, hour: int) -> None:
    at_wita(desk, hour)
    desk.order(NEWS, to=OTHER)
    desk.hear("BANTUAN")
    desk.order("KASIH: jawaban pusat", key=2)
    assert len(desk.replies()) == 2
    assert desk.send_one() is None
    desk.clock.pass_(9 * 3_600)
    assert len(desk.replies()) == 1


@pytest.mark.parametrize("what", ["answers of the evening", "news of high priority"])
def test_however_many_wait_for_the_morning_who_has_just_written_is_answered(desk: Desk, what: str) -> None:
    at_wita(desk, 20)
    if what == "answers of the evening":
        desk.hear("BANTUAN", OTHER)
    else:
        desk.order(NEWS, to=OTHER, key=2, priority=9)
        assert desk.send_one(replies_only=True) is None
    flood(desk, 600)
    desk.clock.pass_(2 * 3_600)
    desk.hear("BANTUAN", at=NOON + timedelta(days=1))
    desk.order("KASIH: jawaban pusat")
    assert desk.recipients() == [PHONE, PHONE]


@pytest.mark.parametrize(
    ("begin", "end", "quiet"),
    [(21, 6, {21, 22, 23, 0, 1, 2, 3, 4, 5}), (1, 4, {1, 2, 3}), (22, 24, {22, 23}), (24, 2, {0, 1}), (6, 6, set())],
)
def test_quiet_hours_are_those_of_wita(begin: int, end: int, quiet: set[int]) -> None:
    settings = Settings(sms_quiet_from=begin, sms_quiet_until=end)
    midnight = round(datetime(2026, 11, 22, 16, 0, tzinfo=UTC).timestamp() * 1000)
    assert {hour for hour in range(24) if is_quiet(midnight + hour * 3_600_000, settings)} == quiet


def test_quiet_hours_go_by_the_time_put_right(desk: Desk) -> None:
    at_wita(desk, 12)
    desk.order(NEWS)
    desk.clock.wall_ms += 12 * 3_600_000
    assert desk.send_one() is None
    desk.kiosk.store.remember(facts.OFFSET, str(-12 * 3_600_000).encode())
    assert desk.send_one() is not None


def test_limits_by_hour_and_day_keep_a_part_for_replies(desk: Desk) -> None:
    desk.kiosk.settings = replace(desk.kiosk.settings, sms_per_hour=5, sms_per_day=7)
    for number in range(8):
        desk.order(NEWS, to=f"+62852000000{number:02}", key=number)
    assert len(desk.replies()) == 4
    desk.hear("BANTUAN")
    assert len(desk.replies()) == 1
    desk.clock.pass_(3_601)
    assert len(desk.replies()) == 1
    desk.clock.pass_(3_601)
    assert desk.replies() == []
    for number in range(3):
        desk.hear("BANTUAN", f"+6281200000{number:03}")
    assert len(desk.replies()) == 1, "the card's limit for the day"


def test_the_limits_are_worked_out_once_however_many_wait(desk: Desk) -> None:
    desk.kiosk.settings = replace(desk.kiosk.settings, sms_per_hour=1)
    for number in range(20):
        desk.order(NEWS, to=f"+62852000000{number:02}", key=number)
    assert len(desk.replies()) == 1
    statements: list[str] = []
    with desk.kiosk.store.filing() as filing:
        filing.connection.set_trace_callback(statements.append)
        assert desk.desk._outbox.next(filing, b"no such card", replies_only=True) is None
        filing.connection.set_trace_callback(None)
    assert sum("count(*) from sms_attempt" in one for one in statements) == 2


def test_a_late_report_on_the_first_part_takes_the_others_not_back(desk: Desk) -> None:
    desk.order("Kabar " + "a" * 400)
    first = desk.desk.next_out(SIM)
    assert first is not None
    desk.desk.outcome(SIM, first, Outcome.UNKNOWN, reference=None, code="")
    desk.clock.pass_(61)
    assert [one.part for _ in range(2) if (one := desk.send_one())] == [1, 2]
    desk.take(report(PHONE, 99))
    assert [one.part for _ in range(2) if (one := desk.send_one())] == [3]
    assert states(desk) == ["sent"]


def test_who_was_told_to_wait_hears_when_the_centre_has_it(desk: Desk) -> None:
    desk.clock.pass_(2 * 600 + 60)
    desk.hear("KOTKUPANG lampu mati")
    (reply,) = desk.replies()
    assert "menunggu jaringan ke pusat" in reply
    assert "Kel. Namosain" in reply
    assert desk.replies() == []
    (complaint,) = desk.complaints()
    assert f"PIN {complaint.pin}" in reply
    (later,) = desk.replies()
    assert later.startswith("KASIH: Laporan Anda diterima.")
    assert f"PIN {complaint.pin}" in later
    desk.sync()
    assert desk.replies() == []


def test_after_an_exchange_that_failed_nobody_is_told_that_it_has_arrived(desk: Desk) -> None:
    desk.kiosk.store.remember(facts.LAST_ERROR, b"Pusat tidak terjangkau.")
    desk.hear("KOTKUPANG lampu mati")
    assert "menunggu jaringan" in desk.replies()[0]
    desk.sync()
    desk.replies()
    desk.hear("KOTKUPANG air mati", at=NOON + timedelta(minutes=1))
    assert desk.replies()[0].startswith("KASIH: Laporan Anda diterima.")


def test_a_clock_that_went_back_counts_as_not_reached(desk: Desk) -> None:
    desk.clock.wall_ms -= 10 * 365 * 86_400_000
    desk.hear("KOTKUPANG lampu mati")
    assert "menunggu jaringan" in desk.replies()[0]


def test_a_reply_waits_a_moment_for_the_sim_that_was_asked(desk: Desk) -> None:
    desk.hear("BANTUAN")
    assert desk.desk.next_out(OTHER_SIM) is None
    desk.clock.pass_(121)
    assert desk.desk.next_out(OTHER_SIM) is not None


def test_two_sims_never_send_the_same_message(desk: Desk) -> None:
    desk.order(NEWS)
    assert desk.desk.next_out(SIM) is not None
    assert desk.desk.next_out(OTHER_SIM) is None


def test_a_revoked_kiosk_sends_no_orders(desk: Desk) -> None:
    desk.order(NEWS)
    desk.peer.state = DeviceState.REVOKED
    desk.control.run_sync()
    assert desk.send_one() is None


def test_an_order_that_cannot_be_read_holds_nobody_up(desk: Desk) -> None:
    from sync_protocol.bodies import SmsOut

    body = SmsOut(key="00" * 32, to=PHONE, text=NEWS)
    desk.peer.say(Kind.SMS_OUT, body, desk.peer.intake.public_key().public_bytes_raw())
    desk.order(NEWS, key=2)
    assert len(desk.replies()) == 1


def test_an_outcome_of_what_nobody_gave_is_passed_over(desk: Desk) -> None:
    outgoing = Outgoing(id="77", part=1, parts=1, pdu=b"", is_reply=False, is_resend=False)
    desk.desk.outcome(SIM, outgoing, Outcome.SENT, reference=1, code="")
    desk.desk.balance(SIM, "Pulsa Rp1.000", 1_000)
    assert states(desk) == []


def test_waiting_ones_are_counted(desk: Desk) -> None:
    desk.order(NEWS)
    desk.desk.look()
    assert desk.kiosk.status().sms_waiting == 0
    desk.hear("BANTUAN")
    assert desk.kiosk.status().sms_waiting == 1


@pytest.mark.parametrize(
    ("settings", "hour", "day", "same", "reports_hour", "reports_day"),
    [
        (Settings(), 10, 30, 5, 5, 20),
        (
            Settings(
                sms_replies_per_hour=2,
                sms_replies_per_day=4,
                sms_same_per_day=1,
                sms_reports_per_hour=3,
                sms_reports_per_day=6,
            ),
            *(2, 4, 1, 3, 6),
        ),
    ],
)
def test_limits(settings: Settings, hour: int, day: int, same: int, reports_hour: int, reports_day: int) -> None:
    assert [is_held(n, 0, settings) for n in (reports_hour - 1, reports_hour)] == [False, True]
    assert [is_held(0, n, settings) for n in (reports_day - 1, reports_day)] == [False, True]
    assert may_reply(Sent(identical_day=same - 1, hour=hour - 1, day=day - 1), settings)
    assert not may_reply(Sent(identical_day=same, hour=0, day=0), settings)
    assert not may_reply(Sent(identical_day=0, hour=hour, day=0), settings)
    assert not may_reply(Sent(identical_day=0, hour=0, day=day), settings)


def test_the_time_of_an_sms_puts_a_clock_right_that_the_centre_has_not_told(desk: Desk) -> None:
    desk.control._clock_watch._knows_better = False
    desk.clock.wall_ms -= 40 * 365 * 86_400_000
    desk.hear("KOTKUPANG lampu mati", at=NOON)
    wrong_by = round(NOON.timestamp() * 1000) - desk.clock.wall_ms
    assert desk.kiosk.store.number_fact(facts.OFFSET) == wrong_by
    newest = desk.kiosk.store.own_newest(Kind.CLOCK)
    assert newest is not None
    count = len(desk.peer.of(Kind.CLOCK))
    desk.hear("KOTKUPANG air mati", at=NOON + timedelta(seconds=30))
    desk.hear("KOTKUPANG air mati", at=NOON - timedelta(days=2))
    assert desk.kiosk.store.own_newest(Kind.CLOCK) == newest, "it moved by less, or was on its way for long"
    desk.sync()
    assert len(desk.peer.of(Kind.CLOCK)) >= count


def test_the_centre_knows_the_time_better_than_an_sms(desk: Desk) -> None:
    desk.sync()
    desk.hear("KOTKUPANG lampu mati", at=NOON + timedelta(days=3))
    assert desk.kiosk.store.number_fact(facts.OFFSET) == 0


def test_an_sms_from_the_future_makes_nothing_too_late(desk: Desk) -> None:
    desk.order(NEWS, not_after=desk.clock.wall_ms + 7 * 86_400_000)
    desk.control._clock_watch._knows_better = False
    desk.hear("BANTUAN", OTHER, at=NOON + timedelta(days=30))
    assert (desk.kiosk.store.number_fact(facts.OFFSET) or 0) > 29 * 86_400_000
    assert NEWS in desk.replies()


def test_a_text_that_has_rotted_fails_and_holds_nobody_up(desk: Desk) -> None:
    desk.order(NEWS)
    desk.desk.next_out(OTHER_SIM, replies_only=True)
    with desk.kiosk.store.disk.writing() as connection:
        connection.execute("update sms_out set box = zeroblob(60)")
    desk.order(NEWS, key=2)
    assert len(desk.replies()) == 1
    assert states(desk) == ["failed", "sent"]
