"""All SQL of the kiosk, its keys, and the rules for what counts as stored."""

from kiosk_agent.store.store import Filing, Store

__all__ = ["Filing", "Store"]
