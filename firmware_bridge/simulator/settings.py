"""What can be chosen about a simulated modem: its identity, its SIM, its network, and how long things take."""

import re
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from firmware_bridge.errors import UsageError
from firmware_bridge.simulator.profiles import PROFILES, Profile

MAX_SLOTS = 255
"""Records of EF_SMS: its record numbers are one octet (3GPP TS 51.011 section 10.5.3)."""


class Latency(Struct, frozen=True, kw_only=True):
    """How long a modem and its network take, in seconds."""

    default_s: float = 0.0
    commands_s: dict[str, float] = {}
    """Commands that take longer or shorter than the rest."""
    listing_s: float = 0.0
    """Added to CMGL for each message that it lists."""
    submit_s: tuple[float, float] = (0.0, 0.0)
    """From Ctrl-Z to +CMGS, at least and at most."""
    deliver_s: float = 0.0
    """From a free slot to the next message of the SMSC in it."""
    acknowledge_s: float = 0.0
    """From a message in its slot to the SMSC's knowing that: without power meanwhile, it delivers it again."""
    report_s: float = 0.0
    """From a submitted message to its status report."""
    ussd_s: float = 0.0
    boot_s: float = 0.0
    """From power to the first indication."""
    reboot_away_s: float = 0.0
    """How long the port is gone when the modem restarts by itself."""
    chunk_octets: int = 0
    """The port hands answers over in pieces of this size; 0: whole."""

    def of(self, command: str, listed: int = 0) -> float:
        return self.commands_s.get(command, self.default_s) + (self.listing_s * listed if command == "CMGL" else 0.0)


LATENCIES = {
    "none": Latency(),
    # Like a USB dongle on 2G: a slow SIM, and seconds for each message that goes out. Chosen to be plausible, measured
    # on no modem: a transcript of a real one says more.
    "dongle": Latency(
        default_s=0.01,
        commands_s={
            "CMGL": 0.15,
            "CMGR": 0.06,
            "CMGD": 0.08,
            "CMGW": 0.12,
            "CPMS": 0.04,
            "CPIN": 0.03,
            "CSCA": 0.04,
            "COPS": 0.05,
            "CFUN": 0.8,
        },
        listing_s=0.004,
        submit_s=(2.0, 3.0),
        deliver_s=0.05,
        acknowledge_s=0.5,
        report_s=4.0,
        ussd_s=2.5,
        boot_s=1.5,
        reboot_away_s=3.0,
        chunk_octets=64,
    ),
    "slow": Latency(
        default_s=0.15,
        commands_s={"CMGL": 1.0, "CMGR": 0.4, "CMGD": 0.5, "CMGW": 0.6, "CPMS": 0.4, "COPS": 1.0, "CFUN": 4.0},
        listing_s=0.03,
        submit_s=(8.0, 12.0),
        deliver_s=1.5,
        acknowledge_s=2.0,
        report_s=15.0,
        ussd_s=8.0,
        boot_s=6.0,
        reboot_away_s=8.0,
        chunk_octets=16,
    ),
}


class SimulatorSettings(Struct, frozen=True, kw_only=True):
    """One simulated modem with its SIM and its network."""

    profile: str = "generic"
    latency: str = "none"
    imei: str = "356938035643809"
    imsi: str = "510010123456789"
    iccid: str = "89620112345678901234"
    number: str = "+6281234567890"
    """The SIM's own number."""
    smsc: str = "+6281100000"
    operator: str = "TELKOMSEL"
    operator_code: str = "51010"
    slots: int = 30
    me_slots: int = 0
    """Slots of the modem's own memory; 0: it has none."""
    report_slots: int = 10
    sim: str = "ready"
    """`ready`, `pin`, `puk` or `absent`."""
    pin: str = "1234"
    signal: int = 17
    """As +CSQ gives it: 0 to 31, or 99 for unknown."""
    balance: int = 25_000
    """Rupiah."""
    tariff: int = 350
    """Rupiah for each part that is sent."""
    no_credit_error: int = 21
    """+CMS ERROR when the balance is out: short message transfer rejected (3GPP TS 24.011, annex E)."""
    urcs_inside: bool = False
    """Indications come between the lines of an answer, not only after it."""
    chunk_octets: int = 0
    """The port hands answers over in pieces of this size; 0: as the latency says."""
    ussd_form: str = "text"
    """How USSD texts are written: `text`, `packed` (hex of 7-bit octets, Huawei) or `ucs2` (hex)."""
    redeliver: float = 0.0
    """The share of messages that the SMSC delivers a second time."""
    seed: int = 1
    started_at: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    """What the network's clock shows when the simulator starts."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            UsageError: naming the setting.
        """
        checks = {
            "profile": self.profile in PROFILES,
            "latency": self.latency in LATENCIES,
            "imei": len(self.imei) == 15 and self.imei.isascii() and self.imei.isdigit(),
            "imsi": 6 <= len(self.imsi) <= 15 and self.imsi.isascii() and self.imsi.isdigit(),
            "slots": 1 <= self.slots <= MAX_SLOTS,
            "me_slots": 0 <= self.me_slots <= MAX_SLOTS,
            "report_slots": 0 <= self.report_slots <= MAX_SLOTS,
            "sim": self.sim in {"ready", "pin", "puk", "absent"},
            "signal": 0 <= self.signal <= 99,
            "ussd_form": self.ussd_form in {"text", "packed", "ucs2"},
            "chunk_octets": self.chunk_octets >= 0,
            "smsc": re.fullmatch(r"\+?[0-9]{3,15}", self.smsc) is not None,
            "tariff": self.tariff >= 0,
            "redeliver": 0 <= self.redeliver <= 1,
            "started_at": self.started_at.tzinfo is not None,
        }
        wrong = [name for name, fine in checks.items() if not fine]
        if wrong:
            raise UsageError(f"simulator: nilai {wrong[0]} tidak sah: {getattr(self, wrong[0])!r}")

    @property
    def timing(self) -> Latency:
        return LATENCIES[self.latency]

    @property
    def modem(self) -> Profile:
        return PROFILES[self.profile]


def make_settings(**chosen: object) -> SimulatorSettings:
    """Settings from keyword arguments or a JSON object, checked strictly.

    Raises:
        UsageError: a name or a value that there is not.
    """
    unknown = chosen.keys() - set(SimulatorSettings.__struct_fields__)
    if unknown:
        raise UsageError(f"simulator: pilihan {min(unknown)!r} tidak dikenal")
    try:
        return msgspec.convert(chosen, SimulatorSettings)
    except msgspec.ValidationError as error:
        raise UsageError(f"simulator: {error}") from error
