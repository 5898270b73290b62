"""What happened, in the resident's own words."""

from collections.abc import Mapping
from typing import Any

from kiosk_agent.errors import IntakeError, MissingError, TooLongError
from kiosk_agent.intake.checks import check_text
from kiosk_agent.web.drafts import Draft
from kiosk_agent.web.facts import Facts
from sync_protocol.vocabulary import MAX_TEXT

NAME = "isi"
TEMPLATE = "story.html"


def view(_draft: Draft, _facts: Facts, _part: str) -> dict[str, Any]:
    """How long it may be."""
    return {"most": MAX_TEXT}


def take(draft: Draft, fields: Mapping[str, str]) -> None:
    """Note the words as they are; what a keyboard cannot type is dropped."""
    draft.text = printable(fields.get("text", ""))


def faults(draft: Draft, facts: Facts) -> dict[str, str]:
    """Some words, and not too many."""
    try:
        check_text(draft.text)
    except MissingError:
        return {"text": facts.texts("isi.kosong")}
    except TooLongError:
        return {"text": facts.texts("isi.panjang", n=len(draft.text), maks=MAX_TEXT)}
    except IntakeError as error:
        return {"text": str(error)}
    return {}


def printable(text: str) -> str:
    """Without control characters, which come from a pasted file at most and which the protocol refuses."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t").replace("\x7f", "")


def one_line(text: str) -> str:
    """The same on one line, without space at its ends."""
    return " ".join(printable(text).split())
