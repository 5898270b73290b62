"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from kiosk_agent.access import GoneError
from kiosk_agent.errors import KioskError

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_HEADINGS = {"Options": "Pilihan", "Commands": "Perintah"}


class IndonesianFormatter(click.HelpFormatter):
    """Headings of --help in the language of who reads it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "Pemakaian: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))


click.Context.formatter_class = IndonesianFormatter


class IndonesianGroup(click.Group):
    """A group whose commands end with exit code 1 and one line where a person or the machine is the reason."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KioskError as error:
            fail(str(error))
        except GoneError:
            fail("Agen kios berhenti di tengah perintah. Ulangi perintah ini.")


data_option: Final = click.option(
    "--data", required=True, type=click.Path(path_type=Path), metavar="FOLDER", help="Folder data kios ini."
)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Keluaran sebagai JSON.")


def fail(message: str) -> NoReturn:
    """End with exit code 1 and one line on standard error."""
    click.echo(f"kasih-kiosk: {' '.join(message.split())}", err=True)
    sys.exit(1)
