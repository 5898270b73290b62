"""The Kasih log protocol, version 1: bytes and values in, bytes and values out.

Entries, seals, bundles, numbers, receipts and the two session machines live here. What needs a socket,
a file, a clock or a source of randomness does not: callers pass times, keys and random bytes as arguments.
The full text of the protocol is docs/protocol.md; section numbers in this package refer to it.
"""
