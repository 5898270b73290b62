"""What click itself says, in the language of those who read it; what is not listed stays English.

`dress` does the rest: what click takes from a command or its parameters without looking it up.
"""

from typing import Final

import click
from click import core, decorators, exceptions, formatting, parser, types

_WORDS: Final = {
    "Show this message and exit.": "Tampilkan bantuan ini.",
    "Show the version and exit.": "Tampilkan versi.",
    "Options": "Pilihan",
    "Commands": "Perintah",
    "Positional arguments": "Argumen",
    "Usage:": "Pemakaian:",
    "default: {default}": "bawaan: {default}",
    "required": "wajib",
    "file": "berkas",
    "directory": "folder",
    "path": "letak",
    "Error: {message}": "Galat: {message}",
    "Aborted!": "Dibatalkan.",
    "Missing argument": "Kurang argumen",
    "Missing option": "Kurang pilihan",
    "Missing parameter": "Kurang parameter",
    "Missing command.": "Sebutkan perintahnya.",
    "Choose from:\n\t{choices}": "Pilih dari: {choices}",
    "No such command {name!r}.": "Perintah {name!r} tidak ada.",
    "No such option {name!r}.": "Pilihan {name!r} tidak ada.",
    "Option {name!r} does not take a value.": "Pilihan {name!r} tidak memakai nilai.",
    "Invalid value for {param_hint}: {message}": "Nilai {param_hint} tidak dapat dipakai: {message}",
    "Invalid value: {message}": "Nilai tidak dapat dipakai: {message}",
    "{name} {filename!r} does not exist.": "{name} {filename!r} tidak ada.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} adalah folder.",
    "{name} {filename!r} is a file.": "{name} {filename!r} bukan folder.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} tidak dapat dibaca.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} tidak dapat ditulis.",
    "{value!r} is not a valid {number_type}.": "{value!r} bukan angka yang benar.",
    "{value} is not in the range {range}.": "{value} di luar {range}.",
}
_PLURALS: Final = {
    "Got unexpected extra argument ({args})": "Ada argumen yang berlebih ({args})",
    "{value!r} is not {choice}.": "{value!r} bukan {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} bukan salah satu dari {choices}.",
    "Option {name!r} requires an argument.": "Pilihan {name!r} memerlukan nilai.",
    "Did you mean {possibility}?": "Maksudnya {possibility}?",
    "(Possible options: {possibilities})": "(Mungkin: {possibilities})",
}

_METAVARS: Final = {"text": "TEKS", "integer": "ANGKA", "integer range": "ANGKA", "berkas": "BERKAS", "letak": "LETAK"}
_ARGUMENTS: Final = {"name": "NAMA", "file": "BERKAS", "text": "TEKS..."}


def speak_indonesian() -> None:
    """Put our words in the place where click looks its own up."""
    for module in (core, decorators, exceptions, formatting, parser, types):
        for name, function in (("_", _say), ("ngettext", _say_of_many)):
            if hasattr(module, name):
                setattr(module, name, function)


def dress(command: click.Command) -> None:
    """Name options, arguments and values of a command, and of all below it, in Indonesian."""
    if command.options_metavar:
        command.options_metavar = "[PILIHAN]"
    if command.help:  # click would cut a summary that is longer than its line; help is wrapped.
        command.short_help = " ".join(command.help.split("\n\n")[0].split()).split(". ")[0].removesuffix(".") + "."
    if isinstance(command, click.Group):
        command.subcommand_metavar = "PERINTAH [ARGUMEN]..."
        for below in command.commands.values():
            dress(below)
    for param in command.params:
        if isinstance(param, click.Argument):
            param.metavar = param.metavar or _ARGUMENTS.get(param.name)
        else:
            param.metavar = param.metavar or _METAVARS.get(param.type.name)


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
