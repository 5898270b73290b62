"""What all commands share: one clear line for what a person has to know."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any, Final, NoReturn

import click

from firmware_bridge.command_line import OneLineGroup, end, speak_indonesian
from firmware_bridge.errors import BridgeError

PROGRAM: Final = "kasih-modem"

speak_indonesian()


class ModemGroup(OneLineGroup):
    """A group whose commands end with exit code 1 and one line where a person or a modem is the reason."""

    program = PROGRAM

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BridgeError as error:
            fail(str(error))


def fail(message: str) -> NoReturn:
    """End with exit code 1 and one line on standard error."""
    end(PROGRAM, message)


def version() -> str:
    """The version of the distribution; empty where it runs from a folder that was never installed."""
    try:
        return version_of("kasih")
    except PackageNotFoundError:
        return ""
