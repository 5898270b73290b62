"""What an SMS asks for: a text to a command or a report. Pure; who sent it and what becomes of it is decided elsewhere.

Forgiving where nothing can be lost by it: any case, any punctuation around words, one typing error in the first word.
Whatever is no command is a report, whole: nothing is ever turned away.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from kiosk_agent.sms_desk.hidden_pins import hide_pins
from sync_protocol.errors import NumberError
from sync_protocol.number import parse_number
from sync_protocol.vocabulary import MAX_TEXT

DEFAULT_PREFIX: Final = "KOTKUPANG"


class Verb(StrEnum):
    """What a message wants."""

    REPORT = "lapor"
    EMPTY = "kosong"
    """A keyword, or nothing at all, and no text."""
    HELP = "bantuan"
    UNKNOWN_NUMBER = "nomor"
    """A command that says nothing else than a number which cannot be one."""
    CHECK = "cek"
    ADD = "tambah"
    YES = "ya"
    NOT_YET = "belum"
    RATE = "nilai"
    PIN = "pin"
    STOP = "berhenti"
    START = "mulai"


class Understood(Struct, frozen=True):
    """A message as it is taken."""

    verb: Verb
    text: str = ""
    """Of a report its text, letter for letter without the keyword; of a command its one written form."""
    is_draft: bool = False
    """A report that did not begin with a keyword."""
    has_typo: bool = False

    def __repr__(self) -> str:
        """Say nothing of the text, wherever this is printed."""
        return f"Understood({self.verb})"


_NUMBERED: Final = {
    "CEK": Verb.CHECK,
    "TAMBAH": Verb.ADD,
    "YA": Verb.YES,
    "BELUM": Verb.NOT_YET,
    "NILAI": Verb.RATE,
    "PIN": Verb.PIN,
}
_ALONE: Final = {"BERHENTI": Verb.STOP, "MULAI": Verb.START, "BANTUAN": Verb.HELP}
_NOTHING_LOST: Final = frozenset({Verb.CHECK, Verb.PIN, Verb.RATE, Verb.YES})
"""Commands that need no words behind their number."""
_REPORT: Final = "LAPOR"
_SIGNS: Final = r"\s!-/:-@\[-`{-~\u00a0-\u00bf\u200b-\u200f\u2010-\u2027\u2060\ufeff"
"""What may stand between and around words."""
_FIRST: Final = re.compile(rf"[{_SIGNS}]*([^{_SIGNS}]+)")
_AFTER_KEYWORD: Final = re.compile(
    r"(?:[\s:;,.!\-\u2013\u2014_=/*>)\]\u00bb\u2019\u201d]|[(<\[]SPASI[)>\]])*", re.IGNORECASE
)
"""Our own texts say "KOTKUPANG (spasi) isi", and some people type just that."""
_BETWEEN: Final = r"(?:[\W_]|SPASI(?![^\W_]))*"
"""Any signs at all: what they stand before is looked at closely."""
_BEFORE_NUMBER: Final = re.compile(rf"{_BETWEEN}(?:(?:NOMOR|NO|NMR|LAPORAN)(?![A-Z0-9]){_BETWEEN})*", re.IGNORECASE)
_SYMBOL: Final = r"[0-9A-Za-z]"
_NUMBER: Final = re.compile(rf"(?:{_SYMBOL}[ \t.\-_\u2010-\u2014]{{0,2}}){{9}}{_SYMBOL}(?!{_SYMBOL})")
_RUN_ON: Final = re.compile(
    rf"({'|'.join(_NUMBERED)})(?=\S{{0,10}}[0-9])(?={_SYMBOL}{{5}}-?{_SYMBOL}{{5}}(?!{_SYMBOL}))", re.IGNORECASE
)
"""A command and what may be a number in one word. It must hold a digit: words of ten letters are too common."""
_LIKE_NUMBER: Final = re.compile(rf"(?=\S*[0-9])[0-9A-Za-z.\-_\u2010-\u2014]{{6,14}}(?![^{_SIGNS}])")
_PIN: Final = re.compile(
    rf"{_BETWEEN}(?:PIN(?![A-Za-z]){_BETWEEN})?"
    r"((?:[0-9OIl]{4}[ -]?){3}[0-9OIl]{4}|[0-9OIl]{3}[ -]?[0-9OIl]{3})(?![ -]?[0-9])(?![A-Za-z])",
    re.IGNORECASE,
)
"""With or without the gaps that the slip has."""
_RATING: Final = re.compile(rf"{_BETWEEN}([1-5])(?![0-9])", re.IGNORECASE)
_OWN: Final = {Verb.CHECK: _PIN, Verb.RATE: _RATING}
"""What belongs to a command behind its number."""
_COURTESY: Final = re.compile(
    "ADMIN|BAPAK|BPK|BU|DONG|HALO|IBU|INFO|KAK|KASI|KASIH|KODE|KODEKU|KODENYA|LAPORAN|MAKASI|MAKASIH|MALAM|MAS|MBAK"
    "|MIN|MOHON|PAGI|PAK|PIN|PINKU|PINNYA|SANDI|SANDIKU|SANDINYA|SAYA|SELAMAT|SIANG|SORE|SPASI|STATUS|TERIMA"
    "|TERIMAKASIH|THANKS|TKS|TOLONG|TRIMAKASIH|TRIMS|YA",
    re.IGNORECASE,
)
"""Words that are not worth an officer's reading."""
_ALSO_MEANT: Final = {"YA": frozenset({"IYA", "Y", "YAA", "YAP"})}
"""Two letters are too few to tell a typing error: YG and YAN (yang) or YAH are words of their own."""
_DIGITS: Final = str.maketrans("OoIiLl", "001111")
_LONG_KEYWORD: Final = 7
"""A keyword this long may run on into the next word (KOTKUPANGlampu); LAPORAN is a word of its own."""


def understand(text: str, prefix: str = DEFAULT_PREFIX) -> Understood:
    """Read a message.

    Args:
        prefix: the city's keyword, as its CONFIG says.
    """
    prefix = "".join(_words(prefix)).upper() or DEFAULT_PREFIX
    rest, has_typo = _behind_prefix(text, prefix)
    if rest is None:
        return _command(text) or _report(text, text, is_draft=True)
    return _command(rest) or _report(rest, text, is_draft=rest is text, has_typo=has_typo)


def in_pieces(understood: Understood) -> list[tuple[Verb, str]]:
    """A command as it goes up; what is too long for one entry follows as an addition to the same report.

    A question stays one to its end: an addition moves a report that waits for it.
    """
    verb, text = understood.verb, understood.text
    more = verb if verb is Verb.CHECK else Verb.ADD
    pieces = [(verb, text[:MAX_TEXT])]
    if len(text) > MAX_TEXT:  # Only what comes with a number can be so long.
        head = f"{more.upper()} {text.split()[1]} "
        size = MAX_TEXT - len(head)
        pieces += [(more, head + text[at : at + size]) for at in range(MAX_TEXT, len(text), size)]
    return pieces


def _report(text: str, whole: str, *, is_draft: bool, has_typo: bool = False) -> Understood:
    if not _words(text):
        # What holds no letter is empty; signs such as an emoji still are what somebody sent.
        return Understood(Verb.EMPTY) if not _telling(text) else Understood(Verb.REPORT, whole.strip(), is_draft=True)
    return Understood(Verb.REPORT, text.strip(), is_draft=is_draft, has_typo=has_typo)


def _behind_prefix(text: str, prefix: str) -> tuple[str | None, bool]:
    """What follows the city's keyword or LAPOR, and whether that was mistyped; None where there is no keyword."""
    start = _FIRST.match(text)
    if start is None:
        return (None, False)
    if is_mistyped(start[1].upper(), prefix):
        return _behind_keyword(text, start.end()), True
    for keyword in (prefix, _REPORT):
        end = _end_of_keyword(text, start.start(1), keyword)
        if end is not None:
            return _behind_keyword(text, end), False
    if is_mistyped(start[1].upper(), _REPORT):
        return text, True  # "Lapar" may be meant, so it stays in the text.
    return None, False


def _behind_keyword(text: str, at: int) -> str:
    return text[_AFTER_KEYWORD.match(text, at).end() :]  # type: ignore[union-attr]  # It matches nothing too.


def _end_of_keyword(text: str, start: int, keyword: str) -> int | None:
    """Where the keyword ends that begins here; its letters may stand apart: KOT KUPANG, KOT-KUPANG."""
    at = start
    for letter in keyword:
        while at > start and at < len(text) and text[at] in " -._":
            at += 1
        if at >= len(text) or text[at].upper() != letter:
            return None
        at += 1
    is_run_on = at < len(text) and text[at].isalpha()
    return None if is_run_on and len(keyword) < _LONG_KEYWORD else at


def _command(text: str) -> Understood | None:
    start = _FIRST.match(text)
    if start is None:
        return None
    word, rest = start[1].upper(), text[start.end(1) :]
    if not _words(rest):
        for name, verb in _ALONE.items():
            if word == name or is_mistyped(word, name):
                return Understood(verb, name, has_typo=word != name)
    for name, verb in _NUMBERED.items():
        if word == name or is_mistyped(word, name):
            found = _numbered(verb, name, rest, is_exact=word == name)
            if found is not None and not _is_sigh(found, rest):
                return found
    run_on = _RUN_ON.match(text, start.start(1))
    if run_on is None:
        return None
    name, rest = run_on[1].upper(), text[run_on.end() :]
    found = _numbered(_NUMBERED[name], name, rest, is_exact=False)
    return None if found is None or _is_sigh(found, rest) else found


def _numbered(verb: Verb, name: str, rest: str, *, is_exact: bool) -> Understood | None:
    at = _BEFORE_NUMBER.match(rest).end()  # type: ignore[union-attr]  # It matches nothing too.
    number, end = _number_at(rest, at)
    if number:
        # "Ya?" asks, and its sign must not be lost on the way: a YA closes the report.
        asks = " ?" if verb is Verb.YES and "?" in rest[:at] else ""
        return Understood(verb, f"{name} {number}{_what_follows(verb, rest[end:])}{asks}", has_typo=not is_exact)
    if not is_exact:
        return None
    if not _words(rest):
        return Understood(Verb.UNKNOWN_NUMBER) if verb in {Verb.CHECK, Verb.PIN} else _bare(verb, name, rest)
    like_number = _LIKE_NUMBER.match(rest, at)
    if verb in _NOTHING_LOST and like_number is not None and not _tells_more(verb, rest[like_number.end() :]):
        return Understood(Verb.UNKNOWN_NUMBER)
    return None


def _tells_more(verb: Verb, rest: str) -> bool:
    """Whether anything follows the number that does not belong to the command: then it may be a complaint."""
    own = _OWN[verb].match(rest) if verb in _OWN else None
    return _telling(rest[own.end() :] if own else rest)


def _is_sigh(found: Understood, rest: str) -> bool:
    """Whether what looks like a mistyped YA asks or complains: "Y 7KQM9-XD4TF masih mati" must not close it."""
    words = "".join(found.text.split(" ", 2)[2:])
    return found.verb is Verb.YES and found.has_typo and ("?" in rest or _says_more(words))


def _says_more(words: str) -> bool:
    return any(not _COURTESY.fullmatch(word) for word in re.findall(r"[^\W\d_]{2,}", words))


def _bare(verb: Verb, name: str, signs: str) -> Understood | None:
    """YA or BELUM alone: the centre knows which report it asked this phone about. "YA?" is a question."""
    is_answer = verb is Verb.NOT_YET or (verb is Verb.YES and "?" not in signs)
    return Understood(verb, name) if is_answer else None


def _number_at(text: str, at: int) -> tuple[str, int]:
    """The number of a report that stands here, in its written form, and where it ends."""
    found = _NUMBER.match(text, at)
    if found is None or not _is_written_as_number(found[0], text[found.end() :]):
        return "", at
    try:
        return parse_number(found[0].replace("_", "")), found.end()
    except NumberError:
        return "", at


def _is_written_as_number(symbols: str, behind: str) -> bool:
    """One pair of words in 32 ("datang lagi") has a fitting check symbol by chance."""
    return any(letter.isdigit() for letter in symbols) or symbols[5:6] == "-" or not _words(behind)


def _what_follows(verb: Verb, rest: str) -> str:
    if verb is Verb.PIN:
        return ""
    own = _OWN[verb].match(rest) if verb in _OWN else None
    value = f" {re.sub('[ -]', '', own[1]).translate(_DIGITS)}" if own else ""
    if verb is Verb.RATE:
        return value
    said = _behind_keyword(rest, own.end() if own else 0).strip()
    if verb in _NOTHING_LOST:
        said = hide_pins(said)
    if verb is Verb.CHECK and not _says_more(said):
        return value
    return f"{value} {said}" if said else value


def is_mistyped(word: str, meant: str) -> bool:
    """Whether one letter is wrong, missing, too many or swapped with its neighbour."""
    if word == meant or abs(len(word) - len(meant)) > 1:
        return False
    if len(meant) < 3:
        return word in _ALSO_MEANT.get(meant, ())
    same = next((at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    behind_word, behind_meant = word[same:], meant[same:]
    return (
        behind_word[1:] == behind_meant[1:]
        or behind_word[1:] == behind_meant
        or behind_word == behind_meant[1:]
        or (behind_word[:2] == behind_meant[:2][::-1] and behind_word[2:] == behind_meant[2:])
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _telling(text: str) -> bool:
    """Whether anything but spaces and signs of writing stands in it."""
    return re.sub(rf"[{_SIGNS}]+", "", text) != ""
