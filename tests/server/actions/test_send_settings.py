"""A kiosk works with today's settings and master data: what has changed goes down, and nothing else."""

import json

import pytest

from server.actions.revoke_device import revoke_device
from server.actions.send_settings import send_changed_settings
from server.audit import audit
from server.audit.state import Audit
from server.domain.sms_texts import Template, fill
from server.store import devices, down, master
from server.store.centre import open_centre
from sync_protocol.kinds import Kind
from tests.server.conftest import sender


def length(centre, peer) -> int:
    head = centre.read(lambda c: down.head_of(c, peer.log))
    assert head is not None
    return head.seq


@pytest.fixture
def kiosks(enrol):
    """Two at work, in two units."""
    return enrol(), enrol("DINKES")


def test_where_nothing_has_changed_nothing_is_sent(centre, kiosks):
    before = [length(centre, peer) for peer in kiosks]
    assert send_changed_settings(centre) == 0
    assert [length(centre, peer) for peer in kiosks] == before


def test_what_has_changed_goes_down_once_to_those_at_work(centre, kiosks, enrol, data, clock):
    gone = enrol()
    revoke_device(centre, gone.log, actor="test")
    rows = centre.read(lambda c: master.get_table(c, "kalender"))
    holiday = {"tanggal": "2028-01-01", "jenis": "libur", "nama": "Tahun Baru"}
    centre.write(lambda c: master.put_table(c, "kalender", [*rows, holiday], clock.now, actor="test"))
    before = {peer: length(centre, peer) for peer in (*kiosks, gone)}
    centre.close()
    later = open_centre(data, clock=clock, threads=False, flags={"poll_s": 77})
    try:
        assert send_changed_settings(later) == 2
        assert send_changed_settings(later) == 0
        for peer in kiosks:
            told = {kind: len(peer.received(kind)) for kind in (Kind.CONFIG, Kind.MASTER)}
            peer.sync(sender(later))
            assert length(later, peer) == before[peer] + 2
            assert {kind: len(peer.received(kind)) - number for kind, number in told.items()} == {
                Kind.CONFIG: 1,
                Kind.MASTER: 1,
            }
            assert peer.received(Kind.CONFIG)[-1].poll_s == 77
            assert peer.received(Kind.MASTER)[-1].rows[-1] == holiday
        assert length(later, gone) == before[gone]
    finally:
        later.close()


def test_what_was_changed_back_is_told_too(centre, kiosks, clock):
    rows = centre.read(lambda c: master.get_table(c, "teks"))
    for changed in (rows[:-1], rows):
        centre.write(lambda c, changed=changed: master.put_table(c, "teks", changed, clock.now, actor="test"))
        assert send_changed_settings(centre) == len(kiosks)
    assert send_changed_settings(centre) == 0


def test_a_kiosk_that_is_let_in_again_is_told_what_it_missed(centre, kiosks, clock):
    from server.actions.confirm_device import confirm_device

    peer = kiosks[0]
    revoke_device(centre, peer.log, actor="test")
    rows = centre.read(lambda c: master.get_table(c, "teks"))
    centre.write(lambda c: master.put_table(c, "teks", rows[:-1], clock.now, actor="test"))
    confirm_device(centre, peer.log, actor="test")
    peer.sync(sender(centre))
    assert peer.received(Kind.MASTER)[-1].rows == rows[:-1]
    assert centre.read(devices.list_active)
    assert send_changed_settings(centre) == 1  # The other one.


class TestTextsOfAnEarlierBuild:
    """They called the keyword of every city KOTKUPANG."""

    @pytest.fixture
    def rows(self, centre):
        """As that build founded a centre, before an event stated its master data."""
        rows = [
            row | {"templat": row["templat"].replace("{kata}", "KOTKUPANG")}
            for row in centre.read(lambda c: master.get_table(c, "sms"))
        ]
        centre.write(lambda c: master.put_table(c, "sms", rows, 0, actor="test"))
        return rows

    def help_text(self, centre) -> str:
        return centre.read(lambda c: fill(centre.cities.get(c).templates, Template.HELP, kata="KOTAMBON"))

    def test_name_the_keyword_that_is_set(self, centre, rows, kiosks):
        assert "KOTKUPANG" in self.help_text(centre)
        assert send_changed_settings(centre) == len(kiosks)
        assert "KOTAMBON" in self.help_text(centre)
        kiosks[0].sync(sender(centre))
        told = {row["id"]: row["templat"] for row in kiosks[0].received(Kind.MASTER)[-1].rows}
        assert "{kata}" in told["S08"]
        assert "{kata}" in told["S21"]
        assert centre.read(lambda c: list(audit(Audit(c, centre.keys)))) == []

    def test_stay_where_somebody_has_changed_the_table(self, centre, rows):
        rows[0]["templat"] = "KASIH: Kirim PIN Anda ke nomor ini."
        centre.write(lambda c: c.execute("update master set rows = ? where name = 'sms'", (json.dumps(rows),)))
        send_changed_settings(centre)
        assert "KOTKUPANG" in self.help_text(centre)
        assert [found.code for found in centre.read(lambda c: list(audit(Audit(c, centre.keys))))] == ["master"]


def test_an_altered_row_keeps_no_kiosk_from_being_told(centre, kiosks, clock):
    centre.write(lambda c: c.execute("update down set raw = x'00' where device = ?", (kiosks[0].log,)))
    rows = centre.read(lambda c: master.get_table(c, "teks"))
    centre.write(lambda c: master.put_table(c, "teks", rows[:-1], clock.now, actor="test"))
    assert send_changed_settings(centre) == len(kiosks)
    kiosks[1].sync(sender(centre))
    assert kiosks[1].received(Kind.MASTER)[-1].rows == rows[:-1]
    assert send_changed_settings(centre) == 0
