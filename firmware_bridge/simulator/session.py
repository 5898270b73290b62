"""What a terminal sets on a modem, and what a restart forgets."""

from dataclasses import dataclass, field


@dataclass
class Session:
    """The settings of 27.005 and 27.007 with their values after power-on."""

    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    cmee: int = 0
    cmgf: int = 0
    csdh: int = 0
    cscs: str = "IRA"
    csmp: tuple[int, int, int, int] = (17, 167, 0, 0)
    csms: int = 0
    cnmi: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """mode, mt, bm, ds, bfr (3GPP TS 27.005 section 3.4.1)."""
    storages: tuple[str, str, str] = ("SM", "SM", "SM")
    creg: int = 0
    cgreg: int = 0
    cops_format: int = 0
    cusd: int = 0
    plain: dict[str, str] = field(default_factory=dict)
    """Settings that are kept and read back, and change nothing."""
