"""Only a form of our own page, of this session, changes anything."""

from urllib.parse import urlencode

import pytest

TYPE = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def target(site):
    """An address that would change something, and whether it has."""
    path = f"/pengaduan/{site.number('unnamed')}/verifikasi"
    yield path
    row = site.sql("select status from cases where id = :id", id=site.cases["unnamed"])[0]
    assert row["status"] == "BELUM_VERIFIKASI"


def test_without_its_token_a_form_is_refused(browse, target):
    browser, other = browse("petugas1"), browse("petugas1")
    for csrf in ("", "salah", other.csrf, browser.csrf[:-1], browser.csrf + "x"):
        assert browser.post(target, csrf=csrf, unit="DLHK").status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "https://{host}"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "none"},
        {"origin": "http://{host}.evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(browse, target, headers):
    browser = browse("petugas1")
    host = f"127.0.0.1:{browser.port}"
    sent = {name: value.format(host=host) for name, value in headers.items()}
    assert browser.post(target, sent, unit="DLHK").status == 403


def test_a_post_that_does_not_say_where_it_comes_from_is_refused(browse, target):
    browser = browse("petugas1")
    body = urlencode({"csrf": browser.csrf, "unit": "DLHK"}).encode()
    assert browser.request("POST", target, body, TYPE).status == 403


def test_the_login_form_of_another_site_is_refused_too(browse):
    page = browse().post("/masuk", {"origin": "http://evil.example"}, nama="admin1", sandi="apa saja")
    assert page.status == 403
    assert "set-cookie" not in page.headers


def test_a_browser_that_hides_the_origin_but_vouches_for_it_is_let_in(browse):
    page = browse("petugas1").post("/keluar", {"origin": "null", "sec-fetch-site": "same-origin"})
    assert page.location == "/masuk"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_other_content_types_are_refused(browse, target, kind):
    browser = browse("petugas1")
    body = urlencode({"csrf": browser.csrf, "unit": "DLHK"}).encode()
    assert browser.request("POST", target, body, {"content-type": kind, "origin": browser.origin}).status == 415


@pytest.mark.parametrize(
    "body",
    [
        b"unit=%FF%FE",
        b"\xff\xfe=1",
        b"unit=a%00b",
        b"unit=DLHK&unit=DINKES",
        "&".join(f"a{i}=1" for i in range(60)).encode(),
    ],
    ids=["not UTF-8", "raw bytes", "NUL", "twice", "too many"],
)
def test_what_is_no_form_is_refused(browse, target, body):
    browser = browse("petugas1")
    whole = f"csrf={browser.csrf}&".encode() + body
    assert browser.request("POST", target, whole, TYPE | {"origin": browser.origin}).status == 400


def test_a_form_that_is_too_large_is_refused(browse, target):
    browser = browse("petugas1")
    assert browser.post(target, unit="DLHK", catatan="x" * 70_000).status == 413


def test_a_refusal_reveals_nothing(browse, target):
    browser = browse("petugas1")
    page = browser.post(target, csrf="salah", unit="DLHK")
    for word in ("csrf", "token", "session", "Traceback", "Exception"):
        assert word not in page.words()
