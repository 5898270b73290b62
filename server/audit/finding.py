"""One thing that does not hold, and where it stands."""

from msgspec import Struct


class Finding(Struct, frozen=True):
    """A line for the person who asked."""

    table: str
    row: str
    """The row, as a person would look it up."""
    code: str
    """What is wrong, by a name that stays."""
    text: str
    """The same in Indonesian."""

    def line(self) -> str:
        return f"{self.table} {self.row}: {self.text}"
