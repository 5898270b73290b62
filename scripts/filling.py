"""Fill the parts of a document that follow from the code: between `<!-- begin NAME -->` and `<!-- end NAME -->`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Parts = Mapping[str, Callable[[], str]]


def fill(text: str, parts: Parts) -> str:
    """The document with its parts as the code has them.

    Raises:
        ValueError: a part has no place in it, or more than one.
    """
    for name, make in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"the document needs one {begin} and one {end}")
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{make().strip()}\n\n{end}{rest.partition(end)[2]}"
    return text


def run(document: Path, parts: Parts, script: str) -> None:
    """The command line of a script that fills one document."""
    arguments = argparse.ArgumentParser(description=f"Fill docs/{document.name} from the code.")
    arguments.add_argument("--check", action="store_true", help="write nothing; fail where a part is stale")
    check: bool = arguments.parse_args().check
    text = document.read_text(encoding="utf-8")
    filled = fill(text, parts)
    if check and filled != text:
        sys.exit(f"docs/{document.name} is stale: run scripts/{script}")
    if not check:
        document.write_text(filled, encoding="utf-8")
