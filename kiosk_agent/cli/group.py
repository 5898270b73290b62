"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from firmware_bridge.command_line import OneLineGroup, end, speak_indonesian
from kiosk_agent.access import GoneError
from kiosk_agent.errors import KioskError, OutputError
from kiosk_agent.reasons import why

PROGRAM: Final = "kasih-kiosk"

speak_indonesian()


class IndonesianGroup(OneLineGroup):
    """A group whose commands end with one line where a person or the machine is the reason."""

    program = PROGRAM

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            return super().main(*args, **options)
        except OSError as error:  # Such as help that cannot be printed.
            _drop_output()
            fail(f"Perintah ini gagal: {why(error)}.")

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
json_anyway: Final = click.option(
    "--json", is_flag=True, expose_value=False, help="Boleh ditulis; keluarannya selalu JSON."
)


def check_output() -> None:
    """Make sure that there is anything to print to, before something is done that has to be told.

    Raises:
        OutputError: it was closed from the start.
    """
    if sys.stdout is None:
        raise OutputError("Keluaran tertutup, jadi tidak ada yang bisa dijawab.")


def tell(text: str) -> None:
    """Print lines, all the way to where they go.

    Raises:
        OutputError: they did not get there.
    """
    check_output()
    try:
        click.echo(text)
        sys.stdout.flush()
    except OSError as error:
        _drop_output()
        raise OutputError(f"Keluaran tidak bisa ditulis: {why(error)}.") from error


def say(said: dict[str, Any]) -> None:
    """Print one line of JSON: as people read it, where the output can hold all of its letters.

    Raises:
        OutputError: it did not get there.
    """
    check_output()
    text = json.dumps(said, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(said)
    tell(text)


def _drop_output() -> None:
    """Let what could not be printed go; else Python would try once more at its end, and complain in English."""
    with suppress(OSError, AttributeError):  # There may be none, or one that is no file.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def fail(message: str, exit_code: int = 1) -> NoReturn:
    """End with one line on standard error."""
    end(PROGRAM, message, exit_code)
