"""A figure: what was measured, beside its limit and what was promised; as a line for people and as JSON."""

from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct


class Limit(Struct, frozen=True):
    """What a figure is held against, in the same unit."""

    name: str
    value: float


class Must(Struct, frozen=True):
    """What was promised of a figure, or of its ratio to the limit."""

    relation: Literal["<=", ">="]
    bound: float
    of: Literal["value", "ratio"] = "value"


class Figure(Struct, frozen=True, kw_only=True):
    """One measured number."""

    name: str
    value: float
    unit: str
    limit: Limit | None = None
    must: Must | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure as a part, or a multiple, of its limit."""
        return self.value / self.limit.value if self.limit is not None and self.limit.value else None

    @property
    def holds(self) -> bool | None:
        """Whether it is as promised; None where nothing was."""
        if self.must is None:
            return None
        measured = self.value if self.must.of == "value" else self.ratio
        assert measured is not None
        return measured <= self.must.bound if self.must.relation == "<=" else measured >= self.must.bound

    def line(self) -> str:
        """For a person."""
        beside = f"{self.ratio:.2f} of {self.limit.name} ({_written(self.limit.value)})" if self.limit else ""
        promised = ""
        if self.must is not None:
            what = "" if self.must.of == "value" else "ratio "
            promised = f"{what}{self.must.relation} {self.must.bound:g}: {'holds' if self.holds else 'MISSED'}"
        parts = [f"  {self.name:<46}", f"{_written(self.value):>9} {self.unit:<9}", beside, promised, self.note]
        return "  ".join(part for part in parts if part)

    def facts(self) -> dict[str, Any]:
        """For a program."""
        facts: dict[str, Any] = {"value": _rounded(self.value), "unit": self.unit}
        if self.limit is not None and self.ratio is not None:
            facts |= {
                "limit": self.limit.name,
                "limit_value": _rounded(self.limit.value),
                "ratio": round(self.ratio, 3),
            }
        if self.must is not None:
            facts |= {"must": f"{self.must.of} {self.must.relation} {self.must.bound:g}", "holds": self.holds}
        if self.note:
            facts["note"] = self.note
        return facts


def as_facts(figures: Iterable[Figure]) -> dict[str, Any]:
    """Figures by their names."""
    facts: dict[str, Any] = {}
    for figure in figures:
        assert figure.name not in facts, f"two figures are called {figure.name}"
        facts[figure.name] = figure.facts()
    return facts


def missed(figures: Iterable[Figure]) -> list[str]:
    """Names of those that are not as promised."""
    return [figure.name for figure in figures if figure.holds is False]


def _rounded(value: float) -> float:
    return round(value) if abs(value) >= 1000 else float(f"{value:.4g}")


def _written(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"
