"""Spans of time as people say them."""

from kiosk_agent.web.texts import Texts


def span(seconds: float, texts: Texts) -> str:
    """Such as "3 jam": one unit, rounded down, which is what a person says."""
    for id_, size in (("umur.hari", 86_400), ("umur.jam", 3_600), ("umur.menit", 60)):
        if seconds >= size:
            return texts(id_, n=int(seconds // size))
    return texts("umur.baru")
