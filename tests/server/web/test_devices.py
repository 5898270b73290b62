"""The kiosks' page: what is wrong with each, who waits, who is let in and who out."""

import re

import pytest

from server.actions.issue_code import issue_code
from server.actions.receive_bundle import receive_bundle
from server.store import codes
from server.web import formats
from sync_protocol.bundle import write_bundle
from sync_protocol.kinds import Kind
from tests.peers import Peer, RefusedError
from tests.server.conftest import enrolled, sender

DAY = 86_400_000


def test_an_empty_centre_says_what_to_do(browse, site):
    assert "1 terdaftar" in browse("admin1").get("/kios").words()


def test_troubles_stand_first_with_their_reason_and_what_to_do(site, browse):
    browser = browse("admin1")
    clone = site.peer.clone()
    site.peer.complain("Satu.")
    clone.complain("Dua.")
    site.peer.sync(sender(site.centre))
    clone.sync(sender(site.centre))
    page = browser.get("/kios").words()
    assert "Bercabang: disk kios ini pernah disalin atau dipulihkan." in page
    assert "Tidak ada laporan yang hilang." in page
    assert "Cabut hanya bila PC dicuri." in page


def test_what_is_wrong_with_a_log_is_said(site, browse):
    """A hole, an entry that rotted, one that cannot be read, two without their seal, and a centre that was set back."""
    peer = enrolled(site.centre, unit="KEL-53.71.01.1006", clock=site.clock)
    ahead = peer.clone()
    site.sql("delete from down where device = :log and seq > 3", log=peer.log)
    peer.rot(peer.complain("Rusak di disk."))
    last = peer.entries[-1]
    peer.entries.append(peer.write(Kind.COMPLAINT, b"bukan isi", seq=last.seq + 1, prev=last.id))
    peer.intake = None
    peer.complain("Terang.")
    peer.complain("Terang lagi.")
    peer.sync(sender(site.centre))
    peer.intake = site.centre.keys.intake_public
    ahead.entries, ahead.rotted = peer.entries, peer.rotted
    ahead.sync(sender(site.centre))
    peer.complain("Belum sampai.")
    after = peer.complain("Sudah sampai.")
    receive_bundle(site.centre, write_bundle([after.raw]), via="usb")
    page = browse("petugas1").get("/kios").words()
    for words in (
        "1 catatan belum sampai. Diminta lagi",
        "1 catatan hilang di kios. Periksa disk",
        "1 catatan tidak terbaca. Periksa versi",
        "2 catatan dikirim tanpa segel. Isinya dapat dibaca di jalan",
        "Pusat pernah mundur. Kios memegang kabar",
    ):
        assert words in page
    assert browse("admin1").get("/kios").words().count(f"{peer.log.hex()[:12]} COMPLAINT") == 1


def needing_somebody(browser) -> int:
    """The figure at "Kios" in the menu."""
    found = re.search(r'<a href="/kios"[^>]*><span>Kios</span><span[^>]*>(\d+)', browser.get("/kios").text)
    return int(found[1]) if found else 0


def test_what_a_kiosk_sends_before_it_is_let_in_or_after_it_was_revoked_is_counted(site, browse):
    admin = browse("admin1")
    code = issue_code(site.centre, "KEL-53.71.01.1007", actor="test")
    first, second = (Peer(site.centre.keys.sign_public, code=code, clock=site.clock) for _ in range(2))
    first.sync(sender(site.centre))
    before = needing_somebody(admin)
    second.intake = site.centre.keys.intake_public
    second.complain("Menunggu.")
    second.sync(sender(site.centre))
    page = admin.get("/kios").words()
    assert "Menunggu konfirmasi." in page
    assert "2 catatan dikarantina. Konfirmasi kios untuk melepas." in page
    assert needing_somebody(admin) == before + 1
    admin.post(f"/kios/{first.log.hex()}/cabut", yakin="ya")
    assert needing_somebody(admin) == before + 1
    first.complain("Sesudah dicabut.")
    first.sync(sender(site.centre))
    page = admin.get("/kios").words()
    assert "1 catatan dikarantina. Dikirim sesudah kios dicabut." in page
    assert needing_somebody(admin) == before + 2
    assert "1 catatan dikarantina" in admin.get("/").words()


def test_health_clock_and_silence_are_shown(site, browse):
    peer = enrolled(site.centre, unit="KEL-53.71.01.1002", clock=lambda: site.clock() - 2 * DAY)
    peer.health(version="0.1.0", queue=7, oldest_s=7200, disk_free_mb=90, modem="Huawei")
    peer.sync(sender(site.centre))
    page = browse("petugas1").get("/kios").words()
    assert "7 laporan, tertua 2 jam" in page
    assert "Sisa disk 90 MB." in page
    assert "sisa disk 90 MB" in page
    assert "Jam lambat 2 hari." in page
    site.clock.pass_(4 * DAY)
    try:
        assert "Diam 4 hari" in browse("petugas1").get("/kios").words()
    finally:
        site.clock.pass_(-4 * DAY)


def test_of_many_that_knock_the_newest_are_shown_with_the_number_of_the_others(site, browse):
    def knock(connection):
        for number in range(60):
            codes.knock(connection, log=bytes([number]) * 16, sign=b"", seal=b"", name=f"PC {number:02}", now=number)

    site.centre.write(knock)
    text = browse("admin1").get("/kios").text
    assert ("PC 59" in text, "PC 10" in text, "PC 09" in text) == (True, True, False)
    assert "dan 10 lagi" in text
    site.centre.write(lambda c: c.execute("delete from knock"))


def test_a_kiosk_that_knocks_is_shown_and_let_in_with_a_unit(site, browse):
    stranger = Peer(site.centre.keys.sign_public, name="PC gudang", clock=site.clock)
    try:
        stranger.sync(sender(site.centre))
    except RefusedError:
        pass
    admin, staff = browse("admin1"), browse("petugas1")
    path = f"/kios/{stranger.log.hex()}/konfirmasi"
    assert "PC gudang" in admin.get("/kios").text
    assert path in admin.get("/kios").text
    assert path not in staff.get("/kios").text
    assert admin.post(path, unit="").status == 422
    assert admin.post(path, unit="KEL-53.71.01.1003").location == "/kios"
    assert stranger.sync(sender(site.centre)).body.state == "active"


def test_revoking_needs_a_second_thought(site, browse):
    peer = enrolled(site.centre, unit="KEL-53.71.01.1004", clock=site.clock)
    admin = browse("admin1")
    path = f"/kios/{peer.log.hex()}/cabut"
    assert admin.post(path).status == 422
    assert peer.sync(sender(site.centre)).body.state == "active"
    assert admin.post(path, yakin="ya").location == "/kios"
    assert peer.sync(sender(site.centre)).body.state == "revoked"
    assert admin.post(path, yakin="ya").status == 422


def test_names_of_devices_are_shown_as_they_are_and_never_run(site, browse):
    enrolled(site.centre, unit="KEL-53.71.01.1005", clock=site.clock, name="<script>alert(1)</script>")
    page = browse("admin1").get("/kios")
    assert "<script>alert" not in page.text
    assert "alert(1)" in page.text


def test_entries_that_cannot_be_read_are_listed_with_their_reason(site, browse):
    peer = enrolled(site.centre, unit="KEL-53.71.01.1003", clock=site.clock)
    last = peer.entries[-1]
    peer.entries.append(peer.write(Kind.COMPLAINT, b"bukan isi", seq=last.seq + 1, prev=last.id))
    peer.sync(sender(site.centre))
    (code,) = site.sql("select code from trouble where log = :log", log=peer.log)
    for name in ("admin1", "petugas1", "auditor1"):
        page = browse(name).get("/kios").words()
        assert "Catatan yang tidak terbaca" in page
        assert f"{peer.log.hex()[:12]} COMPLAINT {code['code']}" in page


@pytest.mark.parametrize(("mb", "words"), [(0, "0 MB"), (999, "999 MB"), (1_999, "1 GB"), (76_265, "76 GB")])
def test_room_on_a_disk_in_words(mb, words):
    assert formats.room(mb) == words
