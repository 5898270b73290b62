"""CEK LAPORAN: ask the centre how a case stands, for a resident who waits (protocol, section 5, "Status elsewhere").

The QUERY is signed, sealed to the intake key and never stored, here or at the centre. It has a connection of its own,
so a question neither waits for a sync nor holds one up.
"""

import logging
import secrets

from msgspec.structs import replace

from kiosk_agent.errors import KioskError, NoLinkError, NotReadyError, StrangeReplyError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.settings import Settings
from kiosk_agent.store import Store
from kiosk_agent.sync.http_transport import HttpTransport
from sync_protocol.bodies import Answer, Query, decode_body
from sync_protocol.bundle import read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, Entry, verify_entry, write_entry
from sync_protocol.errors import ProtocolError
from sync_protocol.keys import sign_key
from sync_protocol.kinds import Kind
from sync_protocol.packing import unpack
from sync_protocol.seal import key_tag, open_body

log = logging.getLogger(__name__)

PATH = "/v1/status"
CONNECT_S, STALL_S, WHOLE_S = 8.0, 12.0, 12.0
"""A person stands and waits: at most 20 s in all, where an exchange may take minutes."""


def ask(kiosk: Kiosk, number: str, pin: str) -> Answer:
    """Ask the centre, and give its answer once that is proven to be the centre's.

    Raises:
        LinkError: nobody could be asked, or nothing that answered is the centre.
        KioskError: this kiosk cannot ask: it is not enrolled, or its disk is at fault.
    """
    keys = kiosk.centre.keys
    if keys is None:
        raise NotReadyError("Kios ini belum bisa bertanya: kunci pusat belum diterima.")
    nonce = secrets.token_hex(16)
    query = Query(number=number, pin=pin, nonce=nonce)
    transport = HttpTransport(kiosk.server, _quick(kiosk.settings), PATH)
    try:
        reply = transport.send(write_bundle([_sealed(kiosk, query, bytes.fromhex(keys.intake))]))
        answer = read_answer(kiosk.store, reply, nonce)
    except (KioskError, ProtocolError) as error:
        log.info("the centre could not be asked: %s", error.code)
        if isinstance(error, ProtocolError):
            raise StrangeReplyError("Yang menjawab bukan pusat.") from None
        raise
    finally:
        transport.close()
    return answer


def read_answer(store: Store, reply: bytes, nonce: str) -> Answer:
    """The ANSWER with this nonce, signed by the centre's newest key and sealed to this kiosk.

    Raises:
        StrangeReplyError: there is none.
        ProtocolError: the reply is no bundle, or what the centre signed cannot be read.
    """
    pinned = store.pinned
    if pinned is None:
        raise NoLinkError("Pusat kios ini belum dikenal.")
    for entry in read_bundle(reply)[0]:
        if entry.kind == Kind.ANSWER and entry.log == pinned.log_id:
            verify_entry(entry, sign_key(bytes.fromhex(pinned.keys[-1].sign)))
            body = decode_body(Kind.ANSWER, unpack(_opened(store, entry)))
            if isinstance(body, Answer) and body.nonce == nonce:
                return body
    raise StrangeReplyError("Pusat tidak menjawab pertanyaan ini.")


def _sealed(kiosk: Kiosk, query: Query, intake: bytes) -> bytes:
    device = kiosk.store.device
    return write_entry(
        kind=Kind.QUERY,
        time_ms=kiosk.clock.now_ms(),
        seq=0,
        log=device.log,
        prev=NO_PREV,
        body=query.encode(),
        signer=device.sign,
        recipient=intake,
        seal=kiosk.store.seal,
    ).raw


def _opened(store: Store, entry: Entry) -> bytes:
    device = store.device
    return open_body(entry.to, entry.header, entry.body, {key_tag(device.seal_public): device.seal})


def _quick(settings: Settings) -> Settings:
    return replace(
        settings,
        connect_timeout_s=min(CONNECT_S, settings.connect_timeout_s),
        stall_timeout_s=min(STALL_S, settings.stall_timeout_s),
        exchange_timeout_s=min(WHOLE_S, settings.exchange_timeout_s),
    )
