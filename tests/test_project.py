"""The project's own papers agree with each other: versions, locked dependencies, decisions."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = [ROOT / "requirements" / f"{name}.txt" for name in ("kiosk", "server", "build", "dev")]


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_all_that_its_extra_asks_for(lock: Path) -> None:
    asked_for = {re.split(r"[^A-Za-z0-9_-]", line)[0] for line in PROJECT["optional-dependencies"][lock.stem]}
    assert asked_for - {PROJECT["name"]} <= pins(lock).keys(), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_a_hash_for_every_pin_and_names_no_place_to_fetch_from(lock: Path) -> None:
    for line in re.sub(r"\\\n", "", lock.read_text()).splitlines():
        if not line.lstrip().startswith("#"):
            assert "--hash=sha256:" in line
        assert "://" not in line
        assert not re.search(r"--(extra-)?index|--find-links|(^|\s)/\w", line)


@pytest.mark.parametrize("lock", LOCKS[:3], ids=lambda lock: lock.stem)
def test_tests_run_on_the_versions_that_are_shipped(lock: Path) -> None:
    assert pins(lock).items() <= pins(LOCKS[3]).items()


def test_the_vectors_are_of_the_same_version_as_the_library() -> None:
    locked = pins(LOCKS[3])
    assert locked["cryptography-vectors"] == locked["cryptography"]


def test_the_changelog_has_a_section_for_the_version() -> None:
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert versions[0] == PROJECT["version"]


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_every_package_that_we_ask_for_has_its_reason() -> None:
    record = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    reasons = {
        name for row in re.findall(r"^\| ([^|]+) \|", record, re.MULTILINE) for name in re.findall(r"[\w-]+", row)
    }
    asked_for = {re.split(r"[^\w-]", line)[0] for extra in PROJECT["optional-dependencies"].values() for line in extra}
    assert asked_for - {PROJECT["name"]} <= reasons
