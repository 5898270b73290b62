"""SQL stands only in `server/store/`: whoever asks what touches a table has one folder to read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import server

ROOT = Path(server.__file__).parent
BRACKETS = {"begin immediate", "commit", "rollback"}
"""A transaction's own words name no table."""
STATEMENT = re.compile(r"\s*(?:select|insert|update|delete|create|drop|alter|replace|with|pragma)\s")
"""How SQL begins, which we write in small letters."""


def statements(source: str) -> Iterator[int]:
    """Lines that hand anything but a transaction's brackets to a database, or hold what could be handed to one."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"execute", "executemany", "executescript"}
        ):
            given = node.args[0] if node.args else None
            if not (isinstance(given, ast.Constant) and given.value in BRACKETS):
                yield node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield node.lineno


def test_sql_stands_only_in_the_store() -> None:
    outside = [file for file in ROOT.rglob("*.py") if not file.is_relative_to(ROOT / "store")]
    found = [f"{file.relative_to(ROOT)}:{line}" for file in outside for line in statements(file.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("connection.execute(statement)", [1]),
        ('x = "select 1"', [1]),
        ('x = 1\ny = f"delete from {x}"', [2]),
        ('x = """\n    select 1\n"""', [1]),
        ('"""Select what is new."""', []),
        ('connection.execute("begin immediate")', []),
    ],
)
def test_the_search_finds_what_it_looks_for(source: str, lines: list[int]) -> None:
    assert list(statements(source)) == lines


def test_the_store_has_statements() -> None:
    assert any(any(statements(file.read_text("utf-8"))) for file in (ROOT / "store").glob("*.py"))
