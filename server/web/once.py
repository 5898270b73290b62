"""Forms that may be sent once: a browser that sends one again, as when its answer is reloaded, gets the form back."""

import secrets
import threading
from typing import Final

ONCE_FIELD: Final = "sekali"
_TOKEN_BYTES: Final = 16
_MOST: Final = 1_000


class OnceTokens:
    """Tokens of forms that were shown and not sent yet, in memory: after a restart each form is asked for again."""

    def __init__(self) -> None:
        self._shown: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def give(self, session: bytes) -> str:
        """A token for a form of this session; the oldest of very many is forgotten."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            self._shown[token] = session
            if len(self._shown) > _MOST:
                del self._shown[next(iter(self._shown))]
        return token

    def take(self, session: bytes, token: str) -> bool:
        """Whether this session was shown a form with this token and has not sent it yet."""
        with self._lock:
            if self._shown.get(token) != session:
                return False
            del self._shown[token]
            return True
