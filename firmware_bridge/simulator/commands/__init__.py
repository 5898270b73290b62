"""The commands that the simulated modem knows, by their names."""

from firmware_bridge.simulator.commands.general import GENERAL
from firmware_bridge.simulator.commands.handler import Handler, TextHandler
from firmware_bridge.simulator.commands.indications import INDICATIONS
from firmware_bridge.simulator.commands.mobile import MOBILE
from firmware_bridge.simulator.commands.reading import READING
from firmware_bridge.simulator.commands.sending import PROMPTS, SENDING, TEXTS
from firmware_bridge.simulator.commands.settings import SETTINGS

COMMANDS: dict[str, Handler] = {**GENERAL, **SETTINGS, **MOBILE, **INDICATIONS, **READING, **SENDING}
PROMPTING = PROMPTS
TEXT_COMMANDS: dict[str, TextHandler] = TEXTS

__all__ = ["COMMANDS", "PROMPTING", "TEXT_COMMANDS"]
