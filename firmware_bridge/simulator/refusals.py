"""How the simulated modem says no: ERROR, +CME ERROR and +CMS ERROR, as numbers or in words."""

CME_TEXTS = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    16: "incorrect password",
    21: "invalid index",
    22: "not found",
    30: "no network service",
    100: "unknown",
}
"""3GPP TS 27.007 section 9.2."""

CMS_TEXTS = {
    21: "Short message transfer rejected",
    38: "Network out of order",
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    316: "SIM PUK required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    500: "unknown error",
}
"""3GPP TS 27.005 section 3.2.5, and 3GPP TS 24.011 annex E below 128."""


class Refused(Exception):  # noqa: N818 - the modem's answer, not an error of ours
    """A command is refused. Without a list it is a bare ERROR."""

    def __init__(self, kind: str = "", number: int = 0) -> None:
        super().__init__(f"{kind} {number}")
        self.kind = kind
        self.number = number

    def line(self, cmee: int) -> str:
        """The final line. +CMS ERROR keeps its number whatever +CMEE says, except that 2 asks for words."""
        if not self.kind or (self.kind == "cme" and cmee == 0):
            return "ERROR"
        texts = CME_TEXTS if self.kind == "cme" else CMS_TEXTS
        what = texts.get(self.number, str(self.number)) if cmee == 2 else str(self.number)
        return f"+{self.kind.upper()} ERROR: {what}"


def cme(number: int) -> Refused:
    return Refused("cme", number)


def cms(number: int) -> Refused:
    return Refused("cms", number)
