"""Roles by routes by cases: what one may not see is not there."""

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from server.domain.roles import Permission
from server.web.access import OPT, Access

ALL = {
    "new",
    "anonymous",
    "unnamed",
    "secret",
    "about-dinkes",
    "at-dinkes",
    "anonymous-at-dinkes",
    "about-dinkes-at-dpupr",
}
SEES = {
    "admin1": ALL,
    "petugas1": ALL,
    "auditor1": ALL,
    "petugas-dinkes": ALL - {"about-dinkes", "about-dinkes-at-dpupr"},
    "dinkes": {"at-dinkes", "anonymous-at-dinkes"},
    "dpupr": {"about-dinkes-at-dpupr"},
}
READING = {Permission.SEE_CASES, Permission.READ_REASONS, Permission.SEE_DEVICES}
PAGES = {
    "/": set(SEES),
    "/sandi": set(SEES),
    "/pengaduan": set(SEES),
    "/kios": {"admin1", "petugas1", "petugas-dinkes", "auditor1"},
}


def handlers(site) -> list[tuple[str, HTTPRouteHandler]]:
    return [
        (route.path, handler)
        for route in site.app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if "OPTIONS" not in handler.http_methods
    ]


def test_every_route_says_who_may_use_it(site):
    programs = {"/health", "/_control/{name:str}", "/static/{file_path:path}"}
    for path, handler in handlers(site):
        if path not in programs:
            assert isinstance(handler.opt.get(OPT), Access), path


def test_without_a_session_only_the_login_page_opens(site, browse):
    for path, handler in handlers(site):
        access = handler.opt.get(OPT)
        if isinstance(access, Access) and not access.anonymous:
            filled = path.replace("{key:str}", site.number("new")).replace("{log:str}", "00" * 16)
            for method in handler.http_methods:
                page = browse().get(filled) if method == "GET" else browse().post(filled)
                assert (page.status, page.location.partition("?")[0]) == (303, "/masuk"), (method, filled)


def test_what_changes_something_needs_a_permission(site):
    own = {"/masuk", "/keluar", "/sandi"}
    for path, handler in handlers(site):
        if "POST" in handler.http_methods and path not in own and not path.startswith("/_control"):
            assert handler.opt[OPT].permission in set(Permission) - READING, path


@pytest.mark.parametrize("name", SEES)
@pytest.mark.parametrize("path", PAGES)
def test_pages_by_role(browse, name, path):
    assert browse(name).get(path).status == (200 if name in PAGES[path] else 403)


@pytest.mark.parametrize("name", SEES)
def test_cases_by_role(site, browse, name):
    browser = browse(name)
    for case in ALL:
        expected = 200 if case in SEES[name] else 404
        assert browser.get(f"/pengaduan/{site.number(case)}").status == expected, case
        assert browser.get(f"/pengaduan/{site.cases[case].hex()}").status == expected, case


@pytest.mark.parametrize("name", SEES)
def test_lists_searches_and_counts_by_role(site, browse, name):
    browser = browse(name)
    seen = {site.number(case) for case in SEES[name]}
    page = browser.get("/pengaduan?status=semua")
    assert set(page.numbers()) == seen
    assert f"dari {len(seen)}" in page.words()
    assert set(browser.get("/").numbers()) <= seen
    for case in ALL:
        found = browser.get(f"/pengaduan?nomor={site.number(case)}").numbers()
        assert found == ([site.number(case)] if case in SEES[name] else []), case


@pytest.mark.parametrize("name", SEES)
def test_what_is_not_there_looks_like_what_was_never_there(site, browse, name):
    browser = browse(name)
    never = browser.get("/pengaduan/000G4-0R40Y")
    assert never.status == 404
    for case in ALL - SEES[name]:
        hidden = browser.get(f"/pengaduan/{site.number(case)}")
        assert (hidden.status, hidden.text) == (never.status, never.text)


@pytest.mark.parametrize("name", SEES)
@pytest.mark.parametrize(
    ("act", "doers"),
    [("verifikasi", {"admin1", "petugas1", "petugas-dinkes"}), ("identitas", {"petugas1", "petugas-dinkes"})],
)
def test_acts_by_role(site, browse, name, act, doers):
    browser = browse(name)
    may = name in doers
    for case in ALL:
        page = browser.post(f"/pengaduan/{site.number(case)}/{act}", unit="TIDAK-ADA", alasan="pendek")
        expected = 403 if not may else 422 if case in SEES[name] else 404
        assert page.status == expected, case


@pytest.mark.parametrize("name", SEES)
@pytest.mark.parametrize("act", ["konfirmasi", "cabut"])
def test_kiosks_are_let_in_and_revoked_by_admins_alone(site, browse, name, act):
    page = browse(name).post(f"/kios/{'00' * 16}/{act}", unit="DINKES", yakin="ya")
    assert page.status == (404 if name == "admin1" else 403)


def test_what_is_refused_says_which_of_two_reasons_it_has(site, browse):
    role = browse("dinkes").get("/kios")
    assert "bukan untuk peran Anda (Pejabat penghubung)" in role.words()
    assert "terlalu lama terbuka" not in role.words()
    stale = browse("petugas1").post(f"/pengaduan/{site.number('new')}/verifikasi", csrf="lain", unit="DLHK")
    assert stale.status == 403
    assert "Halaman ini sudah terlalu lama terbuka." in stale.words()
    assert "peran" not in stale.words()


@pytest.mark.parametrize("path", ["/tidak-ada", "/pengaduan/000G4-0R40Y", "/kios"])
def test_who_is_signed_in_keeps_the_menu_on_a_page_that_says_no(browse, path):
    page = browse("dinkes").get(path)
    assert page.status in {403, 404}
    assert ('<nav class="side"' in page.text, 'action="/keluar"' in page.text) == (True, True)
    assert '<nav class="side"' not in browse().get("/tidak-ada").text


def test_a_session_that_has_ended_leaves_no_menu(site, browse):
    browser = browse("dinkes")
    site.sql("delete from session")
    page = browser.get("/tidak-ada")
    assert (page.status, '<nav class="side"' in page.text) == (404, False)


def test_addresses_that_are_no_case_are_not_there(browse):
    browser = browse("admin1")
    for key in ("x", "7KQM9-XD4TA", "0" * 64, "g" * 64, "%00", "..", "7KQM9XD4TF" * 10):
        assert browser.get(f"/pengaduan/{key}").status == 404, key
