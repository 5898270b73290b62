"""What makes an SMS the same SMS when a network or a SIM hands it over again."""

from hashlib import sha256
from typing import Final

_MORE_MESSAGES: Final = 0x04


def message_key(imsi: str, pdu: bytes, *, has_smsc: bool = True) -> bytes:
    """SHA-256 over the SIM's IMSI and the TPDU, without the service centre's address and with TP-MMS cleared.

    Both may differ when the same SMS is delivered again: by another service centre, with more or fewer behind it.
    Works on any bytes, so that what cannot be decoded has a key as well: where no TPDU is left, all of them count.
    """
    begin = pdu[0] + 1 if has_smsc and pdu else 0
    tpdu = bytearray(pdu[begin:])
    if not tpdu:
        return sha256(imsi.encode() + b"\1" + pdu).digest()
    if not tpdu[0] & 1:  # In a SUBMIT, TP-RD stands in this place.
        tpdu[0] &= ~_MORE_MESSAGES
    return sha256(imsi.encode() + b"\0" + tpdu).digest()
