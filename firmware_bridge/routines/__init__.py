"""What is done with a modem in each state, as generators; `modem` runs them. No I/O."""

from firmware_bridge.routines.base import RestartedError, Routine
from firmware_bridge.routines.care import Care
from firmware_bridge.routines.contact import Contact
from firmware_bridge.routines.intake import Intake
from firmware_bridge.routines.watchdog import Watchdog

__all__ = ["RestartedError", "Routine", "Routines"]


class Routines(Contact, Intake, Care, Watchdog):
    """All of them, for one modem."""
