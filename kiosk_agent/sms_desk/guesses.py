"""What an SMS is probably about, where, and whether it wants secrecy or is an emergency. Guesses, marked as guesses.

Words of categories and names of kelurahan come from the centre's tables. Emergency words and phrases of secrecy are
kept here: they decide what a resident is told at once, and must work before any table has come.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from kiosk_agent.intake.master import Kelurahan, Master, fold

OTHER: Final = "LAIN"
_CLOCK: Final = re.compile(r"\b(?:pukul|pkl|jam)\.?\s*\d+")
"""`pukul 9` is a time; only without a number is it a blow."""

_EMERGENCY: Final = (
    r"kebakaran|terbakar|api besar|asap tebal|ledakan|meledak",
    r"kecelakaan|tabrakan|tabrak lari|tertabrak|ditabrak|terlindas|patah tulang",
    r"pingsan|sekarat|kejang|sesak na[fp]as|serangan jantung|tidak sadar(?:kan diri)?",
    r"berdarah banyak|pendarahan|perdarahan",
    r"mau melahirkan|bunuh diri|gantung diri|keracunan|tenggelam|hanyut|terseret (?:arus|banjir)|tertimbun|tertimpa",
    r"kesetrum|tersengat listrik|kabel (?:\w+ )?(?:su )?(?:sudah )?jatuh|gas bocor|kebocoran gas",
    r"perampokan|dirampok|begal|dibegal|dibacok|ditikam|ditusuk|dikeroyok|tawuran|penculikan|diculik|diperkosa|pemerkosaan",
    r"darurat|butuh ambulans|minta ambulans|nyawa",
)
_NAME: Final = r"(?:nama|nma|identitas|nomor|no|hp)"
_NO: Final = r"(?:jangan|jgn|jang|jng|tidak mau|sonde mau|tra usah|tidak usah|mohon tidak|tlg jgn)"
_TELL: Final = r"(?:sebut|tulis|kasi ?tau|kasih ?tau|kasitau|bilang|beritahu|beri tahu|bocor(?:kan)?|sebar(?:kan)?)"
_TOLD: Final = r"(?:sebut|disebut|tulis|kasi|kasih|bilang|diberitahu|sampai|bocor|disebar)"
_SECRECY: Final = (
    r"rahasia(?:kan)?|dirahasiakan|di rahasiakan|merahasiakan|anonim",
    rf"{_NO}(?: \w+){{0,2}} {_TELL}\w*(?: \w+){{0,3}} {_NAME}",
    rf"{_NAME}(?: \w+){{0,2}} {_NO}(?: \w+){{0,2}} {_TOLD}",
    rf"{_NO} (?:kasi|kasih) ?(?:tau|tahu) (?:siapa|sapa)\w*",
    rf"{_NO} (?:bilang|sebut|bilang dari|ketahuan) (?:saya|sy|beta|sa|dari saya)",
)
_IS_EMERGENCY: Final = re.compile(rf"\b(?:{'|'.join(_EMERGENCY)})\b")
_WANTS_SECRECY: Final = re.compile(rf"\b(?:{'|'.join(_SECRECY)})\b")


def is_emergency(text: str) -> bool:
    """Whether somebody may need help within minutes, which no complaint brings."""
    return _IS_EMERGENCY.search(_plain(text)) is not None


def wants_secrecy(text: str) -> bool:
    """Whether the sender asks not to be named."""
    return _WANTS_SECRECY.search(_plain(text)) is not None


def guess_category(text: str, rows: Sequence[dict[str, str]]) -> str:
    """The category whose words say most of the text; LAIN where none does.

    Longer words tell more (`lampu jalan` than `jalan rusak`), and the first of two that tell as much is meant.

    Args:
        rows: the table `kategori`.
    """
    said = _CLOCK.sub(" ", _plain(text))
    best, most = OTHER, (0, 0)
    for row in rows:
        found = _pattern(row.get("kata_kunci", "")).findall(said)
        weight = (sum(len(word) for word in set(found)), max((len(word) for word in found), default=0))
        if weight > most:
            best, most = row.get("kode", OTHER), weight
    return best


def guess_kelurahan(text: str, master: Master) -> str:
    """The code of the kelurahan that the text names first, by name or alias; empty where it names none."""
    found = _kelurahan_pattern(tuple(_names(master.kelurahan))).search(_plain(text))
    return (master.find_kelurahan(found[0]) or "") if found else ""


def _names(table: Iterable[Kelurahan]) -> list[str]:
    return [fold(name) for each in table for name in (each.name, *each.aliases)]


def _plain(text: str) -> str:
    """In small letters, with single spaces for everything that is no letter or digit."""
    return " ".join(re.sub(r"[^\w]+|_", " ", text.casefold()).split())


@lru_cache(maxsize=64)
def _pattern(words: str) -> re.Pattern[str]:
    plain = sorted({_plain(word) for word in words.split(";")} - {""}, key=lambda word: (-len(word), word))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, plain))})\b" if plain else r"(?!)")


@lru_cache(maxsize=2)
def _kelurahan_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """The longest first, so that Oesapa Barat is not Oesapa."""
    plain = sorted({_plain(name) for name in names} - {""}, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, plain))})\b" if plain else r"(?!)")
