"""AT commands as values: what to write, how long the answer may take, and how it reads. No I/O.

Nothing that a resident wrote ever stands in a command: texts and numbers travel inside the hex of a PDU alone.
"""

import re
from typing import Final, Literal

from msgspec import Struct

from firmware_bridge.at_parser import Line, Payload, announced_length

CANCEL: Final = b"\x1b"
END_OF_PDU: Final = b"\x1a"


class Command(Struct, frozen=True):
    """What to write, and how to tell its answer from what the modem says by itself."""

    text: str
    timeout_s: float = 5.0
    """Since the last line of the answer: a long list may take long as long as it goes on."""
    prefix: str = ""
    """How the lines of the answer begin; empty: any line that no known indication looks like."""
    body: bytes = b""
    """What follows once the modem prompts for it."""
    body_timeout_s: float = 45.0
    """24.011, section 10: the modem itself gives up after 35 to 45 seconds without the network's answer."""
    strict: bool = False
    """An OK without a line of the answer is an old one that came late, and is passed over."""
    may_be_probed: bool = True
    """If nothing comes, the modem may be asked something else before the time-out (`pending`)."""


class Answer(Struct, frozen=True):
    """The end of a command."""

    ok: bool
    lines: tuple[Line | Payload, ...] = ()
    kind: Literal["cms", "cme"] | None = None
    number: int | None = None
    text: str = ""

    @property
    def first(self) -> str:
        """The first line behind its prefix."""
        line = next((line.text for line in self.lines if isinstance(line, Line)), "")
        return line.partition(":")[2].strip() if re.match(r"[+^][A-Z]+:", line) else line


class Listed(Struct, frozen=True):
    """One entry of a storage."""

    index: int
    status: int
    body: str
    intact: bool
    """The line is hex and as long as its header says."""

    @property
    def pdu(self) -> bytes:
        try:
            return bytes.fromhex(self.body) if self.body.isascii() else self.body.encode("latin-1")
        except ValueError:
            return self.body.encode("latin-1", "replace")


# -- the commands ------------------------------------------------------------------------------------------------------

ECHO_OFF: Final = Command("ATE0", 1.0)
NUMERIC_ERRORS: Final = Command("AT+CMEE=1")
PIN_STATE: Final = Command("AT+CPIN?", 10.0, "+CPIN:")
CARD_NUMBER: Final = Command("AT+CRSM=176,12258,0,0,10", 10.0, "+CRSM:")
"""27.007, section 8.18: read EF-ICCID, which a card gives also before its PIN (31.102, section 4.2)."""
IMSI: Final = Command("AT+CIMI", 10.0)
IMEI: Final = Command("AT+CGSN", 5.0)
MANUFACTURER: Final = Command("AT+CGMI", 5.0)
MODEL: Final = Command("AT+CGMM", 5.0)
REVISION: Final = Command("AT+CGMR", 5.0)
PDU_MODE: Final = Command("AT+CMGF=0", 3.0)
MODE: Final = Command("AT+CMGF?", 1.0, "+CMGF:", strict=True, may_be_probed=False)
"""Its answer cannot be mistaken for the late one of another command: what is asked after a time-out."""
SIMPLE_SERVICE: Final = Command("AT+CSMS=0")
"""Messages are acknowledged to the network by the modem; with 1 each +CDS would want AT+CNMA."""
CHARACTER_SET: Final = Command('AT+CSCS="GSM"')
STORAGES: Final = Command("AT+CPMS=?", 10.0, "+CPMS:")
STORAGE: Final = Command("AT+CPMS?", 10.0, "+CPMS:")
LIST: Final = Command("AT+CMGL=4", 10.0, "+CMGL:")
MORE_MESSAGES: Final = Command("AT+CMMS=2")
SIGNAL: Final = Command("AT+CSQ", 5.0, "+CSQ:")
REGISTRATION: Final = Command("AT+CREG?", 5.0, "+CREG:")
REGISTRATION_LTE: Final = Command("AT+CEREG?", 5.0, "+CEREG:")
OPERATOR_NAME_FORMAT: Final = Command("AT+COPS=3,0")
OPERATOR: Final = Command("AT+COPS?", 10.0, "+COPS:")
CANCEL_USSD: Final = Command("AT+CUSD=2", 5.0, "+CUSD:")
RESTART: Final = Command("AT+CFUN=1,1", 10.0)
RADIO_OFF: Final = Command("AT+CFUN=0", 15.0)
RADIO_ON: Final = Command("AT+CFUN=1", 15.0)


def enter_pin(pin: str) -> Command:
    return Command(f'AT+CPIN="{pin}"', 15.0, may_be_probed=False)


def delete(index: int) -> Command:
    return Command(f"AT+CMGD={index}", 10.0)


def read_slot(index: int) -> Command:
    return Command(f"AT+CMGR={index}", 10.0, "+CMGR:")


def send(pdu: bytes, length: int) -> Command:
    """AT+CMGS counts the octets without those of the SMSC, and is given all of them."""
    return Command(f"AT+CMGS={length}", 5.0, "+CMGS:", body=pdu.hex().upper().encode() + END_OF_PDU)


def indications(mode: str) -> Command:
    return Command(f"AT+CNMI={mode}")


def choose_storage(*names: str) -> Command:
    return Command("AT+CPMS=" + ",".join(f'"{name}"' for name in names), 10.0, "+CPMS:")


def dial_ussd(code: str) -> Command:
    return Command(f'AT+CUSD=1,"{code}",15', 15.0, "+CUSD:", may_be_probed=False)


# -- how their answers read --------------------------------------------------------------------------------------------


def listed(answer: Answer) -> list[Listed]:
    """The entries of +CMGL. One whose header does not read is left out: it comes again with the next list."""
    entries = []
    for line in answer.lines:
        header = re.match(r"\+CMGL: ?([0-9]{1,5}),\"?([0-9])\"?,", line.header) if isinstance(line, Payload) else None
        if header and isinstance(line, Payload):
            entries.append(Listed(int(header[1]), int(header[2]), line.body, is_intact(line)))
    return entries


def slot(answer: Answer, index: int) -> Listed | None:
    """The entry of +CMGR; None if the place is empty."""
    for line in answer.lines:
        header = re.match(r"\+CMGR: ?\"?([0-9])\"?,", line.header) if isinstance(line, Payload) else None
        if header and isinstance(line, Payload):
            return Listed(index, int(header[1]), line.body, is_intact(line))
    return None


def is_intact(line: Payload) -> bool:
    """If a payload is hex, and neither longer nor shorter than announced."""
    if not re.fullmatch(r"([0-9A-Fa-f]{2})*", line.body):
        return False
    octets = bytes.fromhex(line.body)
    announced = announced_length(line.header)
    return announced is not None and len(octets) in {announced, announced + 1 + (octets[0] if octets else 0)}


def identity(answer: Answer) -> str:
    """The digits of an IMEI or IMSI, with or without a prefix or quotes; empty if there are none."""
    for line in answer.lines:
        found = (
            re.fullmatch(r'(?:\+[A-Z]+: ?)?"?([0-9]{6,16})"?(?:,.*)?', line.text) if isinstance(line, Line) else None
        )
        if found and answer.ok:
            return found[1]
    return ""


def card_number(answer: Answer) -> str:
    """The ICCID as the card holds it; empty where the modem does not tell."""
    found = re.fullmatch(r'144 ?, ?[0-9]+ ?, ?"?([0-9A-Fa-f]{20})"?', answer.first) if answer.ok else None
    return found[1].upper() if found else ""


def words(answer: Answer) -> str:
    """What the modem says of its maker, model or firmware."""
    return answer.first.strip('" ')[:60] if answer.ok else ""


def storages(answer: Answer) -> tuple[str, ...]:
    """What +CPMS=? offers for reading, the first of its groups."""
    groups = re.findall(r"\(([^)]*)\)", answer.first)
    return tuple(dict.fromkeys(re.findall(r"[A-Z]{2}(?:_[A-Z])?", groups[0]))) if groups else ()


def storage(answer: Answer) -> tuple[str, int, int] | None:
    """The storage for reading, places used and places there are, as +CPMS? says."""
    found = re.match(r'"?([A-Z_]{2,4})"? ?, ?([0-9]+) ?, ?([0-9]+)', answer.first)
    return (found[1], int(found[2]), int(found[3])) if found else None


def places(answer: Answer) -> tuple[int, int] | None:
    """Places used and places there are, as the answer to AT+CPMS="SM" says."""
    found = re.match(r"([0-9]+) ?, ?([0-9]+)", answer.first)
    return (int(found[1]), int(found[2])) if found else None


def signal_dbm(answer: Answer) -> int | None:
    """27.007, section 8.5: 0 is -113 dBm or less, 31 is -51 or more, 99 not known; 100 to 191 are a 3G modem's RSCP."""
    found = re.match(r"([0-9]+)", answer.first)
    level = int(found[1]) if found else 99
    if level <= 31:
        return -113 + 2 * level
    return -116 + (level - 100) if 100 <= level <= 191 else None


_REGISTRATION: Final = {
    0: "none",
    1: "home",
    2: "searching",
    3: "denied",
    4: "unknown",
    5: "roaming",
    6: "home",  # 27.007, section 7.2: for SMS only.
    7: "roaming",
}


def registration(answer: Answer) -> str:
    """`+CREG: n,stat`, or `+CREG: stat` where a modem leaves the first out."""
    numbers = [int(number) for number in re.findall(r"(?:^|,) ?([0-9])(?=,|$)", answer.first)][:2]
    return _REGISTRATION.get(numbers[-1], "unknown") if numbers else "unknown"


def operator(answer: Answer) -> str:
    found = re.search(r'"([^"]{0,40})"', answer.first)
    return found[1] if found else ""


def reference(answer: Answer) -> int | None:
    """The message reference that +CMGS gives."""
    found = re.match(r"([0-9]{1,3})", answer.first)
    return int(found[1]) if found else None


_PERMANENT_CAUSES: Final = frozenset(
    {1, 28, 30, 81, 95, 96, 97, 98, 99, 111}  # 24.011, annex E-2
    | set(range(128, 192))  # 23.040, section 9.2.3.22: TP-PID, TP-DCS or the command are not supported ...
    | {193, 195, 196, 197}  # ... no subscription at the SC, recipient invalid or barred, a duplicate
    | {304, 305}  # 27.005, section 3.2.5: the PDU itself is wrong
)
_NO_ANSWER_FROM_NETWORK: Final = 332
_OUT_OF_CREDIT_CAUSES: Final = frozenset({8, 10, 21, 29, 38, 50, 69, 500})
"""None of them is permanent: once there is credit, the same message goes."""
_CREDIT_CODES: Final = frozenset(f"cms-{cause}" for cause in _OUT_OF_CREDIT_CAUSES)


def is_permanent(answer: Answer) -> bool:
    """If the network would say no again."""
    return answer.kind == "cms" and answer.number in _PERMANENT_CAUSES


def is_uncertain(answer: Answer) -> bool:
    """The modem sent it, and the network's answer never came: it may have arrived."""
    return answer.kind == "cms" and answer.number == _NO_ANSWER_FROM_NETWORK


def hints_at_no_credit(answer: Answer) -> bool:
    """What operators answer, among other things, when a prepaid card is empty."""
    return is_about_credit(failure_code(answer))


def is_about_credit(code: str) -> bool:
    """If a failure code may mean no more than that: the message itself has nothing wrong."""
    return code in _CREDIT_CODES


def failure_code(answer: Answer) -> str:
    """A stable code, such as cms-38; at-error where the modem gave no number."""
    return f"{answer.kind}-{answer.number}" if answer.kind and answer.number is not None else "at-error"
