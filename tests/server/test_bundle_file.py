"""Where a bundle is written: a stick that is not plugged in must not become a file on the centre's disk."""

from pathlib import Path

import pytest

from server.bundle_file import folder_or_file
from server.errors import FileError


def test_a_folder_that_is_there_or_a_kasih_file_in_one_will_do(tmp_path: Path) -> None:
    assert folder_or_file(str(tmp_path)) == tmp_path
    assert folder_or_file(f"{tmp_path}/") == tmp_path
    assert folder_or_file(f"{tmp_path}/kabar.kasih") == tmp_path / "kabar.kasih"


@pytest.mark.parametrize("given", ["", "{0}/stik", "{0}/STIK.2", "{0}/stik.kasih/", "{0}/none/x.kasih", "/media/STIK"])
def test_what_is_neither_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(FileError, match="tidak ada; periksa apakah stiknya sudah terpasang"):
        folder_or_file(given.format(tmp_path))
