"""What the other pages say, and what holds for all of them."""

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from kiosk_agent.control import Control
from kiosk_agent.kiosk import Kiosk, Status
from kiosk_agent.moments import day_and_time
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.spans import span
from kiosk_agent.web.technician import lines_of
from kiosk_agent.web.texts import Texts, placeholders, shipped
from sync_protocol.bodies import Master
from sync_protocol.kinds import Kind
from sync_protocol.states import Enrolment
from tests.kiosk_agent.conftest import START_MS, Ticker
from tests.kiosk_agent.server_peer import Peer
from tests.kiosk_agent.web.browser import Browser, Page

WEB = Path(__file__).parents[3] / "kiosk_agent" / "web"


# -- the front page ----------------------------------------------------------------------------------------------------


def test_the_front_page_says_what_a_resident_has_to_know(browser: Browser) -> None:
    text = browser.get("/").text
    for word in ("Gratis", "Tidak perlu KTP", "dirahasiakan", "119", "110", "113", "MULAI LAPOR"):
        assert word in text


def test_the_front_page_says_honestly_what_has_not_left_the_kiosk(
    browser: Browser, control: Control, clock: Ticker
) -> None:
    assert "Tersambung ke pusat" in browser.get("/").text
    browser.answer_all()
    browser.send_report()
    clock.pass_(7_200)
    text = browser.get("/").text
    assert "Tidak ada jaringan" in text
    assert "1 laporan tersimpan di kios ini, belum terkirim" in text
    control.sync()
    assert "Semua laporan sudah sampai di pusat" in browser.get("/").text


def test_a_kiosk_that_cannot_file_yet_says_so_and_opens_no_session(
    fresh: Kiosk, serve: Callable[[Control], int]
) -> None:
    browser = Browser(serve(Control(fresh)))
    page = browser.get("/")
    assert "belum siap menerima laporan" in page.text
    assert "Belum terdaftar di pusat" in page.text
    assert "melapor;" not in page.text  # nothing beside it says the opposite
    assert browser.get("/").values("token") == []  # no form at all
    assert "GAWAT" in browser.get("/teknisi").text


def test_a_fault_of_ours_says_what_to_do_and_the_log_quotes_nobody(
    browser: Browser, control: Control, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Status:
        raise ValueError("Kanari")

    monkeypatch.setattr(control.kiosk, "status", fail)
    page = browser.get("/")
    assert page.status == 500
    assert "Ada yang salah di kios ini, bukan pada Anda" in page.text
    assert "Kanari" not in page.text + caplog.text
    assert "ValueError" in caplog.text


# -- the technician's page ---------------------------------------------------------------------------------------------

WELL = Status(
    log="c0ffee",
    applied=False,
    state=Enrolment.ACTIVE,
    ready=True,
    unit="KEL-1",
    unit_name="Kelurahan Satu",
    queue=0,
    oldest_s=0,
    last_contact_at=START_MS,
    last_error="",
    sync="idle",  # type: ignore[arg-type]
    disk_free_mb=20_000,
    clock_offset_ms=0,
    modem="",
    rotted=0,
    filed=1,
    safe=1,
)


@pytest.mark.parametrize(
    ("change", "name", "level"),
    [
        ({}, "", "baik"),
        ({"state": Enrolment.PENDING}, "Pendaftaran", "perhatikan"),
        ({"state": Enrolment.REVOKED}, "Pendaftaran", "gawat"),
        ({"state": Enrolment.NEW}, "Pendaftaran", "gawat"),
        ({"state": Enrolment.NEW, "applied": True}, "Pendaftaran", "perhatikan"),
        ({"queue": 3, "oldest_s": 3_600}, "", "baik"),
        ({"queue": 3, "oldest_s": 86_400}, "Antrean", "perhatikan"),
        ({"queue": 3, "oldest_s": 400_000}, "Antrean", "gawat"),
        ({"last_contact_at": None}, "Kontak terakhir", "gawat"),
        ({"last_error": "tidak ada jaringan"}, "Kontak terakhir", "perhatikan"),
        ({"last_contact_at": START_MS - 400_000_000}, "Kontak terakhir", "gawat"),
        ({"clock_offset_ms": None}, "Jam", "perhatikan"),
        ({"clock_offset_ms": -300_000}, "Jam", "perhatikan"),
        ({"clock_offset_ms": 10**12}, "Jam", "gawat"),
        ({"disk_free_mb": 900}, "Ruang kosong", "perhatikan"),
        ({"disk_free_mb": 90}, "Ruang kosong", "gawat"),
        ({"rotted": 1}, "Catatan rusak", "gawat"),
    ],
)
def test_each_line_of_the_technicians_page_has_its_colour_and_says_what_to_do(
    kiosk: Kiosk, change: dict[str, object], name: str, level: str
) -> None:
    facts = Facts(Texts({}), kiosk.master(), msgspec.structs.replace(WELL, **change), is_linked=True)
    lines = lines_of(facts, START_MS)
    faulty = [line for line in lines if line.level != "baik"]
    assert [(line.name, line.level) for line in faulty] == ([(name, level)] if name else [])
    assert all(line.advice for line in faulty)


@pytest.mark.parametrize(
    ("ready", "says"),
    [(True, "Laporan tetap disimpan, tetapi ditahan di pusat."), (False, "kios belum bisa menerima laporan.")],
)
def test_a_kiosk_that_waits_for_an_admin_promises_no_more_than_it_can(kiosk: Kiosk, ready: bool, says: str) -> None:
    status = msgspec.structs.replace(WELL, state=Enrolment.PENDING, ready=ready)
    line = lines_of(Facts(Texts({}), kiosk.master(), status, is_linked=True), START_MS)[0]
    assert line.says == "Terdaftar, menunggu konfirmasi pusat."
    assert line.advice == f"Minta admin pusat mengonfirmasi kios ini. {says if ready else 'Sebelum itu ' + says}"


# -- texts -------------------------------------------------------------------------------------------------------------


def test_the_centre_replaces_a_text_by_its_id(browser: Browser, control: Control, peer: Peer) -> None:
    rows = [{"id": "K03", "bahasa_indonesia": "LAPOR SEKARANG"}, {"id": "K06", "bahasa_indonesia": "Langkah {x}"}]
    peer.say(Kind.MASTER, Master(table="teks", rows=rows))
    control.sync()
    assert "LAPOR SEKARANG" in browser.get("/").text
    assert "Langkah 1 dari 7" in browser.start().text  # a wording that cannot be filled in is left aside


@pytest.mark.parametrize("wording", ["{a} {", "{a.b}", "{}", "{0}", "{a} dari {c}"])
def test_a_wording_that_would_break_a_page_is_not_used(wording: str) -> None:
    assert Texts({"K06": wording})("K06", a=1, b=7) == "Langkah 1 dari 7"


def test_every_text_is_used_and_every_text_that_is_used_exists() -> None:
    files = [*WEB.rglob("*.py"), *WEB.rglob("*.html")]
    sources = "\n".join(file.read_text() for file in files)
    wanted = set(re.findall(r"""(?:\bt|texts?)\(\s*["']([\w.]+)["'][,)]""", sources))
    assert wanted <= shipped().keys()
    prefixes = tuple(re.findall(r"""f?"([a-z]+\.(?:\w+_)?)(?:\{|" ~)""", sources))
    quoted = set(re.findall(r'"([A-Za-z]\w*(?:\.[\w]+)?)"', sources))
    city = {id_ for id_ in shipped() if re.fullmatch(r"[KD]\d\d", id_)}
    unused = {id_ for id_ in shipped() if id_ not in wanted | quoted and not id_.startswith(prefixes)} - city
    assert unused == set()


def test_no_template_holds_a_sentence_of_its_own() -> None:
    for file in WEB.rglob("*.html"):
        html = re.sub(r"(\{% block (?:kind|wipe_reason) %\}).*?(\{% endblock %\})", "", file.read_text())
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", html, flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]{2,}", bare), file.name


def test_every_id_in_the_list_is_there_once() -> None:
    ids = [line.split(",")[0] for line in (WEB / "texts" / "teks.csv").read_text().splitlines()]
    assert len(ids) == len(set(ids))
    assert all("?" not in placeholders(text) for text in shipped().values())


def test_times_and_spans_read_as_people_say_them() -> None:
    texts = Texts({})
    assert day_and_time(0) == "1 Januari 1970 pukul 08.00 WITA"
    assert [span(s, texts) for s in (5, 61, 7_300, 200_000)] == [
        "kurang dari semenit",
        "1 menit",
        "2 jam",
        "2 hari",
    ]


# -- all pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def all_pages(browser: Browser) -> list[Page]:
    pages = [browser.get("/"), browser.start(), browser.get("/lapor/topik?bagian=lain")]
    pages += [browser.answer_all()]
    pages += [browser.get(f"/lapor/{step}") for step in ("isi", "tempat", "identitas", "nama", "petugas")]
    asking = Browser(browser.port)
    asking.get("/")
    pages += [asking.post("/cek/mulai"), asking.post("/cek", number="1", pin="")]
    pages += [asking.post("/cek", number="000G4-0R40Y", pin="123456")]
    browser.get("/lapor/periksa")
    return [*pages, browser.send_report(), browser.get("/teknisi"), browser.get("/tidak-ada")]


def test_no_page_leads_out_of_the_kiosk_or_runs_what_stands_in_it(all_pages: list[Page]) -> None:
    for page in all_pages:
        links = re.findall(r'(?:href|src|action|content)="([^"]*)"', page.html)
        assert links
        assert not [
            link for link in links if "//" in link or link.lower().startswith(("data:", "javascript:", "mailto:"))
        ]
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.html), page.path


def test_every_file_that_a_page_asks_for_is_there(all_pages: list[Page], browser: Browser) -> None:
    wanted = {link for page in all_pages for link in re.findall(r'(?:href|src)="(/static/[^"]*)"', page.html)}
    wanted |= {f"/static/icons/{name}.svg" for name in ("baik", "gawat", "perhatikan", "putus", "tersambung")}
    assert len(wanted) > 20
    assert [link for link in wanted if browser.send("GET", link).status != 200] == []


def test_the_way_back_stands_after_the_way_on_so_that_enter_goes_on(all_pages: list[Page]) -> None:
    for page in all_pages:
        buttons = re.findall(r'name="arah" value="(\w+)"', page.html)
        assert buttons in ([], ["kembali"], ["maju", "kembali"]), page.path


def test_every_text_stands_out_from_its_ground_seven_to_one() -> None:
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (WEB / "static" / "tokens.css").read_text()))
    pairs = [("ink", ground) for ground in ("paper", "surface", "primary-soft", "warn-soft", "bad-soft", "line")]
    pairs += [("primary", "paper"), ("primary", "primary-soft"), ("primary", "surface")]
    pairs += [("good", "good-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("good", "paper")]
    colours["white"] = "#ffffff"
    pairs += [("white", "primary"), ("white", "primary-hover"), ("primary", "white"), ("ink", "white")]
    weak = [
        (a, b, round(_contrast(colours[a], colours[b]), 2)) for a, b in pairs if _contrast(colours[a], colours[b]) < 7
    ]
    assert weak == []


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
