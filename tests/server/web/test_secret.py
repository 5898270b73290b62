"""The page that opens a RAHASIA report: who gets there, what it asks, and that it shows what was opened only once."""

import re
import threading
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import pytest

from server.app import make_app
from server.audit import audit
from server.audit.state import Audit
from server.http_server import HttpServer, listen
from server.store import users
from server.store.centre import open_centre
from sync_protocol.bodies import Note, Secret, SecretText, SmsIn
from sync_protocol.kinds import Kind
from sync_protocol.number import number_of
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info, hpke_seal
from sync_protocol.vocabulary import Identity
from tests.server.conftest import UNIT, Ticker, enrolled, sender
from tests.server.secret_reports import (
    ACCUSED,
    NAME,
    PHONE,
    PLACE,
    TEXT,
    add_officer,
    duty_key,
    file_secret,
    found,
    secret_body,
)
from tests.server.web.browser import PASSWORD, Browser, Page
from tests.server.web.conftest import Site

REASON = "Menelaah laporan sebelum diteruskan"
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}"
OUTSIDERS = {
    "admin1": ("admin", ""),
    "dinkes": ("opd", "DINKES"),
    "dpupr": ("opd", "DPUPR"),
    "auditor1": ("auditor", ""),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A centre that listens, with secret reports that really are sealed, and officers with and without the key."""
    new = found(tmp_path_factory.mktemp("secret") / "centre")
    clock = Ticker()
    centre = open_centre(new.data, clock=clock)
    key = duty_key(centre, new.founded)
    one = users.new_user(name="satu", role="admin", unit="", password=PASSWORD, must_change=False)
    for name, holds in (("sari", key), ("budi", None), ("lupa", key)):
        add_officer(centre, holds, one, name=name)
    add_officer(centre, key, one, name="orang-dalam", unit=ACCUSED)
    add_officer(centre, key, one, name="orang-lain", unit="DPUPR")
    add_officer(centre, None, one, name="inspektorat", role="opd", unit="INSPEKTORAT")
    for name, (role, unit) in OUTSIDERS.items():
        add_officer(centre, key, one, name=name, role=role, unit=unit)
    listener = listen("127.0.0.1", 0)
    app = make_app(centre, "token")
    server = HttpServer(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    site = Site(centre, clock, app, listener.getsockname()[1])
    peer = site.peer = enrolled(centre, unit=UNIT, clock=clock)
    duty_public = centre.keys.duty_public
    whole = secret_body(peer.log, duty_public)
    site.cases["secret"] = file_secret(peer, whole).id
    site.cases["hostile"] = file_secret(peer, secret_body(peer.log, duty_public, text=HOSTILE)).id
    site.cases["broken"] = file_secret(peer, Secret(text=bytes(90), person=whole.person)).id
    site.cases["plain"] = peer.complain("Air mati.").id
    peer.sync(sender(centre))
    yield site
    server.should_exit = True
    thread.join(20)
    centre.close()


@pytest.fixture
def browse(site: Site) -> Callable[..., Browser]:
    return site.browser


def address(site: Site, case: str = "secret") -> str:
    return f"/pengaduan/{site.number(case)}/rahasia"


def opened_by(browser: Browser, path: str, **fields: str) -> Page:
    return browser.send_once(path, **({"alasan": REASON, "sandi": PASSWORD, "text": "ya"} | fields))


def told(page: Page) -> set[str]:
    return {word for word in (TEXT, PLACE, NAME, PHONE) if word in page.words()}


def openings(site: Site) -> int:
    return int(site.sql("select count(*) as n from event where type = 'secret-opened'")[0]["n"])


def test_the_form_looks_secret_and_asks_why_and_for_the_password(site, browse):
    page = browse("sari").get(address(site))
    assert page.status == 200
    assert "RAHASIA: hanya petugas tersumpah" in page.text
    assert 'name="alasan"' in page.text
    assert 'name="sandi" type="password"' in page.text
    assert told(page) == set()


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {TEXT, PLACE}),
        ({"text": "", "person": "ya"}, {NAME, PHONE}),
        ({"person": "ya"}, {TEXT, PLACE, NAME, PHONE}),
    ],
)
def test_what_was_chosen_is_shown_once_and_nothing_else(site, browse, fields, shown):
    browser = browse("sari")
    page = opened_by(browser, address(site), **fields)
    assert (page.status, page.location, told(page)) == (200, "", shown)
    assert "tidak disimpan di mana pun" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert PASSWORD not in page.text
    for path in (address(site), f"/pengaduan/{site.number('secret')}", "/pengaduan?status=semua", "/"):
        assert told(browser.get(path)) == set()


def test_what_the_resident_said_later_opens_with_the_text_and_not_without(site, browse):
    peer, duty_public, pin = site.peer, site.centre.keys.duty_public, "246810"

    def sealed(text: str, part: str = "text") -> bytes:
        return hpke_seal(duty_public, duty_info(peer.log, part), pack(SecretText(text=text, place="Loket 3").encode()))

    def add(typed: str = pin, **words: Any) -> None:
        peer.append(Kind.NOTE, Note(number=number, pin=typed, type="amended", **words))

    fields = {"category": "PGL", "identity": Identity.SECRET, "phone": PHONE, "sms_ok": True, "pin": pin}
    entry = peer.complain("", secret=secret_body(peer.log, duty_public), **fields)
    site.cases["added"], number = entry.id, number_of(entry.id)
    add(secret=sealed("Kemarin diminta lagi."))
    add(text="Ada saksinya.")
    add(secret=sealed("Disegel untuk yang lain.", "person"))
    add("000000", secret=sealed("Bukan dari pelapor."))
    peer.append(Kind.SMS_IN, SmsIn(sender=PHONE, text=f"TAMBAH {number} lewat pesan", flags=["tambah"]))
    peer.sync(sender(site.centre))
    path = address(site, "added")
    later = ("Kemarin diminta lagi.", "Loket 3", "Ada saksinya.", "lewat pesan")
    page = opened_by(browse("sari"), path)
    assert [words for words in later if words not in page.words()] == []
    assert page.words().count("Segel tambahan ini tidak dapat dibuka.") == 1
    assert "Bukan dari pelapor" not in page.text
    assert "Disegel untuk" not in page.text
    for other in (opened_by(browse("sari"), path, text="", person="ya"), browse("sari").get(f"/pengaduan/{number}")):
        assert [words for words in later if words in other.words()] == []
    assert (
        browse("budi").get(f"/pengaduan/{number}").words().count("Isinya tidak ditampilkan: laporan ini RAHASIA") == 4
    )


def test_the_accused_unit_is_named_with_the_text(site, browse):
    assert "Dinas Kesehatan" in opened_by(browse("sari"), address(site)).words()
    assert "Dinas Kesehatan" not in opened_by(browse("sari"), address(site), text="", person="ya").words()


def test_the_history_says_who_opened_what_and_sworn_staff_and_the_auditor_read_why(site, browse):
    opened_by(browse("sari"), address(site), text="", person="ya")
    path = f"/pengaduan/{site.number('secret')}"
    for name in ("budi", "admin1", "auditor1"):
        page = browse(name).get(path)
        assert "Membuka identitas pelapor laporan RAHASIA oleh sari" in page.words()
        assert (REASON in page.text) == (name != "admin1")
        assert ("Alasan tercatat; tidak ditampilkan untuk peran Anda." in page.text) == (name == "admin1")


@pytest.mark.parametrize("name", OUTSIDERS)
def test_no_other_role_gets_there_even_with_a_grant(site, browse, name):
    browser, before = browse(name), openings(site)
    assert browser.get(address(site)).status == 403
    page = opened_by(browser, address(site), person="ya")
    assert (page.status, told(page)) == (403, set())
    assert openings(site) == before


def test_an_officer_without_the_key_is_told_who_can_give_it(site, browse):
    browser = browse("budi")
    page = browser.get(address(site))
    assert "Yang dapat memberikannya: admin" in page.words()
    assert "kasih-server user grant budi --data FOLDER --by admin" in page.words()
    assert 'name="sandi"' not in page.text
    page = opened_by(browser, address(site))
    assert (page.status, told(page)) == (422, set())


def test_where_nobody_holds_the_key_the_paper_helps(site, browse):
    kept = [tuple(row) for row in site.sql("select user, sealed from duty_grant where user is not null")]
    site.sql("delete from duty_grant where user is not null")
    try:
        assert "kunci pemulihan" in browse("budi").get(address(site)).words()
    finally:
        for user, sealed in kept:
            site.sql("insert into duty_grant (user, sealed) values (:user, :sealed)", user=user, sealed=sealed)


@pytest.mark.parametrize("name", ["orang-dalam", "orang-lain"])
def test_an_officer_of_a_unit_opens_none_and_learns_of_none_whom_it_is_about(site, browse, name):
    """Also with a grant from an earlier version: whether a report is about their unit makes no difference."""
    browser, before = browse(name), openings(site)
    page = opened_by(browser, address(site), person="ya")
    assert (page.status, told(page)) == (422, set())
    assert "Anda belum memegang kunci tugas" in page.words()
    assert "tidak terikat satu unit" in page.words()
    assert "user grant" not in page.words()
    assert openings(site) == before


def test_a_form_that_is_sent_again_opens_nothing_again(site, browse):
    browser = browse("sari")
    token = re.search(r'name="sekali" value="([^"]+)"', browser.get(address(site)).text)
    assert token
    form = {"alasan": REASON, "sandi": PASSWORD, "text": "ya", "sekali": token[1]}
    assert TEXT in browser.post(address(site), **form).words()
    before = openings(site)
    for sent in (form, form | {"sekali": ""}, form | {"sekali": "lain"}):
        page = browser.post(address(site), **sent)
        assert (page.status, told(page)) == (422, set())
        assert "sudah pernah dikirim" in page.words()
        assert REASON not in page.text
        assert PASSWORD not in page.text
    assert openings(site) == before


def test_a_form_belongs_to_the_session_that_was_shown_it(site, browse):
    token = re.search(r'name="sekali" value="([^"]+)"', browse("lupa").get(address(site)).text)
    assert token
    page = browse("sari").post(address(site), alasan=REASON, sandi=PASSWORD, text="ya", sekali=token[1])
    assert (page.status, told(page)) == (422, set())


def test_the_admin_is_warned_where_nobody_holds_the_key(site, browse):
    assert "kunci tugas" not in browse("admin1").get("/").words()
    site.sql("update user set disabled = 1 where id in (select user from duty_grant) and name <> 'admin1'")
    kept = site.sql("select id from user where name = 'admin1'")[0]["id"]
    grant = site.sql("select sealed from duty_grant where user = :user", user=kept)[0]["sealed"]
    site.sql("delete from duty_grant where user = :user", user=kept)
    try:
        assert "Tidak ada yang memegang kunci tugas" in browse("admin1").get("/").words()
    finally:
        site.sql("insert into duty_grant (user, sealed) values (:user, :sealed)", user=kept, sealed=grant)
        site.sql("update user set disabled = 0")


@pytest.mark.parametrize("case", ["plain", None])
def test_what_is_not_a_secret_report_is_not_there(site, browse, case):
    path = address(site, case) if case else "/pengaduan/000G4-0R40Y/rahasia"
    assert browse("sari").get(path).status == 404
    assert opened_by(browse("sari"), path).status == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"alasan": ""},
        {"alasan": "pendek"},
        {"sandi": ""},
        {"sandi": "salah sekali ini"},
        {"sandi": "x" * 500},
        {"text": ""},
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_opens(site, browse, fields):
    before = openings(site)
    page = opened_by(browse("lupa"), address(site), **fields)
    site.sql("update user set failures = 0, locked_until = 0")
    assert (page.status, told(page)) == (422, set())
    assert 'role="alert"' in page.text
    assert PASSWORD not in page.text
    assert openings(site) == before


def test_wrong_passwords_lock_the_account_here_as_at_the_door(site, browse):
    for _ in range(users.LOCK_AFTER):
        opened_by(browse("lupa"), address(site), sandi="salah sekali ini")
    try:
        assert opened_by(browse("lupa"), address(site)).status == 422
        assert browse().sign_in("lupa").status == 403
    finally:
        site.sql("update user set failures = 0, locked_until = 0")


def test_a_broken_seal_is_said_plainly(site, browse):
    before = openings(site)
    page = opened_by(browse("sari"), address(site, "broken"), person="ya")
    assert (page.status, told(page)) == (422, set())
    assert "Tidak ada yang terbuka" in page.words()
    assert openings(site) == before
    assert told(opened_by(browse("sari"), address(site, "broken"), text="", person="ya")) == {NAME, PHONE}


def test_a_form_from_elsewhere_opens_nothing(site, browse):
    browser, before = browse("sari"), openings(site)
    assert opened_by(browser, address(site), csrf="lain").status == 403
    form = {"alasan": REASON, "sandi": PASSWORD, "text": "ya"}
    assert browser.post(address(site), headers={"origin": "http://lain.example"}, **form).status == 403
    assert openings(site) == before


def test_what_was_said_is_shown_as_it_is_and_never_run(site, browse):
    page = opened_by(browse("sari"), address(site, "hostile"))
    assert "<script>alert" not in page.text
    assert escape(HOSTILE, quote=False) in page.text


class TestHandingOver:
    """VERIFIKASI of a secret report: the unit gets a summary, and nothing else."""

    SUMMARY = "Dugaan pungutan di loket layanan. Mohon diperiksa."

    @pytest.fixture
    def path(self, site):
        entry = file_secret(site.peer, secret_body(site.peer.log, site.centre.keys.duty_public))
        site.peer.sync(sender(site.centre))
        site.cases["fresh"] = entry.id
        yield f"/pengaduan/{site.number('fresh')}"
        del site.cases["fresh"]

    def hand_over(self, browser: Browser, path: str, **fields: str) -> Page:
        form = {"unit": "INSPEKTORAT", "ringkasan": self.SUMMARY, "sandi": PASSWORD} | fields
        return browser.post(f"{path}/rahasia/teruskan", **form)

    def status(self, site: Site) -> tuple[str, str]:
        row = site.sql("select status, handler from cases where id = :id", id=site.cases["fresh"])[0]
        return row["status"], row["handler"]

    def test_the_opened_report_offers_the_step_without_the_accused_unit(self, site, browse, path):
        page = opened_by(browse("sari"), f"{path}/rahasia")
        assert f'action="{path}/rahasia/teruskan"' in page.text
        assert '<option value="INSPEKTORAT" selected>' not in page.text
        assert '<option value="INSPEKTORAT">' in page.text
        assert f'value="{ACCUSED}"' not in page.text
        assert "teruskan" not in opened_by(browse("sari"), f"{path}/rahasia", text="", person="ya").text

    def test_the_unit_reads_the_summary_and_not_a_word_of_the_report(self, site, browse, path):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia")
        assert self.hand_over(browser, path).location.partition("?")[0] == path
        assert self.status(site) == ("BELUM_TL", "INSPEKTORAT")
        for name in ("inspektorat", "sari", "budi", "admin1", "auditor1"):
            page = browse(name).get(path)
            assert (page.status, self.SUMMARY in page.text, told(page)) == (200, True, set()), name
        assert browse("dinkes").get(path).status == 404
        event = site.sql("select data from event where type = 'verified' order by n desc")[0]
        assert self.SUMMARY not in event["data"]

    def test_who_might_be_of_the_accused_unit_does_not_read_the_summary(self, site, browse, path):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia")
        self.hand_over(browser, path)
        assert self.SUMMARY not in browse("orang-dalam").get(path).text

    def test_nobody_hands_on_what_they_have_not_read(self, site, browse, path):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia", text="", person="ya")
        page = self.hand_over(browser, path)
        assert (page.status, self.status(site)[0]) == (422, "BELUM_VERIFIKASI")
        assert "Buka dan baca dulu" in page.words()

    @pytest.mark.parametrize(
        "fields",
        [
            {"unit": ACCUSED},
            {"unit": ""},
            {"unit": "TIDAK-ADA"},
            {"ringkasan": ""},
            {"ringkasan": "pendek"},
            {"ringkasan": "x" * 2001},
            {"sandi": "salah sekali ini"},
        ],
    )
    def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(self, site, browse, path, fields):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia")
        page = self.hand_over(browser, path, **fields)
        site.sql("update user set failures = 0, locked_until = 0")
        assert (page.status, self.status(site), told(page)) == (422, ("BELUM_VERIFIKASI", ""), set())
        assert 'role="alert"' in page.text
        assert fields.get("ringkasan", self.SUMMARY) in page.text
        assert PASSWORD not in page.text

    def test_it_happens_once_however_often_the_button_is_pressed(self, site, browse, path):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia")
        assert self.hand_over(browser, path).status == 303
        assert self.hand_over(browser, path, unit="DPUPR").status == 422
        assert self.status(site) == ("BELUM_TL", "INSPEKTORAT")
        assert "teruskan" not in opened_by(browser, f"{path}/rahasia").text

    @pytest.mark.parametrize(
        ("name", "status"), [("budi", 422), ("orang-dalam", 422), ("admin1", 403), ("dinkes", 403)]
    )
    def test_nobody_else_hands_it_on(self, site, browse, path, name, status):
        assert self.hand_over(browse(name), path).status == status
        assert self.status(site)[0] == "BELUM_VERIFIKASI"

    def test_the_plain_step_stays_closed_to_a_secret_report(self, site, browse, path):
        opened_by(browse("sari"), f"{path}/rahasia")
        assert browse("sari").post(f"{path}/verifikasi", unit="INSPEKTORAT").status == 422
        assert self.status(site)[0] == "BELUM_VERIFIKASI"

    def test_what_is_stored_holds_in_an_audit(self, site, browse, path):
        browser = browse("sari")
        opened_by(browser, f"{path}/rahasia")
        self.hand_over(browser, path)
        found = site.centre.read(lambda connection: list(audit(Audit(connection, site.centre.keys))))
        assert found == []
