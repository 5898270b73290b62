"""The preset dictionary that both ends compress with: frozen bytes, named by their hash.

`scripts/build_dictionary.py` made the file. Another dictionary is another codec, never a change of this one.
"""

import pkgutil
from hashlib import sha256
from typing import Final

DICTIONARY_1_SHA256: Final = "332e3346e698500d80cbaca7e791e48cd32fcc6b79f9e9944327a38569e68fa6"


def _load() -> bytes:
    data = pkgutil.get_data("sync_protocol", "dictionary_1.bin") or b""
    if sha256(data).hexdigest() != DICTIONARY_1_SHA256:
        raise ImportError("sync_protocol/dictionary_1.bin is not the frozen dictionary 1")
    return data


DICTIONARY_1: Final = _load()
