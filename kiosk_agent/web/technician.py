"""One page for who maintains the kiosk: green, amber and red lines, each with what to do. No personal data."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from kiosk_agent.modem_words import last_step_in_words
from kiosk_agent.moments import day_and_time
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.pages import Pages
from kiosk_agent.web.spans import span
from kiosk_agent.web.texts import Texts
from sync_protocol.states import Enrolment

Level = Literal["gawat", "perhatikan", "baik"]
LEVELS: Final[tuple[Level, ...]] = ("gawat", "perhatikan", "baik")
DAY_S: Final = 86_400
_STICK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to look at."""

    level: Level
    name: str
    says: str
    advice: str = ""


@get("/teknisi", sync_to_thread=True)
def show_state(pages: NamedDependency[Pages]) -> Template:
    """The kiosk at a glance, the worst first."""
    facts = pages.facts()
    lines = lines_of(facts, pages.kiosk.clock.now_ms())
    return pages.page("technician.html", facts, lines=sorted(lines, key=lambda line: LEVELS.index(line.level)))


def lines_of(facts: Facts, now_ms: int) -> list[Line]:
    """Every line, in the order of the page when all is well."""
    if facts.fault:
        return [Line("gawat", facts.texts("teknisi.rusak"), facts.fault, facts.texts("teknisi.rusak_saran"))]
    return [
        _enrolment(facts),
        _queue(facts),
        _contact(facts, now_ms),
        _clock(facts, now_ms),
        _disk(facts),
        _rotted(facts),
        _modem(facts),
        *([_quarantine(facts)] if facts.status.modem or facts.status.quarantine else []),
    ]


def _enrolment(facts: Facts) -> Line:
    texts, status = facts.texts, facts.status
    state = "applied" if status.applied else status.state
    levels: dict[str, Level] = {"active": "baik", "pending": "perhatikan", "applied": "perhatikan"}
    level = levels.get(state, "gawat")
    advice = "" if level == "baik" else texts(f"teknisi.daftar_{state}_saran")
    if advice and state != Enrolment.NEW:
        advice += " " + texts("teknisi.tetap_disimpan" if status.ready else "teknisi.belum_bisa")
    return Line(level, texts("teknisi.daftar"), texts(f"teknisi.daftar_{state}"), advice)


def _queue(facts: Facts) -> Line:
    texts, status = facts.texts, facts.status
    if not status.queue:
        return Line("baik", texts("teknisi.antrean"), texts("teknisi.antrean_kosong"))
    says = texts("teknisi.antrean_isi", n=status.queue, umur=span(status.oldest_s, texts))
    level = _by_age(status.oldest_s)
    return Line(level, texts("teknisi.antrean"), says, "" if level == "baik" else texts("teknisi.antrean_saran"))


def _contact(facts: Facts, now_ms: int) -> Line:
    texts, status = facts.texts, facts.status
    name = texts("teknisi.kontak")
    failed = texts("teknisi.kontak_galat", galat=status.last_error) if status.last_error else ""
    if status.last_contact_at is None and status.heard_at is not None:
        says = texts("teknisi.kontak_stik", waktu=day_and_time(status.heard_at))
        is_long_ago = now_ms - status.heard_at > _STICK_DAYS * DAY_S * 1000
        advice = texts("teknisi.kontak_stik_saran") if is_long_ago else ""
        return Line("perhatikan" if is_long_ago else "baik", name, f"{says} {failed}".strip(), advice)
    if status.last_contact_at is None:
        return Line("gawat", name, f"{texts('teknisi.kontak_belum')} {failed}", texts("teknisi.kontak_saran"))
    ago_s = max(0, now_ms - status.last_contact_at) / 1000
    says = texts("teknisi.kontak_isi", waktu=day_and_time(status.last_contact_at), umur=span(ago_s, texts))
    level = _by_age(ago_s)
    if level == "baik" and failed:
        level = "perhatikan"
    return Line(level, name, f"{says} {failed}".strip(), "" if level == "baik" else texts("teknisi.kontak_saran"))


def _by_age(seconds: float) -> Level:
    if seconds < 6 * 3_600:
        return "baik"
    return "perhatikan" if seconds < 3 * DAY_S else "gawat"


def _clock(facts: Facts, now_ms: int) -> Line:
    texts, offset_ms = facts.texts, facts.status.clock_offset_ms
    name, now = texts("teknisi.jam"), day_and_time(now_ms)
    if offset_ms is None:
        return Line("perhatikan", name, texts("teknisi.jam_belum", jam=now), texts("teknisi.jam_belum_saran"))
    seconds = abs(offset_ms) / 1000
    apart = texts("teknisi.detik", n=round(seconds)) if seconds < 120 else span(seconds, texts)
    says = texts("teknisi.jam_isi", jam=now, d=apart)
    if abs(offset_ms) <= 60_000:
        return Line("baik", name, says)
    level: Level = "perhatikan" if abs(offset_ms) <= DAY_S * 1000 else "gawat"
    return Line(level, name, says, f"{texts('D04', jam=now)} {texts('teknisi.jam_saran')}")


def _disk(facts: Facts) -> Line:
    texts, free_mb = facts.texts, facts.status.disk_free_mb
    says = texts("teknisi.ruang_isi", mb=f"{free_mb:,}".replace(",", "."))
    if free_mb >= 1_000:
        return Line("baik", texts("teknisi.ruang"), says)
    level: Level = "perhatikan" if free_mb >= 200 else "gawat"
    return Line(level, texts("teknisi.ruang"), says, texts("teknisi.ruang_saran"))


def _rotted(facts: Facts) -> Line:
    texts, rotted = facts.texts, facts.status.rotted
    if not rotted:
        return Line("baik", texts("teknisi.rusak"), texts("teknisi.rusak_kosong"))
    return Line("gawat", texts("teknisi.rusak"), texts("teknisi.rusak_isi", n=rotted), texts("teknisi.rusak_saran"))


def _modem(facts: Facts) -> Line:
    texts, status = facts.texts, facts.status
    name = texts("teknisi.modem")
    if not status.modem:
        return Line("baik", name, texts("teknisi.modem_tidak"))
    troubles = [modem.trouble for modem in status.modems if modem.trouble]
    level: Level = "baik" if not troubles else "perhatikan" if {*troubles} == {"not-registered"} else "gawat"
    slots = [
        texts("teknisi.modem_isi", n=one.slots_used, m=one.slots_total) for one in status.modems if one.slots_total
    ]
    says = " ".join([f"{status.modem}.", *slots])
    unknown = sum(modem.unknown_sends for modem in status.modems)
    if unknown:
        says += " " + texts("teknisi.modem_tanpa_jawaban", n=unknown)
    if status.sms_waiting:
        says += " " + texts("teknisi.modem_menunggu", n=status.sms_waiting)
    for step in filter(None, map(last_step_in_words, status.modems)):
        says += " " + texts("teknisi.modem_langkah", langkah=step)
    return Line(level, name, says, _modem_advice(troubles[0], texts) if troubles else "")


def _modem_advice(trouble: str, texts: Texts) -> str:
    if trouble.startswith("sim-"):
        return texts("teknisi.modem_sim_saran")
    if trouble == "no-credit":
        return texts("teknisi.modem_pulsa_saran")
    if trouble == "refused":
        return texts("teknisi.modem_ditolak_saran")
    if trouble in {"not-registered", "denied", "no-smsc"}:
        return texts("teknisi.modem_jaringan_saran")
    return texts("teknisi.modem_saran")


def _quarantine(facts: Facts) -> Line:
    texts, count = facts.texts, facts.status.quarantine
    name = texts("teknisi.disisihkan")
    if not count:
        return Line("baik", name, texts("teknisi.disisihkan_kosong"))
    # Operators write every week, so this alone is nothing to worry about.
    says = f"{texts('teknisi.disisihkan_isi', n=count)} {texts('teknisi.disisihkan_saran')}"
    return Line("baik", name, says)


HANDLERS: list[Any] = [show_state]
