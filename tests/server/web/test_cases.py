"""The list: narrowed, ordered and paged."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from server.store import inbox
from server.web.cases import read_filters, written
from sync_protocol.number import number_of
from tests.server.conftest import sender

EMERGENCIES = "/pengaduan?status=BELUM_VERIFIKASI&amp;tanda=emergency"
DAY = 86_400_000


def listed(browser, **query) -> list[str]:
    return browser.get(f"/pengaduan?{urlencode(query)}").numbers()


def test_each_filter_narrows_the_list(site, browse):
    browser = browse("petugas1")
    number = site.number
    assert listed(browser, status="BELUM_TL", unit="DPUPR") == [number("about-dinkes-at-dpupr")]
    assert listed(browser, status="semua", kanal="sms") == [number("unnamed")]
    assert listed(browser, status="semua", kategori="PGL") == [number("secret")]
    assert listed(browser, status="semua", kelurahan="53.71.99.9999") == []
    assert set(listed(browser, status="semua", unit="KEL-53.71.01.1001")) == {number(case) for case in site.cases}
    assert set(listed(browser, status="semua", kategori="KES")) == {number("at-dinkes"), number("anonymous-at-dinkes")}


def test_a_number_is_found_as_it_is_typed(site, browse):
    browser = browse("petugas1")
    number = site.number("new")
    for typed in (number, number.lower(), number.replace("-", " "), number[:3], number.replace("0", "o")):
        assert number in listed(browser, nomor=typed), typed


@pytest.mark.parametrize(
    ("typed", "expected"), [("7kqm9xd4tf", "7KQM9-XD4TF"), ("7K", "7K"), ("ol", "01"), ("'; drop--", "DR0P"), ("", "")]
)
def test_the_beginning_of_a_number_in_its_written_form(typed, expected):
    assert written(typed) == expected


def test_the_nearest_deadline_or_the_newest_comes_first(site, browse):
    browser = browse("petugas1")
    rows = site.sql("select number, due_at, arrived_at, id from cases")
    by_due = sorted(rows, key=lambda row: (row["due_at"], row["arrived_at"], row["id"]))
    assert listed(browser, status="semua") == [row["number"] for row in by_due]
    by_arrival = sorted(rows, key=lambda row: (row["arrived_at"], row["id"]), reverse=True)
    assert listed(browser, status="semua", urut="baru") == [row["number"] for row in by_arrival]


def test_what_is_overdue_is_counted_and_listed_and_keeps_its_status(site, browse):
    assert listed(browse("petugas1"), status="lewat") == []
    site.clock.pass_(30 * DAY)
    try:
        page = browse("petugas1").get("/pengaduan?status=lewat")
        assert set(page.numbers()) == {site.number(case) for case in site.cases}
        assert "lewat" in page.words()
        assert "Menunggu verifikasi" in page.words()
    finally:
        site.clock.pass_(-30 * DAY)


@pytest.mark.parametrize(
    "query", ["hal=0", "hal=-1", "hal=x", "hal=99999999", "hal=%D9%A3", "status=x", "urut=x", "unit=%00", "x=1"]
)
def test_odd_addresses_are_still_a_list(browse, query):
    assert browse("petugas1").get(f"/pengaduan?{query}").status == 200


def test_a_case_leads_back_to_the_list_that_it_was_opened_from(site, browse):
    browser = browse("petugas1")
    listed = "/pengaduan?status=semua&kategori=AIR&urut=baru"
    opened = browser.get(browser.get(listed).links(site.number("new"))[0])
    assert opened.links("Kembali ke daftar") == [listed]
    assert browser.get(f"/pengaduan/{site.number('new')}").links("Kembali ke daftar") == ["/pengaduan"]


@pytest.mark.parametrize(
    "origin", ["https://lain.example/", "//lain.example", "x=y", "%00", "status=&hal=x", "%26" * 900]
)
def test_whatever_an_address_says_a_case_leads_back_to_a_list_of_ours(site, browse, origin):
    page = browse("petugas1").get(f"/pengaduan/{site.number('new')}?dari={origin}")
    (back,) = page.links("Kembali ke daftar")
    assert re.fullmatch(r"/pengaduan(\?[a-z]+=[A-Za-z_]+(&[a-z]+=[A-Za-z_]+)*)?", back)
    assert "lain.example" not in page.text


def test_filters_survive_being_written_into_an_address_and_read_again():
    filters = read_filters({"status": "semua", "unit": "KEL-1", "nomor": "7kqm9", "urut": "baru"})
    assert (filters.status, filters.unit, filters.number, filters.order) == ("semua", "KEL-1", "7KQM9", "baru")


def test_a_page_that_lies_open_learns_of_new_cases_and_keeps_no_session_alive(site, browse):
    browser = browse("petugas1")
    since = re.findall(r'data-since="(\d+)"', browser.get("/pengaduan").text)[0]
    assert browser.get(f"/pengaduan/baru?sejak={since}").body == b'{"baru":0}'
    site.clock.pass_(5 * 60_000)
    site.peer.complain("Baru saja.")
    site.peer.sync(sender(site.centre))
    assert browser.get(f"/pengaduan/baru?sejak={since}").body == b'{"baru":1}'
    assert browse("dinkes").get(f"/pengaduan/baru?sejak={since}").body == b'{"baru":0}'
    for _ in range(6):
        site.clock.pass_(5 * 60_000)
        browser.get(f"/pengaduan/baru?sejak={since}")
    assert browser.get(f"/pengaduan/baru?sejak={since}").location.startswith("/masuk")


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "%D9%A3"])
def test_odd_moments_count_everything(site, browse, since):
    assert browse("petugas1").get(f"/pengaduan/baru?sejak={since}").status == 200


def test_what_seems_an_emergency_comes_first_until_somebody_has_verified_it(site, browse):
    plain = site.peer.complain("Lampu jalan mati.", category="PJU")
    site.clock.pass_(60_000)
    urgent = site.peer.complain("TOLONG KEBAKARAN", channel="sms", flags=["emergency"])
    site.peer.sync(sender(site.centre))
    number, browser = number_of(urgent.id), browse("petugas1")
    assert listed(browser)[0] == number
    assert browser.get("/").numbers()[0] == number
    for path in ("/", "/pengaduan", "/pengaduan?status=semua&urut=baru"):
        page = browser.get(path)
        assert "1 laporan tampaknya darurat. Buka" in page.words(), path
        assert f'href="{EMERGENCIES}"' in page.text, path
    assert browser.get(unescape(EMERGENCIES)).numbers() == [number]
    assert "tampaknya darurat" not in browse("dinkes").get("/").words()
    browser.post(f"/pengaduan/{number}/verifikasi", unit="DPUPR")
    assert "tampaknya darurat" not in browser.get("/").words()
    order = listed(browser)
    assert order.index(number) > order.index(number_of(plain.id))


class TestManyCases:
    """Pages, after all other tests of this module."""

    def test_pages_hold_every_case_once(self, site, browse):
        for _ in range(inbox.PAGE_SIZE + 13):
            site.peer.complain("Lampu jalan mati.", category="PJU")
        site.peer.sync(sender(site.centre))
        total = len(site.sql("select 1 from cases"))
        browser = browse("petugas1")
        for order in ("tenggat", "baru"):
            first = listed(browser, status="semua", urut=order)
            second = listed(browser, status="semua", urut=order, hal=2)
            assert len(first) == inbox.PAGE_SIZE
            assert len(set(first) | set(second)) == len(first) + len(second) == total
            assert listed(browser, status="semua", urut=order, hal=9) == second


def test_a_status_that_does_not_exist_is_told(browse):
    page = browse("petugas1").get("/pengaduan?status=FOO")
    assert "Saringan tidak dikenal" in page.text
    assert "“FOO”" in page.text
    assert "Saringan tidak dikenal" not in browse("petugas1").get("/pengaduan?status=lewat").text
