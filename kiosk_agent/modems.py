"""The modems of a running kiosk: a bridge that works for its SMS desk. Never in the way of KIRIM or of the sync."""

from collections.abc import Sequence

from firmware_bridge.bridge import Bridge
from firmware_bridge.errors import UsageError
from firmware_bridge.settings import BridgeSettings
from kiosk_agent.control import Control
from kiosk_agent.errors import SettingsError
from kiosk_agent.modem_words import in_words
from kiosk_agent.settings import Settings
from kiosk_agent.sms_desk.pin_tries import StoredPinTries


class Modems:
    """Starts and stops the bridge."""

    def __init__(self, control: Control, ports: Sequence[str]) -> None:
        """Put desk and bridge together; no port is opened yet.

        Raises:
            SettingsError: a port or a setting makes no sense.
        """
        kiosk, desk = control.kiosk, control.make_desk()
        try:
            self._bridge = Bridge(ports, desk, _bridge_settings(kiosk.settings), pin_tries=StoredPinTries(kiosk.store))
        except UsageError as error:
            raise SettingsError(str(error)) from None
        kiosk.modems = self._bridge.statuses
        kiosk.modem_state = lambda: in_words(self._bridge.statuses())
        kiosk.store.arrived.append(self._bridge.wake)

    def start(self) -> None:
        """Open the ports, each in a thread of its own."""
        self._bridge.start()

    def stop(self) -> None:
        """Close them."""
        self._bridge.stop()


def _bridge_settings(settings: Settings) -> BridgeSettings:
    return BridgeSettings(
        sweep_s=settings.sms_sweep_s,
        ask_s=min(BridgeSettings().ask_s, settings.sms_sweep_s),
        pin=settings.sim_pin,
        balance_code=settings.balance_code,
    )
