"""Which version of the program this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of


@cache
def version() -> str:
    """The version of the distribution; empty where it runs from a folder that was never installed."""
    try:
        return version_of("kasih")
    except PackageNotFoundError:
        return ""
