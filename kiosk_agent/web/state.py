"""How the kiosk is, in words for residents: honest about what has not left it yet."""

import logging
from dataclasses import dataclass

from kiosk_agent.errors import DiskError
from kiosk_agent.intake import Filed
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.moments import day_and_time
from kiosk_agent.web.facts import Facts
from sync_protocol.states import Enrolment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What the front page says of the kiosk."""

    can_file: bool
    can_ask: bool
    linked: bool
    sentences: list[str]
    warning: str


def in_words(facts: Facts) -> State:
    """The kiosk's state for the front page."""
    texts, status = facts.texts, facts.status
    if facts.fault:
        warning = texts("K28", nomor=texts("periksa.nomor_sms"))
        return State(can_file=False, can_ask=False, linked=False, sentences=[], warning=warning)
    if not status.ready:
        why = texts("keadaan.pending" if status.applied else f"keadaan.{status.state}")
        return State(can_file=False, can_ask=False, linked=facts.is_linked, sentences=[why], warning="")
    sentences = [texts("keadaan.tersambung" if facts.is_linked else "keadaan.putus")]
    if status.queue:
        sentences.append(texts("keadaan.antre", n=status.queue))
    elif status.filed:
        sentences.append(texts("keadaan.kosong"))
    if not facts.is_linked and status.last_contact_at is not None:
        sentences.append(texts("keadaan.terakhir", waktu=day_and_time(status.last_contact_at)))
    warning = texts("depan.dicabut") if status.state is Enrolment.REVOKED else ""
    return State(can_file=True, can_ask=facts.can_ask, linked=facts.is_linked, sentences=sentences, warning=warning)


def fate_of(kiosk: Kiosk, facts: Facts, filed: Filed) -> str:
    """Where a complaint is that was filed just now: at the centre, on its way, or here."""
    try:
        entry = kiosk.store.own(filed.entry_id)
        if entry is not None and entry.seq <= kiosk.store.received_seq():
            return facts.texts("bukti.sampai")
    except DiskError:
        log.warning("a receipt is shown without a look at the disk")
    return facts.texts("bukti.sedang_dikirim" if facts.is_linked else "bukti.belum_terkirim")
