"""The command lines of a kiosk PC, `kasih-kiosk` and `kasih-modem`: Indonesian, and one line for what went wrong.

What click itself says is listed here; what is not listed stays English. `dress` does the rest: what click takes from a
command or its parameters without looking it up. The centre, which installs without this package, has a twin of its own.
"""

import sys
from typing import Any, Final, NoReturn

import click
from click import core, decorators, exceptions, formatting, parser, types

HELP: Final = {"help_option_names": ["--help", "-h"], "max_content_width": 100}
_MISTYPED: Final = 2

_WORDS: Final = {
    "Show this message and exit.": "Tampilkan bantuan ini.",
    "Options": "Pilihan",
    "Commands": "Perintah",
    "default: {default}": "bawaan: {default}",
    "Positional arguments": "Argumen",
    "Usage:": "Pemakaian:",
    "required": "wajib",
    "Missing argument": "Kurang argumen",
    "Missing option": "Kurang pilihan",
    "Missing parameter": "Kurang parameter",
    "Missing command.": "Sebutkan perintahnya.",
    "No such command {name!r}.": "Perintah {name!r} tidak ada.",
    "No such option {name!r}.": "Pilihan {name!r} tidak ada.",
    "Option {name!r} does not take a value.": "Pilihan {name!r} tidak memakai nilai.",
    "Invalid value for {param_hint}: {message}": "Nilai {param_hint} tidak dapat dipakai: {message}",
    "Invalid value: {message}": "Nilai tidak dapat dipakai: {message}",
    "{value!r} is not a valid {number_type}.": "{value!r} bukan angka yang benar.",
    "{value} is not in the range {range}.": "{value} di luar {range}.",
    "{name} {filename!r} does not exist.": "{name} {filename!r} tidak ada.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} adalah folder.",
    "{name} {filename!r} is a file.": "{name} {filename!r} bukan folder.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} tidak dapat dibaca.",
    "file": "berkas",
    "directory": "folder",
    "path": "letak",
}
_METAVARS: Final = {
    "text": "TEKS",
    "integer": "ANGKA",
    "integer range": "ANGKA",
    "float range": "ANGKA",
    "path": "LETAK",
    "berkas": "BERKAS",
    "letak": "LETAK",
}
_PLURALS: Final = {
    "Got unexpected extra argument ({args})": "Ada argumen yang berlebih ({args})",
    "Option {name!r} requires an argument.": "Pilihan {name!r} memerlukan nilai.",
    "Did you mean {possibility}?": "Maksudnya {possibility}?",
    "{value!r} is not {choice}.": "{value!r} bukan {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} bukan salah satu dari {choices}.",
    "(Possible options: {possibilities})": "(Mungkin: {possibilities})",
}


def speak_indonesian() -> None:
    """Put our words in the place where click looks its own up."""
    for module in (core, decorators, exceptions, formatting, parser, types):
        for name, function in (("_", _say), ("ngettext", _say_of_many)):
            if hasattr(module, name):
                setattr(module, name, function)


def dress(command: click.Command) -> None:
    """Name the options and the commands of a command, and of all below it, in Indonesian."""
    if command.options_metavar:
        command.options_metavar = "[PILIHAN]"
    # Else click cuts it off in the list of commands.
    command.short_help = " ".join((command.help or "").partition("\n\n")[0].split())
    for param in command.params:
        if isinstance(param, click.Option):
            param.metavar = param.metavar or _METAVARS.get(param.type.name)
    if isinstance(command, click.Group):
        command.subcommand_metavar = "PERINTAH [ARGUMEN]..."
        for below in command.commands.values():
            dress(below)


class Span(click.IntRange):
    """Whole numbers from one to another, told in words."""

    def _describe_range(self) -> str:
        return f"{self.min} sampai {self.max}"


def _say(message: str) -> str:
    return _WORDS.get(message, message)


def _say_of_many(one: str, many: str, number: int) -> str:
    """Indonesian has one form for any number."""
    message = one if number == 1 else many
    return _PLURALS.get(message, _PLURALS.get(one, message))


class OneLineGroup(click.Group):
    """A group that ends with one line on standard error where it was mistyped, and exit code 2."""

    program: str

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command line; click would answer a mistyped one with four lines."""
        try:
            return super().main(*args, **({"prog_name": self.program} | options | {"standalone_mode": False}))
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(_MISTYPED)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else self.program
            end(self.program, f"{error.format_message()} (bantuan: {command} --help)", _MISTYPED)
        except click.ClickException as error:
            end(self.program, error.format_message())
        except click.exceptions.Exit as ended:
            sys.exit(ended.exit_code)
        except click.Abort:
            sys.exit(1)


def end(program: str, message: str, exit_code: int = 1) -> NoReturn:
    """End a program with one line on standard error."""
    click.echo(f"{program}: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)
