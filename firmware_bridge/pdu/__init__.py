"""The PDU codec of SMS (3GPP TS 23.040 and 23.038): bytes to messages and back. No I/O, no clock, no state.

    decode_pdu(bytes) -> Deliver | Submit | StatusReport | Command     encode_pdu(message) -> bytes
    split_text(text, recipient=Address.parse("+62812…"), reference=7) -> [Submit, …]     join_parts(messages) -> text

Only `PduError` is ever raised. `python -m firmware_bridge decode` reads PDUs by hand.
"""

from firmware_bridge.errors import PduError
from firmware_bridge.pdu.address import Address, AddressKind
from firmware_bridge.pdu.coding import Alphabet, Coding, Waiting, WaitingIndication, coding_of, dcs_for
from firmware_bridge.pdu.decode import decode_pdu
from firmware_bridge.pdu.encode import cmgs_length, encode_pdu
from firmware_bridge.pdu.header import Concat, Element, Ports
from firmware_bridge.pdu.identity import message_key
from firmware_bridge.pdu.joining import join_parts
from firmware_bridge.pdu.messages import Command, Deliver, Message, StatusReport, Submit
from firmware_bridge.pdu.split import Part, count_parts, parts_of, split_text
from firmware_bridge.pdu.times import EnhancedValidity, Validity

__all__ = [
    "Address",
    "AddressKind",
    "Alphabet",
    "Coding",
    "Command",
    "Concat",
    "Deliver",
    "Element",
    "EnhancedValidity",
    "Message",
    "Part",
    "PduError",
    "Ports",
    "StatusReport",
    "Submit",
    "Validity",
    "Waiting",
    "WaitingIndication",
    "cmgs_length",
    "coding_of",
    "count_parts",
    "dcs_for",
    "decode_pdu",
    "encode_pdu",
    "join_parts",
    "message_key",
    "parts_of",
    "split_text",
]
