"""What all commands share: headings in Bahasa Indonesia, and one clear line for what a person has to know."""

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any, Final, NoReturn

import click

from firmware_bridge.errors import BridgeError

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_HEADINGS: Final = {"Options": "Pilihan", "Commands": "Perintah"}


class IndonesianFormatter(click.HelpFormatter):
    """Headings of --help in the language of who reads it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Pemakaian: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))


class IndonesianContext(click.Context):
    """A context whose help speaks Bahasa Indonesia; its own class, so that no other program's help changes."""

    formatter_class = IndonesianFormatter


class IndonesianGroup(click.Group):
    """A group whose commands end with exit code 1 and one line where a person or a modem is the reason."""

    context_class = IndonesianContext

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        cmd.context_class = IndonesianContext
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BridgeError as error:
            fail(str(error))


def fail(message: str) -> NoReturn:
    """End with exit code 1 and one line on standard error."""
    click.echo(f"kasih-modem: {' '.join(message.split())}", err=True)
    sys.exit(1)


def version() -> str:
    """The version of the distribution; empty where it runs from a folder that was never installed."""
    try:
        return version_of("kasih")
    except PackageNotFoundError:
        return ""
