"""What the tests of faults need of the machine."""

import os

import pytest

from tests.faults.syscalls import strace_refusal

REQUIRED = "KASIH_REQUIRE_STRACE"


@pytest.fixture(scope="session")
def strace() -> None:
    """Skip the test where no process can be traced; fail it where that is required, as in CI."""
    if refusal := strace_refusal():
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{refusal}, but {REQUIRED}=1 asks for it")
        pytest.skip(f"{refusal}: power cuts cannot be replayed here")
