"""The questions to a resident, one module each: what its page shows, what it takes from the form, what is missing."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from kiosk_agent.web.steps import accused, check, identity, person, place, story, topic


class Step(Protocol):
    """One question."""

    @property
    def NAME(self) -> str:  # noqa: N802
        """As in the page's address, and in the ids of its texts."""

    @property
    def TEMPLATE(self) -> str:  # noqa: N802
        """The page."""

    def view(self, draft: Draft, facts: Facts, part: str, /) -> dict[str, Any]:
        """What the page shows besides the draft. `part` names the half of a page that has two."""

    def take(self, draft: Draft, fields: Mapping[str, str], /) -> None:
        """Put the form's fields into the draft, also faulty ones: they are shown again."""

    def faults(self, draft: Draft, facts: Facts, /) -> dict[str, str]:
        """What has to be put right, by field: one sentence each that says what to do."""


ORDER: tuple[Step, ...] = (topic, story, place, identity, person, accused, check)
BY_NAME: Mapping[str, Step] = MappingProxyType({step.NAME: step for step in ORDER})


def path(draft: Draft) -> list[Step]:
    """The questions that this resident is asked: who stays unnamed is not asked for a name."""
    return [step for step in ORDER if step is not person or draft.identity != "unnamed"]


def before(step: Step, draft: Draft) -> Step | None:
    """The question to which KEMBALI leads; None is the front page."""
    steps = path(draft)
    if draft.reached_check and step is not check:
        return check
    at = steps.index(step) if step in steps else 1
    return steps[at - 1] if at else None


def after(step: Step, draft: Draft, facts: Facts) -> Step:
    """The next question: the first that is not answered once the check page was reached, else simply the next."""
    if draft.reached_check:
        return first_open(draft, facts) or check
    steps = path(draft)
    return steps[steps.index(step) + 1]


def first_open(draft: Draft, facts: Facts) -> Step | None:
    """The first question with something to put right; None when the complaint can be sent."""
    return next((step for step in path(draft) if step.faults(draft, facts)), None)
