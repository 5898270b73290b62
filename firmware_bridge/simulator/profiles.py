"""Kinds of modems that the simulator can be: what they call themselves and where they differ from the standard."""

from msgspec import Struct


class Profile(Struct, frozen=True, kw_only=True):
    """One kind of modem."""

    manufacturer: str
    model: str
    revision: str
    first_index: int = 1
    """The number of the first slot."""
    boot_lines: tuple[str, ...] = ()
    """What it says by itself after a start."""
    chatter: tuple[str, ...] = ()
    """What it says by itself while somebody is connected, now and then."""
    full_line: str = ""
    """What it says when the SIM's last slot is taken."""
    has_report_storage: bool = True
    """Whether CPMS knows SR."""


PROFILES = {
    "generic": Profile(
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM800",
        revision="1418B05SIM800M32",
        boot_lines=("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"),
    ),
    "huawei": Profile(
        manufacturer="huawei",
        model="E173",
        revision="11.126.85.00.209",
        first_index=0,
        boot_lines=("^SYSSTART", "^SIMST:1", "^SRVST:2"),
        chatter=("^RSSI:17", "^BOOT:31233265,0,0,0,75"),
        full_line='^SMMEMFULL:"SM"',
    ),
    "zte": Profile(
        manufacturer="ZTE CORPORATION",
        model="MF190",
        revision="BD_P673A2V1.0.0B09",
        boot_lines=("+ZUSIMR:2", '+ZPASR: "UMTS"'),
        chatter=("+ZUSIMR:2",),
        has_report_storage=False,
    ),
    "ec25": Profile(
        manufacturer="Quectel",
        model="EC25",
        revision="EC25EFAR06A06M4G",
        first_index=0,
        boot_lines=("RDY", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE"),
        full_line='+QIND: "smsfull","SM"',
    ),
}
