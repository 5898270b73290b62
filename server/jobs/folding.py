"""A thread that tells kiosks at the start what has changed, and folds whatever is stored, soon after its receipt."""

import logging
import threading

from server.actions.fold_entries import fold
from server.actions.send_settings import send_changed_settings
from server.errors import StorageError
from server.store.centre import Centre

_RETRY_S = 5.0
_LOG = logging.getLogger(__name__)


class FoldLoop:
    """Folds at the start, and whenever entries were stored; what fails is tried again."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kasih-fold", daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._centre.stored.set()
        self._thread.start()

    def stop(self) -> None:
        """Finish the chunk at hand; the rest waits for the next start."""
        self._stopping.set()
        self._centre.stored.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            send_changed_settings(self._centre)
        except Exception as error:  # noqa: BLE001  Cases are folded all the same; the next start tells who was not told.
            _LOG.error("kiosks were not told what has changed: %s", type(error).__name__)
        while not self._stopping.is_set():
            self._centre.stored.wait()
            self._centre.stored.clear()
            try:
                fold(self._centre, self._stopping.is_set)
            except StorageError as error:
                _LOG.error("the fold waits for the disk: %s", error)
                self._retry()
            except Exception as error:  # noqa: BLE001  What folds must not end while the server goes on.
                _LOG.error("the fold failed and is tried again: %s", type(error).__name__)
                self._retry()

    def _retry(self) -> None:
        self._stopping.wait(_RETRY_S)
        self._centre.stored.set()
