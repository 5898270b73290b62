"""The preset dictionary that both ends compress with: frozen bytes, named by their hash.

`scripts/build_dictionary.py` made the file. Another dictionary is another codec, never a change of this one.
"""

import pkgutil
from hashlib import sha256
from typing import Final

DICTIONARY_1_SHA256: Final = "e500f32c1e5fcb729b6b26223cdecdb3ab0294bd759796ce1fe489a0b8b81335"


def _load() -> bytes:
    data = pkgutil.get_data("sync_protocol", "dictionary_1.bin") or b""
    if sha256(data).hexdigest() != DICTIONARY_1_SHA256:
        raise ImportError("sync_protocol/dictionary_1.bin is not the frozen dictionary 1")
    return data


DICTIONARY_1: Final = _load()
