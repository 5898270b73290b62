"""Which replies to a question a kiosk believes: the centre's own, to this question, for this kiosk."""

import gc
import secrets
import threading
from collections.abc import Iterator
from functools import partial
from types import FrameType, FunctionType, ModuleType, TracebackType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec.structs import replace

from kiosk_agent.errors import LinkError, NoLinkError, NotReadyError, RefusedError, StrangeReplyError
from kiosk_agent.kiosk import Kiosk
from kiosk_agent.sync.ask import PATH, ask
from kiosk_agent.web.asked import begin
from sync_protocol.bodies import Answer, Query
from sync_protocol.bundle import MAGIC, read_bundle, write_bundle
from sync_protocol.entry import NO_PREV, verify_entry, write_entry
from sync_protocol.kinds import Kind
from tests.kiosk_agent.conftest import NOWHERE
from tests.kiosk_agent.server_peer import HttpPeer, Peer, respond

NUMBER, PIN = "000G4-0R40Y", "123456"
SAID = Answer(nonce="0" * 32, found=True, status="PROSES", unit="DINKES", at=1, due=2, answer="Sedang diperbaiki.")


class Desk:
    """Answers questions; a test changes how."""

    def __init__(self, peer: Peer, http: HttpPeer, device_seal: bytes) -> None:
        self.peer = peer
        self.signer: Ed25519PrivateKey = peer.sign
        self.recipient = device_seal
        self.log = peer.server_log
        self.nonce = ""
        """Another one than the question's."""
        self.asked: list[Query] = []
        self.paths: list[str] = []
        self.before: list[bytes] = []
        """Entries that come before the answer."""
        http.handle = self.handle

    def handle(self, request, body: bytes) -> None:
        self.paths.append(request.path)
        respond(request, 200, self.answer(body))

    def answer(self, bundle: bytes) -> bytes:
        (entry,) = read_bundle(bundle)[0]
        verify_entry(entry, self.peer.device_key)
        query = self.peer.open(entry)
        assert isinstance(query, Query)
        self.asked.append(query)
        said = replace(SAID, nonce=self.nonce or query.nonce)
        return write_bundle([*self.before, self.write(said)])

    def write(self, answer: Answer) -> bytes:
        return write_entry(
            kind=Kind.ANSWER,
            time_ms=0,
            seq=0,
            log=self.log,
            prev=NO_PREV,
            body=answer.encode(),
            signer=self.signer,
            recipient=self.recipient,
        ).raw


@pytest.fixture
def desk(kiosk: Kiosk, peer: Peer, http: HttpPeer) -> Desk:
    kiosk.settings = replace(kiosk.settings, server=http.url + "/kasih/")
    return Desk(peer, http, kiosk.store.device.seal_public)


def test_a_question_is_sealed_to_the_centre_and_its_answer_believed(kiosk: Kiosk, desk: Desk) -> None:
    said = ask(kiosk, NUMBER, PIN)
    (query,) = desk.asked
    assert (query.number, query.pin) == (NUMBER, PIN)
    assert said == replace(SAID, nonce=query.nonce)
    assert desk.paths == ["/kasih" + PATH]


def test_each_question_has_a_nonce_of_its_own_and_other_answers_are_passed_over(kiosk: Kiosk, desk: Desk) -> None:
    ask(kiosk, NUMBER, PIN)
    desk.before = [desk.write(replace(SAID, status="SELESAI", nonce=desk.asked[0].nonce))]  # an answer of before
    assert ask(kiosk, NUMBER, PIN).status == "PROSES"
    assert desk.asked[0].nonce != desk.asked[1].nonce


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "f" * 32},
        {"signer": Ed25519PrivateKey.from_private_bytes(bytes(32))},
        {"recipient": X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()},
        {"log": bytes(16)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_the_centres_answer_to_this_question_is_not_believed(
    kiosk: Kiosk, desk: Desk, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(desk, name, value)
    with pytest.raises(StrangeReplyError):
        ask(kiosk, NUMBER, PIN)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>", StrangeReplyError),
        (200, MAGIC, StrangeReplyError),
        (302, b"", RefusedError),
        (403, b"", RefusedError),
        (503, b"", RefusedError),
    ],
)
def test_who_does_not_answer_is_a_link_that_brought_nothing(
    kiosk: Kiosk, http: HttpPeer, status: int, body: bytes, error: type[LinkError]
) -> None:
    kiosk.settings = replace(kiosk.settings, server=http.url)
    http.handle = lambda request, _: respond(request, status, body)
    with pytest.raises(error):
        ask(kiosk, NUMBER, PIN)


def test_nobody_there_is_no_link(kiosk: Kiosk) -> None:
    kiosk.settings = replace(kiosk.settings, server=NOWHERE)
    with pytest.raises(NoLinkError):
        ask(kiosk, NUMBER, PIN)


def test_a_kiosk_without_the_centres_keys_asks_nobody(fresh: Kiosk) -> None:
    with pytest.raises(NotReadyError):
        ask(fresh, NUMBER, PIN)


@pytest.mark.parametrize("fails", [Exception, OSError, LinkError])
def test_an_answer_that_is_kept_after_a_failure_does_not_hold_the_pin(kiosk: Kiosk, fails: type[Exception]) -> None:
    kiosk.settings = replace(kiosk.settings, server=NOWHERE)
    pin = f"{secrets.randbelow(10**6):06}"

    def stumble(number: str, pin: str) -> Answer:
        try:
            return ask(kiosk, number, pin)
        except NoLinkError as error:
            raise fails("Pusat tidak dijawab.") from error

    for asking in (partial(ask, kiosk), stumble):
        answer = begin(asking, NUMBER, pin)
        assert answer.exception(20) is not None
        end_of_asking()
        assert not any(pin in held for held in texts_of(answer))


def end_of_asking() -> None:
    """Wait until the thread that asked is gone, and what it held with it."""
    for thread in threading.enumerate():
        if thread.name == "ask":
            thread.join(20)


def texts_of(root: object) -> Iterator[str]:
    """All texts that can be reached from an object, but through modules, classes and functions."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, (ModuleType, type, FunctionType, FrameType)):
            continue
        seen[id(found)] = found
        if isinstance(found, (str, bytes)):
            yield found if isinstance(found, str) else found.decode("latin-1")
        frame = found.tb_frame if isinstance(found, TracebackType) else None
        waiting += [*frame.f_locals.values()] if frame is not None else []
        waiting += gc.get_referents(found)
