"""Build the test vectors of the protocol: python scripts/build_vectors.py [--check].

Each file of tests/vectors holds vectors with one failure each: `input` in hex (or `text` where a person types or scans
it), `expect` ("ok", or the `code` of the error), and `comment`, which says where a reader must stop and why.
Keys and ephemeral keys are SHA-256 of their names, so that the same script gives the same bytes. The exception is zlib:
another implementation may pack in other bytes that unpack to the same, so `zlib` stands in each file.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))

from scripts.vectors import bodies, bundles, entries, exchanges, keys, logs, numbers, receipts, replies
from scripts.vectors.sample import sample
from scripts.vectors.setting import SETTING, Vector

VECTORS = PROJECT / "tests" / "vectors"
FILES: dict[str, Callable[[], Iterator[Vector]]] = {
    "entries": entries.entries,
    "packed": entries.packed,
    "sign_keys": keys.sign_keys,
    "seal_keys": keys.seal_keys,
    "codes": keys.codes,
    "keys": keys.device_keys,
    "numbers": numbers.numbers,
    "pins": numbers.pins,
    "receipts": receipts.receipts,
    "bodies": bodies.json_bodies,
    "bundles": bundles.bundles,
    "servers": replies.servers,
    "replies": replies.replies,
    "exchanges": exchanges.exchanges,
    "requests": exchanges.requests,
    "answers": exchanges.answers,
}


def build() -> dict[str, bytes]:
    """Every file's name and bytes."""
    files = {}
    for name, make in FILES.items():
        listed = list(make())
        doc = (make.__doc__ or "Bodies of entries after unpacking.").strip()
        lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in listed)
        head = json.dumps({"about": doc, "setting": SETTING}, indent=1)[:-2]
        files[f"{name}.json"] = f'{head},\n "vectors": [\n{lines}\n]}}\n'.encode()
        if len({one["name"] for one in listed}) != len(listed):
            raise ValueError(f"two vectors of {name} share a name")
    named = {name: entry.raw.hex() for name, entry in logs.ENTRIES.items()}
    files["logs.json"] = (json.dumps({"about": logs.__doc__, "entries": named}, indent=1) + "\n").encode()
    bundle, about = sample()
    files["sample.kasih"] = bundle
    files["sample.json"] = (json.dumps(about, indent=1) + "\n").encode()
    return files


def main() -> None:
    arguments = argparse.ArgumentParser(description="Build the protocol's test vectors.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail where a file is another")
    check: bool = arguments.parse_args().check
    VECTORS.mkdir(exist_ok=True)
    stale = []
    for name, data in build().items():
        path = VECTORS / name
        if not check:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            stale.append(name)
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run scripts/build_vectors.py")


if __name__ == "__main__":
    main()
