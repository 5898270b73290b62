"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import sys
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from kiosk_agent.access import GoneError
from kiosk_agent.cli.words import speak_indonesian
from kiosk_agent.errors import KioskError

PROGRAM: Final = "kasih-kiosk"
HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_MISTYPED: Final = 2

speak_indonesian()


class IndonesianGroup(click.Group):
    """A group whose commands end with one line where a person or the machine is the reason; mistyped: with code 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line; click would answer a mistyped one with four lines."""
        try:
            return super().main(*args, **({"prog_name": PROGRAM} | options | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_MISTYPED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else PROGRAM
            fail(f"{error.format_message()} (bantuan: {command} --help)", _MISTYPED)
        except click.ClickException as error:
            fail(error.format_message())
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except click.Abort:
            sys.exit(1)

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


def fail(message: str, exit_code: int = 1) -> NoReturn:
    """End with one line on standard error."""
    click.echo(f"{PROGRAM}: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)
