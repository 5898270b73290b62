"""What carries a bundle to the server and its reply back."""

from typing import Protocol

from kiosk_agent.errors import LinkCutError, LinkError, NoLinkError, RefusedError

__all__ = ["LinkCutError", "LinkError", "NoLinkError", "RefusedError", "Transport"]


class Transport(Protocol):
    """One way to the server."""

    def send(self, bundle: bytes) -> bytes:
        """Carry a bundle there and give the reply.

        Raises:
            NoLinkError: nobody was reached; the server has seen nothing.
            LinkCutError: the connection ended or stalled; the server may have seen all, some or nothing.
            RefusedError: somebody answered with another status than 200.
        """

    def close(self) -> None:
        """Let go of the connection."""
