"""Texts for the SIM as the PDUs that an SMSC delivers."""

from datetime import datetime
from itertools import pairwise
from typing import Literal

from firmware_bridge.errors import PduError, ScenarioError
from firmware_bridge.pdu import Address, Concat, Deliver, Element, count_parts, dcs_for, encode_pdu, parts_of


def deliver_pdus(
    text: str, *, sender: str, smsc: Address, at: datetime, reference: int, parts: int | None = None
) -> list[bytes]:
    """The PDUs of a text, SMSC octets first; in so many parts, or as few as it takes.

    Raises:
        ScenarioError: no PDU can carry it.
    """
    try:
        pieces = (
            [(part.text, part.dcs, part.udh) for part in parts_of(text, reference=reference, transliterate=False)]
            if parts is None
            else _even_parts(text, parts, reference)
        )
        return [
            encode_pdu(
                Deliver(
                    smsc=smsc,
                    sender=Address.parse(sender),
                    timestamp=at.replace(microsecond=0),
                    text=piece,
                    dcs=dcs,
                    udh=udh,
                    more_messages=number < len(pieces),
                )
            )
            for number, (piece, dcs, udh) in enumerate(pieces, start=1)
        ]
    except PduError as error:
        raise ScenarioError(f"no SMS: {error}") from error


def _even_parts(text: str, total: int, reference: int) -> list[tuple[str, int, tuple[Element, ...]]]:
    if not 1 <= total <= 255 or len(text) < total:
        raise ScenarioError("parts is 1 to 255, and at most the text's length")
    dcs = dcs_for(count_parts(text, transliterate=False)[1])
    bits: Literal[8, 16] = 8 if reference < 256 else 16
    cuts = [len(text) * number // total for number in range(total + 1)]
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    if total == 1:
        return [(text, dcs, ())]
    return [
        (piece, dcs, (Concat(reference, total, number, bits).element(),))
        for number, piece in enumerate(pieces, start=1)
    ]
