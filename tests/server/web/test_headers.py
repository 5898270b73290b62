"""Every response carries our headers, whatever was asked and however it went wrong."""

import pytest
from litestar.routes import HTTPRoute

from server.web.headers import DEVICE_HEADERS, HSTS, PAGE_HEADERS

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def paths(site) -> list[str]:
    """The addresses of the route table, with something in place of each parameter."""
    routes = [route.path for route in site.app.routes]
    filled = [
        path.replace("{key:str}", site.number("new"))
        .replace("{log:str}", "00" * 16)
        .replace("{file_path:path}", "base.css")
        .replace("{name:str}", "fold")
        for path in routes
    ]
    return [*filled, "/tidak-ada", "/static/tidak-ada.css", "/pengaduan/%00", "/pengaduan/%ff", "/" + "a" * 3000]


def missing(page, wanted) -> list[str]:
    return [name.decode() for name, value in wanted if page.headers.get_all(name.decode()) != [value.decode("latin-1")]]


@pytest.mark.parametrize("name", [None, "admin1", "dinkes"])
def test_every_route_and_method_answers_with_the_headers(site, browse, name):
    browser = browse(name)
    wrong = []
    for path in paths(site):
        for method in METHODS:
            page = browser.request(method, path)
            wanted = DEVICE_HEADERS if path.startswith("/v1/") else PAGE_HEADERS
            if missing(page, wanted) or page.status >= 500:
                wrong.append((method, path, page.status, missing(page, wanted)))
    assert wrong == []


def test_the_route_table_has_not_lost_its_pages(site):
    handlers = [route for route in site.app.routes if isinstance(route, HTTPRoute)]
    assert {"/", "/masuk", "/pengaduan", "/kios", "/sandi"} <= {route.path for route in handlers}


def test_devices_get_nothing_that_they_must_pay_for(site, browse):
    page = browse().request("POST", "/v1/sync", b"KASIH1\r\n", {"content-type": "application/octet-stream"})
    names = {name.lower() for name in page.headers}
    assert names <= {"content-type", "content-length", "cache-control", "x-content-type-options", "connection"}
    assert missing(page, DEVICE_HEADERS) == []


def test_under_tls_browsers_are_told_to_stay_there(site, browse):
    assert missing(browse(proto="https").get("/masuk"), [HSTS]) == []
    assert browse().get("/masuk").headers.get("strict-transport-security") is None


def test_no_page_has_inline_scripts_or_styles(site, browse):
    admin = browse("admin1")
    for path in ("/", "/masuk", "/pengaduan", f"/pengaduan/{site.number('new')}", "/kios", "/sandi", "/tidak-ada"):
        text = admin.get(path).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick" not in text
        assert "<script>" not in text
        assert "://" not in text.replace("http://www.w3.org", "")
