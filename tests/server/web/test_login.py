"""Signing in: who gets in, under which token, for how long."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from server.errors import BusyError
from server.store import duty, sessions, users
from server.store.passwords import UserKey, open_user_key
from server.web.login import safe_path
from server.web.password_queue import AT_A_TIME, MAX_WAITING, PasswordQueue
from sync_protocol.seal import hpke_open, hpke_seal
from tests.server.web.browser import PASSWORD, Browser

MINUTE = 60_000


@pytest.fixture(autouse=True)
def unlocked(site):
    yield
    site.sql("update user set failures = 0, locked_until = 0, disabled = 0")


def test_a_good_password_leads_to_the_front_page_and_a_bad_one_nowhere(browse):
    browser = browse()
    assert browser.get("/").location == "/masuk"
    assert browser.sign_in("admin1", "salah sekali ini").status == 403
    assert browser.get("/").location == "/masuk"
    assert browser.sign_in("admin1").location == "/"
    assert browser.get("/").status == 200


def test_unknown_wrong_locked_and_disabled_get_the_same_answer(site, browse):
    wrong = browse().sign_in("admin1", "salah sekali ini").words()
    site.sql("update user set locked_until = :at where name = 'dpupr'", at=site.clock.now + MINUTE)
    site.sql("update user set disabled = 1 where name = 'auditor1'")
    for name, password in (("tidak-ada", PASSWORD), ("dpupr", PASSWORD), ("auditor1", PASSWORD)):
        page = browse().sign_in(name, password)
        assert page.status == 403
        assert page.words() == wrong


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(site, browse):
    for _ in range(users.LOCK_AFTER):
        assert browse().sign_in("dpupr", "salah sekali ini").status == 403
    locked = browse().sign_in("dpupr")
    assert locked.status == 403
    assert "atau akun ini terkunci" in locked.words()
    assert "sesudah itu coba lagi" in locked.words()
    site.clock.pass_(users.LOCK_MS - 1)
    assert browse().sign_in("dpupr").status == 403
    site.clock.pass_(1)
    assert browse().sign_in("dpupr").status == 303
    assert [row["actor"] for row in site.sql("select actor from event where type = 'login-locked'")] == ["dpupr"]


def test_a_good_password_forgets_the_wrong_ones_before_it(site, browse):
    for _ in range(users.LOCK_AFTER - 1):
        browse().sign_in("dpupr", "salah sekali ini")
    assert browse().sign_in("dpupr").status == 303
    assert site.sql("select failures from user where name = 'dpupr'")[0]["failures"] == 0


def test_a_token_that_somebody_planted_is_not_taken_over(browse):
    victim = browse()
    victim.cookies["kasih"] = "pilihan-penyerang"
    assert victim.sign_in("admin1").status == 303
    assert victim.cookies["kasih"] != "pilihan-penyerang"
    attacker = browse()
    attacker.cookies["kasih"] = "pilihan-penyerang"
    assert attacker.get("/").location == "/masuk"


def test_signing_in_again_ends_the_session_that_the_browser_had(browse):
    browser, other = browse("admin1"), browse()
    old = browser.cookies["kasih"]
    browser.sign_in("petugas1")
    other.cookies["kasih"] = old
    assert other.get("/").location == "/masuk"


def test_only_a_hash_of_the_token_is_kept(site, browse):
    token = browse("admin1").cookies["kasih"]
    rows = site.sql("select token_hash from session")
    assert sha256(token.encode()).digest() in [row["token_hash"] for row in rows]
    assert token.encode() not in (site.centre.data / "centre.sqlite3").read_bytes()
    wal = site.centre.data / "centre.sqlite3-wal"
    assert token.encode() not in (wal.read_bytes() if wal.exists() else b"")


def test_a_session_ends_after_half_an_hour_without_use(site, browse):
    used, idle = browse("admin1"), browse("petugas1")
    for _ in range(4):
        site.clock.pass_(10 * MINUTE)
        assert used.get("/").status == 200
    assert idle.get("/").location == "/masuk"


def test_a_session_ends_after_a_working_day_however_much_it_is_used(site, browse):
    browser = browse("admin1")
    for _ in range(sessions.ABSOLUTE_MS // (20 * MINUTE)):
        site.clock.pass_(20 * MINUTE)
        assert browser.get("/sandi").status == 200
    site.clock.pass_(MINUTE)
    assert browser.get("/").location == "/masuk"


def test_signing_out_ends_the_session_at_the_centre_too(browse):
    browser = browse("admin1")
    token = browser.cookies["kasih"]
    assert browser.post("/keluar").location == "/masuk"
    assert "kasih" not in browser.cookies
    browser.cookies["kasih"] = token
    assert browser.get("/").location == "/masuk"


def test_a_disabled_user_is_out_at_once(site, browse):
    browser = browse("auditor1")
    site.sql("update user set disabled = 1 where name = 'auditor1'")
    assert browser.get("/").location == "/masuk"


@pytest.mark.parametrize(("proto", "name", "secure"), [("http", "kasih", False), ("https", "__Host-kasih", True)])
def test_the_cookie_is_as_strict_as_the_connection_allows(site, proto, name, secure):
    line = Browser(site.port, proto=proto).sign_in("admin1").headers["set-cookie"]
    parts = {part.strip().lower() for part in line.split(";")[1:]}
    assert line.startswith(f"{name}=")
    assert {"httponly", "path=/", "samesite=strict"} <= parts
    assert ("secure" in parts) is secure
    assert not any(part.startswith(("domain", "max-age", "expires")) for part in parts)


def test_after_signing_in_one_is_where_one_wanted_to_go(browse):
    browser = browse()
    asked = browser.get("/pengaduan?status=lewat&hal=2")
    assert asked.location == "/masuk?lanjut=%2Fpengaduan%3Fstatus%3Dlewat%26hal%3D2"
    onward = "/pengaduan?status=lewat&hal=2"
    assert browser.post("/masuk", nama="admin1", sandi=PASSWORD, lanjut=onward).location == onward


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/%2F/evil", "javascript:1", "", "/a\nb", "/ a"],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browse, path):
    assert safe_path(path) == "/"
    assert browse().post("/masuk", nama="admin1", sandi=PASSWORD, lanjut=path).location == "/"


def test_whoever_tries_many_passwords_is_refused_at_once_and_keeps_no_page_waiting(browse):
    with ThreadPoolExecutor(60) as many:
        tries = [many.submit(browse().post, "/masuk", nama="tidak-ada", sandi="salah") for _ in range(60)]
        assert browse().get("/health").status == 200
        pages = [attempt.result() for attempt in tries]
    turned_away = [page for page in pages if page.status == 503]
    assert len(turned_away) > 20
    assert "Coba lagi sebentar." in turned_away[0].text
    assert {page.status for page in pages} == {403, 503}


def test_strangers_who_wait_take_no_place_from_who_is_signed_in():
    queue, go_on = PasswordQueue(), threading.Event()

    async def check() -> list[str]:
        waiting = [
            asyncio.ensure_future(queue.run(go_on.wait, is_signed_in=False)) for _ in range(AT_A_TIME + MAX_WAITING)
        ]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await queue.run(str, is_signed_in=False)
        known = [asyncio.ensure_future(queue.run(str, is_signed_in=True)) for _ in range(MAX_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await queue.run(str, is_signed_in=True)
        go_on.set()
        await asyncio.gather(*waiting)
        return await asyncio.gather(*known)

    with ThreadPoolExecutor(1) as own:  # A browser that another test has left open runs a loop in this thread.
        assert own.submit(asyncio.run, check()).result() == [""] * MAX_WAITING


@pytest.mark.parametrize("path", [f"/{'a' * 5_000}!", f"/{'a/' * 2_500}!", f"/{'a' * 5_000}"])
def test_a_long_address_to_go_on_to_is_refused_at_once(path):
    begun = time.process_time()
    assert safe_path(path) == "/"
    assert time.process_time() - begun < 1


class TestChangingThePassword:
    """A one-time password opens one page; the key pair survives a change."""

    @pytest.fixture
    def newcomer(self, site):
        name = f"baru{site.sql('select count(*) as n from user')[0]['n']}"
        user = users.new_user(name=name, role="petugas", unit="", password="sekali-pakai-saja")
        site.centre.write(lambda connection: users.insert_user(connection, user, site.clock.now))
        return name

    def test_a_one_time_password_opens_nothing_but_the_change(self, site, browse, newcomer):
        browser = browse()
        assert browser.sign_in(newcomer, "sekali-pakai-saja").status == 303
        for path in ("/", "/pengaduan", "/kios", f"/pengaduan/{site.number('new')}"):
            assert browser.get(path).location == "/sandi"
        assert browser.post(f"/pengaduan/{site.number('new')}/verifikasi", unit="DLHK").location == "/sandi"

    def test_the_new_password_goes_on_under_a_new_token_and_ends_the_other_sessions(self, browse, newcomer):
        browser, other = browse(), browse()
        browser.sign_in(newcomer, "sekali-pakai-saja")
        other.sign_in(newcomer, "sekali-pakai-saja")
        before = browser.cookies["kasih"]
        page = browser.post("/sandi", lama="sekali-pakai-saja", baru=PASSWORD, ulang=PASSWORD)
        assert page.location == "/"
        assert browser.cookies["kasih"] != before
        assert browser.get("/").status == 200
        assert other.get("/").location == "/masuk"
        assert browse().sign_in(newcomer, "sekali-pakai-saja").status == 403
        assert browse().sign_in(newcomer).location == "/"

    @pytest.mark.parametrize(
        ("old", "new", "again", "words"),
        [
            ("salah", PASSWORD, PASSWORD, "Kata sandi lama tidak cocok, atau akun ini terkunci."),
            ("sekali-pakai-saja", PASSWORD, PASSWORD + "x", "sama"),
            ("sekali-pakai-saja", "sekali-pakai-saja", "sekali-pakai-saja", "harus berbeda"),
            ("sekali-pakai-saja", "pendek", "pendek", "12 sampai 128"),
            ("sekali-pakai-saja", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "terlalu mudah"),
            ("sekali-pakai-saja", "x" * 129, "x" * 129, "12 sampai 128"),
        ],
    )
    def test_what_cannot_be_a_new_password_changes_nothing(self, browse, newcomer, old, new, again, words):
        browser = browse()
        browser.sign_in(newcomer, "sekali-pakai-saja")
        page = browser.post("/sandi", lama=old, baru=new, ulang=again)
        assert page.status == 422
        assert words in page.text
        assert browser.get("/").location == "/sandi"

    def test_until_then_there_is_no_menu_that_leads_nowhere(self, browse, newcomer):
        browser = browse()
        browser.sign_in(newcomer, "sekali-pakai-saja")
        page = browser.get("/sandi")
        assert ('href="/pengaduan' in page.text, 'action="/keluar"' in page.text) == (False, True)
        browser.post("/sandi", lama="sekali-pakai-saja", baru=PASSWORD, ulang=PASSWORD)
        assert 'href="/pengaduan' in browser.get("/sandi").text

    def test_what_was_granted_to_the_user_can_still_be_opened(self, site, browse, newcomer):
        browser = browse()
        browser.sign_in(newcomer, "sekali-pakai-saja")
        user, before = site.sql("select id, seal from user where name = :name", name=newcomer)[0]
        granted = hpke_seal(before, duty.GRANT_INFO, b"the duty key")
        site.centre.write(lambda connection: duty.add_grant(connection, user=user, sealed=granted))
        browser.post("/sandi", lama="sekali-pakai-saja", baru=PASSWORD, ulang=PASSWORD)
        row = site.sql("select seal, seal_private from user where name = :name", name=newcomer)[0]
        assert row["seal"] == before
        private = open_user_key(UserKey(row["seal"], row["seal_private"]), PASSWORD)
        assert hpke_open(private, duty.GRANT_INFO, granted) == b"the duty key"

    def test_who_handed_the_first_password_over_has_no_key_to_what_is_granted_later(self, site, browse, newcomer):
        browser = browse()
        browser.sign_in(newcomer, "sekali-pakai-saja")
        before = site.sql("select seal from user where name = :name", name=newcomer)[0]["seal"]
        browser.post("/sandi", lama="sekali-pakai-saja", baru=PASSWORD, ulang=PASSWORD)
        row = site.sql("select seal, seal_private from user where name = :name", name=newcomer)[0]
        assert row["seal"] != before
        opened = open_user_key(UserKey(row["seal"], row["seal_private"]), PASSWORD)
        assert opened.public_key().public_bytes_raw() == row["seal"]
