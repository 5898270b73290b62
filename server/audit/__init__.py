"""Does what is stored hold? Everything that can be recomputed is recomputed, and each place where it differs is named.

It reads only, on one snapshot. What it cannot know: whether somebody replaced the keys and the whole database together;
kiosks notice that (REGRESSED), and the keys that were published.
"""

from collections.abc import Iterator

from server.audit import cases, down, entries, events, people, records
from server.audit.finding import Finding
from server.audit.state import Audit


def audit(state: Audit) -> Iterator[Finding]:
    """All that does not hold, in the order of the tables that it was found in."""
    for check in (events.check, entries.check, down.check, cases.check, people.check, records.check):
        yield from check(state)
