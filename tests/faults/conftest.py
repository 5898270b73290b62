"""What the tests of faults need of the machine."""

import os

import pytest

from tests.faults.small_disk import mount_refusal
from tests.faults.syscalls import strace_refusal


@pytest.fixture(scope="session")
def strace() -> None:
    """Skip the test where no process can be traced; fail it where that is required, as in CI."""
    if refusal := strace_refusal():
        _do_without("KASIH_REQUIRE_STRACE", f"{refusal}: power cuts cannot be replayed here")


@pytest.fixture(scope="session")
def may_mount() -> None:
    """Skip the test where no disk can be mounted; fail it where that is required, as in CI."""
    if refusal := mount_refusal():
        _do_without("KASIH_REQUIRE_MOUNT", f"{refusal}: full and read-only disks cannot be tried here")


def _do_without(required: str, reason: str) -> None:
    if os.environ.get(required) == "1":
        pytest.fail(f"{reason}, but {required}=1 asks for it")
    pytest.skip(reason)
