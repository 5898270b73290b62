"""What click itself says, in the language of those who read it; what is not listed stays English.

`dress` does the rest: what click takes from a command or its parameters without looking it up.
"""

from typing import Final

import click
from click import core, decorators, exceptions, formatting, parser, types

_WORDS: Final = {
    "Show this message and exit.": "Tampilkan bantuan ini.",
    "Options": "Pilihan",
    "Commands": "Perintah",
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
}
_PLURALS: Final = {
    "Got unexpected extra argument ({args})": "Ada argumen yang berlebih ({args})",
    "Option {name!r} requires an argument.": "Pilihan {name!r} memerlukan nilai.",
    "Did you mean {possibility}?": "Maksudnya {possibility}?",
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
