"""The thread that folds goes on whatever happens."""

import threading

import pytest

from server.errors import StorageError
from server.jobs import folding
from server.jobs.folding import FoldLoop


@pytest.mark.parametrize("error", [ValueError("isi laporan"), StorageError("disk is full")])
def test_a_fold_that_fails_is_tried_again(centre, monkeypatch, caplog, error):
    folded = threading.Event()
    failures = iter([error])

    def fold(_centre, _stopping):
        for failure in failures:
            raise failure
        folded.set()

    monkeypatch.setattr(folding, "fold", fold)
    monkeypatch.setattr(folding, "_RETRY_S", 0.01)
    loop = FoldLoop(centre)
    loop.start()
    try:
        assert folded.wait(10)
    finally:
        loop.stop()
    assert len(caplog.records) == 1
    assert "isi laporan" not in caplog.text
