"""Who may not: other hosts, other pages, forms without this start's token, and requests that are no forms."""

import pytest

from kiosk_agent.control import Control
from kiosk_agent.web.guard import HEADERS, is_foreign, is_loopback
from tests.kiosk_agent.web.browser import Browser

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}


@pytest.mark.parametrize("host", ["127.0.0.1:8180", "localhost", "LOCALHOST:1", "[::1]:8180"])
def test_loopback_hosts_are_answered(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example", "10.0.0.5:8180", "[::", "evil@127"])
def test_other_hosts_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://evil.example"},
        {"origin": "https://127.0.0.1:8180"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:8180", "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_another_page_is_known_by_what_the_browser_says(headers: dict[str, str]) -> None:
    assert is_foreign({"host": "127.0.0.1:8180", **headers})


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://127.0.0.1:8180"}, {"origin": "null", "sec-fetch-site": "same-origin"}]
)
def test_our_own_pages_and_plain_programs_pass(headers: dict[str, str]) -> None:
    assert not is_foreign({"host": "127.0.0.1:8180", **headers})


def test_a_name_that_points_here_reads_nothing(browser: Browser) -> None:
    page = browser.send("GET", "/", headers={"Host": f"kasih.evil.example:{browser.port}"})
    assert page.status == 403
    assert "MULAI LAPOR" not in page.text


def test_a_page_on_another_local_port_cannot_post(browser: Browser) -> None:
    browser.get("/")
    form = f"token={browser.token}".encode()
    for headers in ({"Origin": "http://127.0.0.1:9999"}, {"Origin": "null"}, {**OURS, "Sec-Fetch-Site": "same-site"}):
        page = browser.send("POST", "/mulai", form, FORM | headers)
        assert page.status == 403
        assert not page.cookies
    assert browser.send("POST", "/mulai", form, FORM | OURS).status == 303


def test_a_form_without_the_token_of_this_start_is_refused(browser: Browser, control: Control) -> None:
    browser.answer_all()
    browser.token = "of-another-start"
    assert browser.post("/lapor/periksa", arah="maju").status == 403
    assert browser.send("POST", "/lapor/periksa", b"", FORM | OURS).status == 403
    assert control.status().filed == 0


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"token": "x"}', "application/json", 415),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
        (b"token=%ff%fe", "application/x-www-form-urlencoded", 400),
        ("token=\u00e9".encode(), "application/x-www-form-urlencoded", 400),
        (b"a&" * 200, "application/x-www-form-urlencoded", 400),
        (b"a=" + b"x" * 200_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_is_refused_with_a_page(browser: Browser, body: bytes, kind: str, status: int) -> None:
    page = browser.send("POST", "/lapor/isi", body, {"Content-Type": kind, **OURS})
    assert page.status == status
    assert "Maaf" in page.text
    assert "KE HALAMAN DEPAN" in page.text


def test_every_answer_carries_the_protecting_headers(browser: Browser) -> None:
    browser.answer_all()
    for method, path in (
        ("GET", "/"),
        ("GET", "/lapor/isi"),
        ("GET", "/teknisi"),
        ("GET", "/tidak-ada"),
        ("GET", "/lapor/tidak-ada"),
        ("GET", "/static/page.css"),
        ("GET", "/static/tidak-ada.css"),
        ("GET", "/static/../../kiosk.sqlite"),
        ("POST", "/mulai"),
        ("PUT", "/mulai"),
        ("POST", "/_control/status"),
    ):
        page = browser.send(method, path)
        for name, value in HEADERS.items():
            assert page.headers.get(name.lower()) == value, (method, path, name)
        assert page.status < 500, (method, path)
        assert "server" not in page.headers or "litestar" not in page.headers["server"]


def test_the_policy_lets_no_other_place_in() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "object-src 'none'" in policy


def test_the_session_cookie_is_out_of_reach(browser: Browser) -> None:
    browser.get("/")
    cookie = browser.post_once("/mulai").cookies[0]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()


def test_the_token_of_the_forms_opens_no_control_route(browser: Browser) -> None:
    browser.get("/")
    page = browser.send("POST", "/_control/status", b"", {"X-Kasih-Token": browser.token})
    assert page.status == 404
