"""A link that loses, repeats, delays, cuts and flips, and the wrong server that answers in the right one's place."""

from collections.abc import Callable
from random import Random

from kiosk_agent.sync.transport import LinkCutError, RefusedError

Deliver = Callable[[bytes], bytes | None]
"""Hands a request to the centre; None where the centre does not know its log."""


class BadLink:
    """What one exchange goes through; `badness` gives 0 for a perfect link, 1 for the worst."""

    def __init__(
        self, random: Random, deliver: Deliver, badness: Callable[[], float], foreign: Callable[[bytes], bytes | None]
    ) -> None:
        self._random = random
        self._deliver = deliver
        self._badness = badness
        self._foreign = foreign
        self._late: list[bytes] = []
        self._replies: list[bytes] = []

    def send(self, bundle: bytes) -> bytes:
        """Carry a request there and its reply back, or raise as the real transport does."""
        if self._random.random() >= self._badness():
            return self._answer(bundle)
        return self._random.choice(
            (
                self._lose_request,
                self._lose_reply,
                self._repeat,
                self._hold_back,
                self._cut_request,
                self._cut_reply,
                self._flip_request,
                self._flip_reply,
                self._old_reply,
                self._foreign_reply,
            )
        )(bundle)

    def close(self) -> None:
        """Nothing is kept open."""

    def flush(self) -> None:
        """What was held back arrives after all, out of order."""
        self._random.shuffle(self._late)
        while self._late:
            self._deliver(self._late.pop())

    def _answer(self, bundle: bytes) -> bytes:
        reply = self._deliver(bundle)
        if reply is None:
            raise RefusedError(403)
        self._replies.append(reply)
        return reply

    def _lose_request(self, bundle: bytes) -> bytes:
        raise LinkCutError

    def _lose_reply(self, bundle: bytes) -> bytes:
        self._deliver(bundle)
        raise LinkCutError

    def _repeat(self, bundle: bytes) -> bytes:
        self._deliver(bundle)
        return self._answer(bundle)

    def _hold_back(self, bundle: bytes) -> bytes:
        self._late.append(bundle)
        raise LinkCutError

    def _cut_request(self, bundle: bytes) -> bytes:
        self._deliver(bundle[: self._random.randrange(len(bundle))])
        raise LinkCutError

    def _cut_reply(self, bundle: bytes) -> bytes:
        reply = self._answer(bundle)
        return reply[: self._random.randrange(len(reply))]

    def _flip_request(self, bundle: bytes) -> bytes:
        return self._answer(self._flipped(bundle))

    def _flip_reply(self, bundle: bytes) -> bytes:
        return self._flipped(self._answer(bundle))

    def _old_reply(self, bundle: bytes) -> bytes:
        reply = self._answer(bundle)
        return self._random.choice(self._replies) if self._replies else reply

    def _foreign_reply(self, bundle: bytes) -> bytes:
        reply = self._foreign(bundle)
        if reply is None:
            raise RefusedError(403)
        return reply

    def _flipped(self, data: bytes) -> bytes:
        at = self._random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self._random.randrange(8)]) + data[at + 1 :]
