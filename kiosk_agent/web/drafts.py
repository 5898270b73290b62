"""What residents are writing just now: in memory alone, one draft for each open session, wiped when its time is up.

Nothing here is ever written to disk, logged or put into an address. A session is a random cookie, made anew at
MULAI LAPOR; an unknown cookie is no session.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Timer

from kiosk_agent.intake import Filed
from kiosk_agent.web.asked import Asked
from sync_protocol.vocabulary import Identity

WITHOUT_SCRIPT_S = 300
"""How long a draft lives when the page runs no script: then typing cannot be noticed, and a text takes minutes."""
MOST_DRAFTS = 8
"""A kiosk has one screen; a few more sessions than one are harmless, many are somebody's script."""


@dataclass(slots=True)
class Draft:
    """One resident's answers so far, as typed. The steps say what is still missing."""

    ref: bytes
    """16 random bytes: filing the same draft twice gives the same number and PIN."""
    touched_at_s: float
    """Of the monotonic clock."""
    category: str = ""
    text: str = ""
    kelurahan: str = ""
    place: str = ""
    identity: str = ""
    name: str = ""
    phone: str = ""
    sms_ok: bool = False
    accused: str = ""
    reached_check: bool = False
    """The check page was shown: from now on every changed answer leads back to it."""
    faulty_step: str = ""
    """The step whose errors are to be shown."""
    faults: dict[str, str] = field(default_factory=dict)
    """What the intake refused: field and message."""
    failures: int = 0
    """How often KIRIM could not store."""
    filed: Filed | None = None
    asked: Asked | None = None
    """The session is one of CEK LAPORAN, and this is what was asked."""
    has_script: bool = False
    """The page's script has been heard of, so silence means that nobody is there."""
    lock: Lock = field(default_factory=Lock, repr=False)

    def forget_answers(self) -> None:
        """Keep what the receipt shows: all that was written is on disk, sealed, and nowhere else."""
        if self.identity == Identity.SECRET:
            self.category = ""  # A slip that says "Perempuan dan anak" tells enough to whoever finds it.
        self.text = self.place = self.identity = self.name = self.phone = self.accused = ""
        self.faults = {}

    def __repr__(self) -> str:
        """Say nothing of the answers, wherever this is printed."""
        return "Draft(...)"


class Drafts:
    """The open sessions.

    Args:
        clock_s: the monotonic clock.
        idle_s: silence after which a draft is dropped while the page's script runs. The script wipes earlier, after
            its countdown; this is for a browser that crashed or was closed.
        timers: False in tests that move the clock by hand.
    """

    def __init__(self, clock_s: Callable[[], float], idle_s: float, *, timers: bool = True) -> None:
        self._clock_s = clock_s
        self._idle_s = idle_s
        self._timers = timers
        self._lock = Lock()
        self._open: dict[str, Draft] = {}
        self._timer: Timer | None = None

    def start(self, asked: Asked | None = None) -> str:
        """Open a session with an empty draft, or one of CEK LAPORAN; returns its cookie."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._drop_expired()
            while len(self._open) >= MOST_DRAFTS:
                del self._open[min(self._open, key=lambda key: self._open[key].touched_at_s)]
            self._open[token] = Draft(ref=secrets.token_bytes(16), touched_at_s=self._clock_s(), asked=asked)
            self._arm()
        return token

    def find(self, token: str | None) -> Draft | None:
        """The session's draft, which counts as a sign of life; None if there is none, or no more."""
        with self._lock:
            self._drop_expired()
            draft = self._open.get(token or "")
            if draft is not None:
                draft.touched_at_s = self._clock_s()
            return draft

    def peek(self, token: str | None) -> Draft | None:
        """The session's draft, without counting as a sign of life."""
        with self._lock:
            self._drop_expired()
            return self._open.get(token or "")

    def wipe(self, token: str | None) -> None:
        """End a session; nothing of it stays."""
        with self._lock:
            self._open.pop(token or "", None)

    def close(self) -> None:
        """Forget all."""
        with self._lock:
            self._open.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def __len__(self) -> int:
        """How many sessions are open."""
        with self._lock:
            self._drop_expired()
            return len(self._open)

    def _drop_expired(self) -> None:
        now_s = self._clock_s()
        for token, draft in list(self._open.items()):
            limit_s = self._idle_s if draft.has_script else max(self._idle_s, WITHOUT_SCRIPT_S)
            if now_s - draft.touched_at_s >= limit_s:
                del self._open[token]

    def _arm(self) -> None:
        """A draft goes when its time is up, also when nobody asks for a page any more."""
        if self._timers and self._timer is None:
            self._timer = Timer(self._idle_s / 2, self._sweep)
            self._timer.daemon = True
            self._timer.start()

    def _sweep(self) -> None:
        with self._lock:
            self._timer = None
            self._drop_expired()
            if self._open:
                self._arm()
