"""The page that opens a RAHASIA report: who gets there, what it asks, and that it shows what was opened only once."""

import threading
from collections.abc import Callable, Iterator
from html import escape

import pytest

from server.app import make_app
from server.http_server import HttpServer, listen
from server.store import users
from server.store.centre import open_centre
from sync_protocol.bodies import Secret
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

pytestmark = pytest.mark.xdist_group("web-secret")  # They share one centre.

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
    for name, (role, unit) in OUTSIDERS.items():
        add_officer(centre, key, one, name=name, role=role, unit=unit)
    listener = listen("127.0.0.1", 0)
    app = make_app(centre, "token")
    server = HttpServer(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    site = Site(centre, clock, app, listener.getsockname()[1])
    peer = enrolled(centre, unit=UNIT, clock=clock)
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
    return browser.post(path, **({"alasan": REASON, "sandi": PASSWORD, "text": "ya"} | fields))


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


def test_the_accused_unit_is_named_with_the_text(site, browse):
    assert "Dinas Kesehatan" in opened_by(browse("sari"), address(site)).words()
    assert "Dinas Kesehatan" not in opened_by(browse("sari"), address(site), text="", person="ya").words()


def test_the_history_says_who_opened_what_and_sworn_staff_read_why(site, browse):
    opened_by(browse("sari"), address(site), text="", person="ya")
    path = f"/pengaduan/{site.number('secret')}"
    for name in ("budi", "admin1", "auditor1"):
        page = browse(name).get(path)
        assert "Membuka nama dan nomor HP pelapor laporan RAHASIA oleh sari" in page.words()
        assert (REASON in page.text) == (name == "budi")


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


def test_the_accused_units_own_officer_never_sees_it(site, browse):
    browser, before = browse("orang-dalam"), openings(site)
    page = opened_by(browser, address(site), person="ya")
    never = browser.get("/pengaduan/000G4-0R40Y/rahasia")
    assert (page.status, never.status, page.text) == (404, 404, never.text)
    assert openings(site) == before


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


def test_an_opened_report_cannot_be_handed_on_yet(site, browse):
    opened_by(browse("sari"), address(site))
    page = browse("sari").post(f"/pengaduan/{site.number('secret')}/verifikasi", unit="INSPEKTORAT")
    assert page.status == 422
