"""SQL, which we write in small letters, stands in server/store and nowhere else."""

import re
from pathlib import Path

SERVER = Path("server")
STATEMENT = re.compile(r"""["'](?:select|insert|update|delete|create|drop)\s""")


def with_sql(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*.py") if STATEMENT.search(file.read_text("utf-8"))}


def test_no_other_part_of_the_server_speaks_sql() -> None:
    found = with_sql(SERVER)
    assert {SERVER / "store" / "cases.py", SERVER / "store" / "ledger.py"} <= found, "the search finds what is there"
    assert {file for file in found if SERVER / "store" not in file.parents} == set()
