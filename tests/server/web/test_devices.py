"""The kiosks' page: what is wrong with each, who waits, who is let in and who out."""

from server.store import codes
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


def test_health_clock_and_silence_are_shown(site, browse):
    peer = enrolled(site.centre, unit="KEL-53.71.01.1002", clock=lambda: site.clock() - 2 * DAY)
    peer.health(version="0.1.0", queue=7, oldest_s=7200, disk_free_mb=90, modem="Huawei")
    peer.sync(sender(site.centre))
    page = browse("petugas1").get("/kios").words()
    assert "7 laporan, tertua 2 jam" in page
    assert "Sisa disk 90 MB." in page
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
