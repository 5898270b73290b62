"""The case page: what it shows of people, and the one step that it offers."""

import re

import pytest

from server.domain.deadlines import wita
from server.store import notes
from server.web import formats
from sync_protocol.bodies import Note, Secret
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.vocabulary import Identity
from tests.server.conftest import UNIT, enrolled, sender
from tests.server.web.conftest import NAME, PHONE, TEXT

REASON = "Pelapor minta dihubungi kembali"


def canaries(page) -> set[str]:
    return {word for word in (NAME, PHONE, PHONE.removeprefix("+62")) if word in page.text}


@pytest.mark.parametrize("name", ["admin1", "petugas1", "auditor1", "petugas-dinkes"])
def test_names_and_phones_are_masked_in_every_page(site, browse, name):
    browser = browse(name)
    for path in ("/", "/pengaduan?status=semua", *(f"/pengaduan/{site.number(case)}" for case in site.cases)):
        assert canaries(browser.get(path)) == set()


def test_the_handling_agency_sees_the_name_of_an_open_case_and_nothing_else(site, browse):
    browser = browse("dinkes")
    assert canaries(browser.get("/pengaduan?status=semua")) == set()
    assert canaries(browser.get(f"/pengaduan/{site.number('at-dinkes')}")) == {NAME}
    anonymous = browser.get(f"/pengaduan/{site.number('anonymous-at-dinkes')}")
    assert canaries(anonymous) == set()
    assert "Jangan mencari tahu siapa pelapor" in anonymous.text


def test_a_reason_opens_the_identity_once_and_stays_in_the_history(site, browse):
    browser = browse("petugas1")
    path = f"/pengaduan/{site.number('anonymous')}"
    opened = browser.post(f"{path}/identitas", alasan=REASON)
    assert canaries(opened) == {NAME, PHONE, PHONE.removeprefix("+62")}
    again = browser.get(path)
    assert canaries(again) == set()
    assert "Membuka nama dan nomor HP pelapor" in again.text
    assert REASON in again.text
    event = site.sql(
        "select * from event where type = 'identity-unmasked' and case_id = :id", id=site.cases["anonymous"]
    )
    assert [row["actor"] for row in event] == ["petugas1"]
    assert REASON not in event[0]["data"]


@pytest.mark.parametrize("reason", ["", "   ", "pendek", "x" * 501])
def test_without_a_reason_nothing_is_opened_and_nothing_is_logged(site, browse, reason):
    before = site.sql("select count(*) as n from event")[0]["n"]
    browser = browse("petugas1")
    page = browser.post(f"/pengaduan/{site.number('new')}/identitas", alasan=reason)
    assert page.status == 422
    assert canaries(page) == set()
    assert site.sql("select count(*) as n from event where type = 'identity-unmasked'")[0]["n"] <= before


@pytest.mark.parametrize(("name", "is_sworn"), [("petugas1", True), ("admin1", False), ("auditor1", False)])
def test_a_secret_case_looks_secret_and_leads_sworn_staff_to_where_it_is_opened(site, browse, name, is_sworn):
    path = f"/pengaduan/{site.number('secret')}"
    page = browse(name).get(path)
    assert "RAHASIA: hanya petugas tersumpah" in page.text
    assert (f'href="{path}/rahasia"' in page.text) == is_sworn
    assert "/verifikasi" not in page.text
    assert "/identitas" not in page.text


def test_nobody_hands_on_a_secret_case_unread(site, browse):
    page = browse("admin1").post(f"/pengaduan/{site.number('secret')}/verifikasi", unit="INSPEKTORAT")
    assert page.status == 422
    assert (
        site.sql("select status from cases where id = :id", id=site.cases["secret"])[0]["status"] == "BELUM_VERIFIKASI"
    )


def test_both_clocks_and_the_lag_between_them_are_shown(site, browse):
    page = browse("petugas1").get(f"/pengaduan/{site.number('new')}").words()
    row = site.sql("select filed_at, arrived_at from cases where id = :id", id=site.cases["new"])[0]
    assert formats.moment(row["filed_at"]) in page
    assert formats.moment(row["arrived_at"]) in page
    assert f"Jeda pengiriman {formats.span(row['arrived_at'] - row['filed_at'])}" in page


class TestDamaged:
    """A case whose stored words were altered in the database."""

    @pytest.fixture
    def case(self, site):
        case_id = site.cases["at-dinkes"]
        private = site.sql("select private from cases where id = :id", id=case_id)[0]["private"]
        site.sql("update cases set private = x'00' where id = :id", id=case_id)
        yield site.number("at-dinkes")
        site.sql("update cases set private = :private where id = :id", private=private, id=case_id)

    @pytest.mark.parametrize("name", ["admin1", "petugas1", "auditor1", "dinkes"])
    def test_it_says_so_where_the_words_would_stand(self, browse, case, name):
        browser = browse(name)
        for path in ("/pengaduan?status=semua", f"/pengaduan/{case}"):
            page = browser.get(path)
            assert page.status == 200
            assert formats.DAMAGED in page.words()
            assert case in page.text

    def test_the_front_page_is_there_all_the_same(self, browse, case):
        assert formats.DAMAGED in browse("dinkes").get("/").words()

    def test_what_needs_them_is_not_done_and_says_why(self, site, browse, case):
        browser, count = browse("petugas1"), "select count(*) from event"
        before = site.sql(count)[0][0]
        page = browser.post(f"/pengaduan/{case}/identitas", alasan=REASON)
        assert page.status == 500
        assert "Isi laporan rusak" in page.text
        assert site.sql(count)[0][0] == before


class TestVerification:
    """VERIFIKASI with a disposisi."""

    @pytest.fixture
    def case(self, site):
        from tests.server.conftest import sender

        entry = site.peer.complain(TEXT, category="AIR", accused="PKM-ALK")
        site.peer.sync(sender(site.centre))
        site.cases["fresh"] = entry.id
        yield entry.id
        del site.cases["fresh"]

    def test_it_moves_the_case_on_tells_the_kiosk_and_stands_in_the_story(self, site, browse, case):
        from tests.server.conftest import sender

        browser = browse("petugas1")
        path = f"/pengaduan/{site.number('fresh')}"
        sent = browser.post(f"{path}/verifikasi", unit="PERUMDA-AM", catatan="Cek pipa\r\ndi RT 5.")
        assert (sent.status, sent.location.partition("?")[0]) == (303, path)
        row = site.sql("select * from cases where id = :id", id=case)[0]
        assert (row["status"], row["handler"]) == ("BELUM_TL", "PERUMDA-AM")
        assert wita(row["due_at"]).hour == 16
        assert row["due_at"] > site.clock.now
        page = browser.get(path)
        assert "Cek pipa\ndi RT 5." in page.text
        assert "oleh petugas1" in page.words()
        site.peer.sync(sender(site.centre))
        news = [body for body in site.peer.received(Kind.STATUS) if body.case == case.hex()]
        assert [(body.status, body.unit, body.due) for body in news] == [("BELUM_TL", "PERUMDA-AM", row["due_at"])]

    def test_it_says_what_it_did_and_leads_to_the_next_one_of_the_same_list(self, site, browse, case):
        browser = browse("petugas1")
        path, origin = f"/pengaduan/{site.number('fresh')}", "dari=status%3Dsemua%26kanal%3Dsms"
        done = browser.get(browser.post(f"{path}/verifikasi?{origin}", unit="DLHK").location)
        assert "Diverifikasi dan diteruskan ke Dinas Lingkungan Hidup dan Kebersihan" in done.words()
        (following,) = done.links("Laporan berikutnya")
        assert following.partition("?")[0] == f"/pengaduan/{site.number('unnamed')}"
        listed = "/pengaduan?status=semua&kanal=sms&urut=tenggat"
        assert done.links("Kembali ke daftar") == browser.get(following).links("Kembali ke daftar") == [listed]
        assert "Laporan berikutnya" not in browser.get(path).text
        assert "Laporan berikutnya" not in browser.get(f"/pengaduan/{site.number('new')}?sesudah=verifikasi").text

    def test_after_the_last_one_it_says_so(self, site, browse, case):
        origin = "dari=status%3Dterbuka%26kategori%3DAIR%26kanal%3Dtelepon"
        path = f"/pengaduan/{site.number('fresh')}/verifikasi?{origin}"
        browser = browse("petugas1")
        assert (
            "Tidak ada lagi yang menunggu verifikasi" in browser.get(browser.post(path, unit="DLHK").location).words()
        )

    def test_what_is_wrong_stands_in_the_form_and_an_empty_choice_stays_empty(self, site, browse, case):
        browser = browse("petugas1")
        path = f"/pengaduan/{site.number('fresh')}"
        page = browser.post(f"{path}/verifikasi", unit="")
        form = page.text[page.text.index('action="' + path) : page.text.index("VERIFIKASI DAN TERUSKAN")]
        assert "Pilih unit tujuan dari daftar." in form
        assert page.text.count('role="alert"') == 1
        assert '<option value="DINKES" selected>' not in page.text
        assert '<option value="DINKES" selected>' in browser.get(path).text
        browser.post(f"{path}/verifikasi", unit="DLHK")
        page = browser.post(f"{path}/verifikasi", unit="DLHK")
        assert page.text.count('role="alert"') == 1

    def test_it_happens_once_however_often_the_button_is_pressed(self, site, browse, case):
        browser = browse("petugas1")
        path = f"/pengaduan/{site.number('fresh')}/verifikasi"
        assert browser.post(path, unit="DLHK").status == 303
        assert browser.post(path, unit="DPUPR").status == 422
        assert site.sql("select handler from cases where id = :id", id=case)[0]["handler"] == "DLHK"
        assert len(site.sql("select 1 from event where case_id = :id", id=case)) == 1

    def test_the_accused_unit_is_neither_offered_nor_taken(self, site, browse, case):
        browser = browse("petugas1")
        path = f"/pengaduan/{site.number('fresh')}"
        page = browser.get(path)
        assert 'value="PKM-ALK"' not in page.text
        assert '<option value="DINKES" selected>' in page.text
        assert browser.post(f"{path}/verifikasi", unit="PKM-ALK").status == 422

    @pytest.mark.parametrize("fields", [{"unit": ""}, {"unit": "TIDAK-ADA"}, {"unit": "DLHK", "catatan": "x" * 2001}])
    def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(self, site, browse, case, fields):
        page = browse("petugas1").post(f"/pengaduan/{site.number('fresh')}/verifikasi", **fields)
        assert page.status == 422
        assert 'role="alert"' in page.text
        assert fields.get("catatan", "") in page.text
        assert site.sql("select status from cases where id = :id", id=case)[0]["status"] == "BELUM_VERIFIKASI"

    def test_texts_are_shown_as_they_are_and_never_run(self, site, browse):
        from tests.server.conftest import sender

        hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
        entry = site.peer.complain(hostile, place=hostile, name=hostile)
        site.peer.sync(sender(site.centre))
        site.cases["hostile"] = entry.id
        browser = browse("petugas1")
        path = f"/pengaduan/{site.number('hostile')}"
        for page in (
            browser.get(path),
            browser.get("/pengaduan?urut=baru"),
            browser.post(f"{path}/identitas", alasan=REASON),
        ):
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "alert(1)" in page.text
            assert "{{ 7*7 }}" in page.text
        del site.cases["hostile"]


def test_a_case_from_an_impossible_year_is_listed_and_shown(site, browse):
    peer = enrolled(site.centre, unit=UNIT, clock=lambda: 2**48 - 1)
    number = number_of(peer.complain("Dari tahun 10889.").id)
    peer.sync(sender(site.centre))
    for name in ("petugas1", "auditor1"):
        assert browse(name).get(f"/pengaduan/{number}").status == 200
        listed = browse(name).get("/pengaduan")
        assert (listed.status, number in listed.text) == (200, True)


class TestNotes:
    """What the resident adds to a complaint."""

    PIN = "246810"

    def case(self, site, **fields):
        entry = site.peer.complain(TEXT, pin=self.PIN, **fields)
        return entry.id, number_of(entry.id)

    def note(self, site, number, **fields):
        site.peer.append(Kind.NOTE, Note(number=number, **({"pin": self.PIN, "type": "amended"} | fields)))

    def test_they_stand_in_the_story_with_their_words(self, site, browse):
        _, number = self.case(site)
        self.note(site, number, text="Airnya <b>coklat</b>\ndi RT 5.")
        self.note(site, number, type="rated", rating=4)
        site.peer.sync(sender(site.centre))
        page = browse("petugas1").get(f"/pengaduan/{number}")
        assert "Menambah keterangan oleh pelapor" in page.words()
        assert "Airnya &lt;b&gt;coklat&lt;/b&gt;\ndi RT 5." in page.text
        assert "Memberi nilai 4 dari 5 oleh pelapor" in page.words()

    def test_one_may_arrive_before_its_complaint(self, site, browse):
        other = enrolled(site.centre, unit="KEL-53.71.01.1002", clock=site.clock)
        _, number = self.case(site)
        other.append(Kind.NOTE, Note(number=number, pin=self.PIN, type="amended", text="Dari kios lain."))
        other.sync(sender(site.centre))
        site.peer.sync(sender(site.centre))
        assert "Dari kios lain." in browse("petugas1").get(f"/pengaduan/{number}").text

    def test_those_of_one_sync_stand_in_the_order_in_which_they_were_said(self, site, browse):
        _, number = self.case(site)
        for turn in range(8):
            self.note(site, number, text=f"Ucapan ke-{turn}.")
        site.peer.sync(sender(site.centre))
        assert re.findall(r"Ucapan ke-(\d)", browse("petugas1").get(f"/pengaduan/{number}").text) == list("01234567")

    def test_any_number_with_a_wrong_pin_holds_back_none_of_the_residents_own(self, site, browse):
        _, number = self.case(site)
        site.peer.sync(sender(site.centre))
        site.centre.write(lambda c: notes.insert_notes(c, self.wrong(number, 20_000)))
        self.note(site, number, type="disputed", text="BELUM SELESAI.")
        site.peer.sync(sender(site.centre))
        page = browse("petugas1").get(f"/pengaduan/{number}")
        assert "BELUM SELESAI." in page.text
        assert "20.000 tambahan untuk nomor ini memakai PIN yang salah" in page.words()
        site.centre.write(lambda c: c.execute("delete from note where arrived_at = 1"))

    def wrong(self, number, count):
        """Notes as the fold makes them of what a hostile device sends; they lie before all others."""
        return [
            notes.NoteRow(
                entry=b"wrong %026d" % turn,
                n=-turn,
                log=bytes(16),
                number=number,
                pin=b"another PIN's %02d" % (turn % 100),
                type="amended",
                filed_at=1,
                arrived_at=1,
                private=b"never opened",
            )
            for turn in range(count)
        ]

    def test_of_too_many_with_the_right_pin_those_of_the_cases_own_kiosk_come_first(self, site, browse):
        _, number = self.case(site)
        site.peer.sync(sender(site.centre))
        other = enrolled(site.centre, unit="KEL-53.71.01.1003", clock=site.clock)
        for turn in range(notes.MOST + 5):
            other.append(Kind.NOTE, Note(number=number, pin=self.PIN, type="amended", text=f"Dari jauh {turn:03}."))
        other.sync(sender(site.centre))
        self.note(site, number, text="Dari kios sendiri.")
        site.peer.sync(sender(site.centre))
        page = browse("petugas1").get(f"/pengaduan/{number}")
        assert "Dari kios sendiri." in page.text
        assert re.findall(r"Dari jauh (\d+)", page.text) == [f"{turn:03}" for turn in range(notes.MOST - 1)]
        assert "6 tambahan lain dengan PIN yang benar tidak ditampilkan" in page.words()
        assert "PIN yang salah" not in page.words()

    @pytest.mark.parametrize("pin", ["", "246811", "24681", "2468100"])
    def test_without_the_pin_nobody_speaks_for_the_resident(self, site, browse, pin):
        _, number = self.case(site)
        self.note(site, number, pin=pin, text="Bukan dari pelapor.")
        site.peer.sync(sender(site.centre))
        page = browse("petugas1").get(f"/pengaduan/{number}")
        assert "Bukan dari pelapor." not in page.text
        assert "1 tambahan untuk nomor ini memakai PIN yang salah" in page.words()

    def test_of_a_secret_report_the_words_are_not_shown(self, site, browse):
        secret = Secret(text=bytes(64), person=bytes(64))
        entry = site.peer.complain("", pin=self.PIN, identity=Identity.SECRET, category="PGL", secret=secret)
        self.note(site, number_of(entry.id), text="Namanya Bapak Lukas.")
        site.peer.sync(sender(site.centre))
        for name in ("admin1", "petugas1", "auditor1"):
            page = browse(name).get(f"/pengaduan/{number_of(entry.id)}")
            assert "Lukas" not in page.text
            assert "Menambah keterangan oleh pelapor" in page.words()
            assert "Isinya tidak ditampilkan: laporan ini RAHASIA." in page.words()


def test_an_admin_is_told_who_opens_a_name(site, browse):
    path = f"/pengaduan/{site.number('anonymous')}"
    page = browse("admin1").get(path)
    assert "hanya petugas tersumpah" in page.text
    assert "user add" not in page.text
    assert "/identitas" not in page.text


def test_sworn_staff_and_the_auditor_read_the_reason_of_an_unmasking(site, browse):
    path = f"/pengaduan/{site.number('anonymous-at-dinkes')}"
    browse("petugas1").post(f"{path}/identitas", alasan=REASON)
    for name in ("petugas1", "auditor1", "admin1", "dinkes"):
        page, reads = browse(name).get(path), name in {"petugas1", "auditor1"}
        assert "Membuka nama dan nomor HP pelapor" in page.text
        assert (REASON in page.text) == reads
        assert ("Alasan tercatat; tidak ditampilkan untuk peran Anda." in page.text) != reads
        assert "Mohon ditangani." in page.text
