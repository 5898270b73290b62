"""One text from the parts that brought it."""

from collections.abc import Sequence
from itertools import groupby

from firmware_bridge.errors import PduError
from firmware_bridge.pdu import gsm7
from firmware_bridge.pdu.alphabets import ESCAPE
from firmware_bridge.pdu.coding import Alphabet
from firmware_bridge.pdu.messages import Message


def join_parts(messages: Sequence[Message]) -> str:
    """The text of messages in this order, joined as user data: a character that was cut in two is whole again.

    Parts in other alphabets than their neighbours are joined as they are; a part with 8-bit data adds no text. What is
    still half a character in the end becomes U+FFFD (half a surrogate pair) or nothing (an escape), so that the result
    can be stored and shown. Good for a single message too.
    """
    pieces: list[str] = []
    for (alphabet, languages), run in groupby(messages, key=lambda message: (message.alphabet, message.languages)):
        texts = [message.text or "" for message in run]
        pieces.append(_septets_joined(texts, languages) if alphabet is Alphabet.GSM7 else "".join(texts))
    return "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _septets_joined(texts: Sequence[str], languages: gsm7.Languages) -> str:
    """Only where an escape was cut off, the next part's first septet has another meaning than it had alone."""
    joined = ""
    for text in texts:
        if text and joined.endswith(gsm7.CUT_ESCAPE):
            joined = joined[:-1] + _escaped(text[0], languages) + text[1:]
        else:
            joined += text
    return joined.removesuffix(gsm7.CUT_ESCAPE)


def _escaped(character: str, languages: gsm7.Languages) -> str:
    """What a part's first character means behind an escape."""
    try:
        septets = gsm7.encode(character, languages)
    except PduError:  # A septet that the tables leave empty.
        return character
    return gsm7.decode(bytes([ESCAPE]) + septets, languages)
