"""What all commands share: the data folder, JSON on request, one clear line for a person's mistake."""

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
from click import decorators

from server.cli.words import speak_indonesian
from server.domain.deadlines import wita
from server.errors import CentreError, OutputError, StorageError, UnreadableError
from server.reasons import why
from server.store.data_folder import DATABASE

_REASONS: Final = {
    "disk is full": "disk penuh",
    "readonly": "disk hanya bisa dibaca",
    "disk I/O error": "disk gagal dibaca atau ditulis",
    "unable to open": "berkas data tidak dapat dibuka",
    "malformed": "berkas data rusak",
    "not a database": "berkas data rusak",
    "Could not decode": "berkas data rusak",
    "no such table": "berkas data rusak atau tidak lengkap",
    "locked": "berkas data sedang dipakai program lain",
}

F = TypeVar("F", bound=Callable[..., Any])

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_MISTYPED: Final = 2
_FOLDER: Final = "kasih.data"
"""Where click's context keeps the folder of the command at hand, for what is told of its files."""

speak_indonesian()  # Some words are looked up as commands are made, the others as they run.


class OneLine(click.Command):
    """A command that ends with one line where it was mistyped, and exit code 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line; click would answer a mistyped one with four lines."""
        speak_indonesian()  # Another command line in this process may have spoken meanwhile.
        program = self.name or "kasih-server"
        try:
            return super().main(*args, **({"prog_name": program} | options | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_MISTYPED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else program
            fail(f"{error.format_message()} (bantuan: {command} --help)", _MISTYPED, program)
        except click.ClickException as error:
            fail(error.format_message(), program=program)
        except OutputError as error:
            fail(str(error), program=program)
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except click.Abort:
            sys.exit(1)


class IndonesianGroup(OneLine, click.Group):
    """A group whose commands end with one line where a person or the disk is the reason."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StorageError as error:
            fail(_refusal(error, ctx.meta.get(_FOLDER)))
        except CentreError as error:
            fail(str(error))


def _remember(ctx: click.Context, _: click.Parameter, folder: Path) -> Path:
    ctx.meta[_FOLDER] = folder
    return folder


data_option: Final = click.option(
    "--data",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Folder data pusat.",
    callback=_remember,
)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Keluaran sebagai JSON.")
json_anyway: Final = click.option(
    "--json", is_flag=True, expose_value=False, help="Boleh ditulis; keluarannya selalu JSON."
)


def _refusal(error: StorageError, folder: Path | None) -> str:
    """What a person is told of a disk that refuses: which file, what is wrong with it, and the next step."""
    reason = _reason(str(error))
    database = folder / DATABASE if folder is not None else DATABASE
    if reason.startswith("berkas data rusak"):
        return (
            f"{database}: {reason}. Hentikan pusat, simpan salinan folder itu, lalu pulihkan cadangan:"
            f" kasih-server restore BERKAS --data {folder or 'FOLDER'} --force"
        )
    if isinstance(error, UnreadableError):
        return f"{database} tidak dapat dibaca: {reason}"
    return f"penyimpanan menolak, tidak ada yang dijanjikan tersimpan: {reason}"


def _reason(said: str) -> str:
    """What the disk did, for a person; SQLite says it in English, also through a server that is up."""
    return next((reason for words, reason in _REASONS.items() if words in said), said)


def fail(message: str, exit_code: int = 1, program: str = "kasih-server") -> NoReturn:
    """End with one line on standard error."""
    tell(f"{program}: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


def tell(*lines: str, err: bool = False) -> None:
    """Print lines for a person. What commands print goes through here or `say`: others wrote a part of it.

    Raises:
        OutputError: standard output does not take them. (Where standard error does not, nobody could be told.)
    """
    for line in lines:
        if err:
            with suppress(OSError):
                click.echo(plain(line), err=True)
        else:
            put(plain(line))


def say(facts: dict[str, Any]) -> None:
    """Print facts as one line of JSON.

    Raises:
        OutputError: standard output does not take it.
    """
    put(json_line(facts))


def put(content: str | bytes, *, nl: bool = True, **options: Any) -> None:
    """Print as `click.echo` does, at once.

    Raises:
        OutputError: standard output does not take it.
    """
    with output():
        click.echo(content, nl=nl, **options)


@contextmanager
def output(*, may_end: bool = False) -> Iterator[None]:
    """Around what writes to standard output.

    Args:
        may_end: of a long list a reader such as `head` may have seen enough, which needs no words.

    Raises:
        OutputError: it is closed, full or gone.
    """
    if sys.stdout is None:
        raise OutputError(_unprinted("keluaran standar tertutup"))
    try:
        yield
    except OSError as error:
        _silence()
        if may_end and isinstance(error, BrokenPipeError):
            sys.exit(1)
        raise OutputError(_unprinted(why(error))) from None


def _unprinted(reason: str) -> str:
    return f"keluaran tidak dapat ditulis ({reason}); hasilnya tidak tercetak, meskipun perintahnya mungkin sudah jadi"


def _silence() -> None:
    """Send away what standard output still holds, or Python would complain of it once more at its end."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)


decorators.echo = put  # type: ignore[attr-defined,assignment]  # What prints --help and --version.


def json_line(facts: dict[str, Any]) -> str:
    """Facts as JSON without a line end; what could steer a terminal is escaped as JSON can."""
    return escaped(json.dumps(facts, ensure_ascii=False, separators=(",", ":")))


def escaped(text: str) -> str:
    """JSON in which every letter that cannot be seen is written as JSON escapes it; what it says stays the same."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1] for letter in text)


def plain(text: str) -> str:
    """A text that others wrote, for a terminal: what could steer it is replaced; any kind of space is a space."""
    return text if text.isprintable() else "".join(map(_plain_letter, text))


def _plain_letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    return " " if unicodedata.category(letter) == "Zs" else "\ufffd"


def moment(at_ms: int) -> str:
    """A time for a person, such as 22-11-2026 17.55 WITA."""
    return f"{wita(at_ms):%d-%m-%Y %H.%M} WITA"


def iso(at_ms: int | None) -> str | None:
    """A time for a program: ISO 8601 with its offset; None where there was none."""
    return wita(at_ms).isoformat(timespec="seconds") if at_ms else None
