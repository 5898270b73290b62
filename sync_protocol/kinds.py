"""The kinds of entries (section 3), and which of them are stored and sealed."""

from enum import IntEnum


class Kind(IntEnum):
    """What an entry says. Kinds below 32 go up from a device, the others come down from the server."""

    HEAD = 0
    KEY = 1
    COMPLAINT = 2
    NOTE = 3
    SMS_IN = 4
    SMS_RESULT = 5
    CLOCK = 6
    LOST = 7
    BLOB = 8
    HEALTH = 9
    QUERY = 10
    STATUS = 32
    SMS_OUT = 33
    CONFIG = 34
    MASTER = 35
    KEYS = 36
    PRUNE = 37
    ANSWER = 38


PLAIN = frozenset({Kind.HEAD, Kind.KEY, Kind.CLOCK, Kind.LOST, Kind.CONFIG, Kind.MASTER, Kind.KEYS, Kind.PRUNE})
"""Kinds whose body is not sealed."""

TRANSIENT = frozenset({Kind.HEAD, Kind.QUERY, Kind.ANSWER})
"""Kinds that are never stored in a log."""
