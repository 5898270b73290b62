"""One run of exchanges with the server: the protocol's machine, a transport, and the store between them."""

import logging
from collections.abc import Callable
from threading import Lock

from msgspec import Struct

from kiosk_agent.clock import Clock
from kiosk_agent.errors import (
    CodeSpentError,
    DiskError,
    EnrolError,
    KioskError,
    LinkCutError,
    LinkError,
    NoProgressError,
    RefusedError,
    StrangeReplyError,
)
from kiosk_agent.store import Store, facts
from kiosk_agent.sync.transport import Transport
from kiosk_agent.sync.trust import pinned_of
from sync_protocol.agent_session import FIRST_BUDGET, AgentSession
from sync_protocol.bundle import LENGTH_SIZE, MAGIC
from sync_protocol.errors import ProtocolError
from sync_protocol.reply import read_reply
from sync_protocol.states import Sync

log = logging.getLogger(__name__)

_FORBIDDEN, _CUT, _TOO_LARGE = 403, 408, 413


class Outcome(Struct):
    """What a run of exchanges did. The first seven are what `kasih-kiosk sync` prints."""

    sent: int = 0
    """Own entries sent, each time it was sent."""
    accepted: int = 0
    """Own entries that the server has now and had not before."""
    received: int = 0
    """Entries of the server that are new here."""
    pending: int = 0
    """Own entries that the server has still to receive."""
    round_trips: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    error: KioskError | None = None
    """Why it ended before its time."""

    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        names = ("sent", "accepted", "received", "pending", "round_trips", "bytes_up", "bytes_down")
        return {name: getattr(self, name) for name in names}


class Engine:
    """Runs exchanges, one run at a time.

    Args:
        look: called before this kiosk's clock is told to the server or compared with it; may write CLOCK.
    """

    def __init__(
        self, store: Store, clock: Clock, *, budget: int = FIRST_BUDGET, look: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._budget = budget
        self._clock = clock
        self._look = look
        self._lock = Lock()
        self.state = Sync.IDLE

    def run(self, transport: Transport) -> Outcome:
        """Exchange until there is nothing more to send or fetch, or until it fails.

        Raises:
            NotEnrolledError: there are no keys yet.
            NotReadableError: the disk is at fault.
        """
        with self._lock:
            self.state = Sync.EXCHANGE
            try:
                return self._run(transport)
            finally:
                if self.state is Sync.EXCHANGE:
                    self.state = Sync.BACKOFF

    def fail(self, error: KioskError) -> None:
        """Nothing could be exchanged, or not even tried: keep why."""
        self.state = Sync.BACKOFF
        log.info("sync failed: %s", error.code)
        self._remember(facts.LAST_ERROR, str(error).encode())

    def _run(self, transport: Transport) -> Outcome:
        store, outcome = self._store, Outcome()
        session = open_session(store, budget=self._budget)
        going = True
        while going:
            outcome.error = None
            before = store.received_seq()
            going = self._exchange(session, transport, outcome)
            outcome.accepted += max(0, store.received_seq() - before)
        if session.state is Sync.BACKOFF and outcome.error is None:
            outcome.error = NoProgressError("Pusat menjawab, tetapi pengiriman tidak maju.")
        self.state = session.state
        outcome.pending = store.pending()
        if outcome.error is not None:
            self.fail(outcome.error)
        if isinstance(outcome.error, CodeSpentError):
            self._remember(facts.APPLIED, b"1")
        elif isinstance(outcome.error, RefusedError) and outcome.error.status == _FORBIDDEN:
            self._remember(facts.APPLIED, b"")
        return outcome

    def _exchange(self, session: AgentSession, transport: Transport, outcome: Outcome) -> bool:
        """Make one exchange; whether another one is due."""
        try:
            self._look()
            bundle = session.request(self._clock.now_ms())
            outcome.round_trips += 1
            outcome.bytes_up += len(bundle)
            outcome.sent += count_frames(bundle) - 1
            asked_at_s = self._clock.monotonic_s()
            reply = transport.send(bundle)
            took_ms = round((self._clock.monotonic_s() - asked_at_s) * 1000)
            outcome.bytes_down += len(reply)
            return self._settle(session, reply, outcome, took_ms)
        except LinkCutError as error:
            outcome.error = error
            return session.cut()
        except RefusedError as error:
            outcome.error = error
            if error.status == _FORBIDDEN:
                return session.unknown()
            if error.status in {_CUT, _TOO_LARGE}:
                return session.cut()
        except (DiskError, EnrolError, LinkError, ProtocolError) as error:
            outcome.error = error if isinstance(error, KioskError) else _strange(error)
        session.failed()
        return False

    def _settle(self, session: AgentSession, data: bytes, outcome: Outcome, took_ms: int) -> bool:
        reply, pinned = read_reply(data, pinned_of(self._store, data))
        self._look()
        stored = self._store.take(reply, pinned, took_ms=took_ms)
        outcome.received += stored
        return session.settle(reply, stored=stored)

    def _remember(self, name: str, value: bytes) -> None:
        try:
            if (self._store.fact(name) or b"") != value:
                self._store.remember(name, value)
        except DiskError:
            log.warning("the reason could not be kept")


def open_session(store: Store, *, budget: int = FIRST_BUDGET) -> AgentSession:
    """A session of the protocol over a kiosk's store."""
    return AgentSession(store, log=store.device.log, signer=store.device.sign, budget=budget)


def count_frames(bundle: bytes) -> int:
    """How many entries stand in a bundle of our own."""
    count, at = 0, len(MAGIC)
    while at < len(bundle):
        at += LENGTH_SIZE + int.from_bytes(bundle[at : at + LENGTH_SIZE])
        count += 1
    return count


def _strange(error: ProtocolError) -> StrangeReplyError:
    log.info("the reply proves nothing: %s", error.code)
    return StrangeReplyError("Yang menjawab bukan pusat (misalnya halaman masuk Wi-Fi), atau jawabannya rusak.")
