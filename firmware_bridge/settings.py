"""What can be set about the bridge. Times are in seconds unless the name says otherwise."""

import re

from msgspec import Struct

from firmware_bridge.errors import UsageError


class BridgeSettings(Struct, frozen=True, kw_only=True):
    """The defaults suit a USB modem on a kiosk; tests shorten them."""

    sweep_s: float = 20.0
    """How often all storages are looked through even if nothing was indicated."""
    check_s: float = 30.0
    """How often signal, registration, operator and the card's identity are asked for."""
    ask_s: float = 5.0
    """How often the desk is asked for something to send when nobody called `wake`."""
    reply_wait_s: float = 60.0
    """A reply waits at most this long for incoming messages; then one goes out between two of them."""
    timeout_factor: float = 1.0
    """Multiplies every time-out of `commands`."""
    reopen_s: float = 0.25
    """How often a port that is gone is tried again."""
    silence_s: float = 45.0
    """A modem that answered nothing for so long is reset; before that it is only woken and its port re-opened."""
    retry_s: float = 1.0
    """The longest wait between two attempts to wake a modem that keeps silent or keeps refusing."""
    probe_s: float = 2.0
    """A command to which nothing came for so long may have been lost: the modem is asked if it is there at all."""
    send_probe_s: float = 10.0
    """The same for a message that was given away: networks take seconds to answer for one."""
    reset_pause_s: float = 60.0
    """The least time between two resets of a modem; it doubles with each in a row, up to an hour."""
    sim_retry_s: float = 5.0
    """How often a card that is missing or locked is looked for again."""
    quiet_s: float = 0.1
    """So long a modem must have said nothing after a time-out before it is spoken to again."""
    discovery_s: float = 1.0
    """How often `auto` looks for modems that were plugged in."""
    look_again_s: float = 60.0
    """After so long `auto` looks once more at a port that led to no new modem."""
    answer_s: float = 1.5
    """How long an unknown port may take to show that a modem is behind it."""
    pin: str = ""
    """The PIN of the card: 4 to 8 digits. One that a card refused is not tried on it again (`pins`)."""
    balance_code: str = ""
    """Such as *888#; empty: the balance is never asked for."""
    balance_s: float = 6 * 3600.0
    low_balance_s: float = 900.0
    """How often the balance is asked for, or a message tried, while there seems to be too little credit."""
    least_balance: int = 500
    """Rupiah; below, nothing is sent."""
    most_credit_hints: int = 3
    """So many recipients in a row refused as by an empty card count as one; then few messages are tried."""

    def __post_init__(self) -> None:
        """Nothing but digits and the signs of a USSD code ever gets into an AT command.

        Raises:
            UsageError: the PIN or the balance code is none.
        """
        if not re.fullmatch(r"([0-9]{4,8})?", self.pin):
            raise UsageError("PIN kartu harus 4 sampai 8 angka.")
        if not re.fullmatch(r"([*#][0-9*#]{1,30})?", self.balance_code):
            raise UsageError("Kode cek pulsa hanya berisi angka, * dan #, misalnya *888#.")
