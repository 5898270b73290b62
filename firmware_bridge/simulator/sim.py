"""The SIM's lock: PIN, PUK, or no card at all."""

from firmware_bridge.simulator.refusals import cme

PIN_TRIES = 3


class Sim:
    """What +CPIN knows."""

    def __init__(self, state: str, pin: str) -> None:
        self.state = state
        self._pin = pin
        self._tries = PIN_TRIES

    @property
    def ready(self) -> bool:
        return self.state == "ready"

    @property
    def trouble(self) -> int:
        """The number of +CME ERROR (3GPP TS 27.007 section 9.2); 0: none."""
        return {"absent": 10, "pin": 11, "puk": 12}.get(self.state, 0)

    def answer(self) -> str:
        return {"ready": "READY", "pin": "SIM PIN", "puk": "SIM PUK"}[self.state]

    def unlock(self, pin: str) -> None:
        """Try a PIN.

        Raises:
            Refused: it is wrong, or none is asked for.
        """
        if self.state != "pin":
            raise cme(self.trouble or 3)
        if pin == self._pin:
            self.state = "ready"
            return
        self._tries -= 1
        if self._tries == 0:
            self.state = "puk"
        raise cme(12 if self.state == "puk" else 16)
