"""What the cores may import: all that they need now, and nothing else.

The contracts of import-linter in pyproject.toml name what a core must not import; a list of what it may leaves no gap.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = {
    "base64", "collections", "datetime", "enum", "functools", "hashlib", "hmac", "itertools", "json", "msgspec", "re", "struct", "typing", "unicodedata",
    "zlib",
}  # fmt: skip
CRYPTOGRAPHY = {
    "cryptography.exceptions", "cryptography.hazmat.primitives.asymmetric.ed25519", "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.hpke",
}  # fmt: skip
PACKAGED = {
    "sync_protocol/dictionary.py": {"pkgutil"},  # dictionary_1.bin, which is a part of the code
    "firmware_bridge/pdu/alphabets.py": {"importlib.resources"},
}
"""Files that lie beside the code and never change are read as it is imported."""
CORES = {
    "sync_protocol": CRYPTOGRAPHY,
    **{f"firmware_bridge/{name}": set() for name in ("at_parser", "commands", "facts", "modem", "pdu", "routines", "states", "ussd")},
}  # fmt: skip
BUILTINS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}


def modules(core: str) -> list[Path]:
    return sorted((ROOT / core).rglob("*.py")) or [ROOT / f"{core}.py"]


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("core", CORES)
def test_a_core_imports_nothing_that_could_reach_a_file_a_socket_a_clock_or_chance(core: str) -> None:
    own, allowed = core.partition("/")[0], PURE | CORES[core]
    for path in modules(core):
        packaged = PACKAGED.get(path.relative_to(ROOT).as_posix(), set())
        for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            is_known = name in allowed | packaged or name.partition(".")[0] in {own} | PURE
            assert is_known, f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("core", CORES)
def test_a_core_calls_no_builtin_that_does(core: str) -> None:
    for path in modules(core):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert not names & BUILTINS, path
