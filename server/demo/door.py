"""Whether the password that the demo shows still opens the centre: whoever tries the demo may change it."""

from pathlib import Path
from threading import Lock

from server.errors import CentreError
from server.store.centre import DATABASE, Reader
from server.store.passwords import password_fits
from server.store.users import find_user


class Door:
    """Asks the centre's database; the slow check is made once for each password that is stored there."""

    def __init__(self, centre: Path, user: str, password: str) -> None:
        self._database = centre / DATABASE
        self._user = user
        self._password = password
        self._lock = Lock()
        self._stored = ""
        self._opens = True

    def opens(self) -> bool:
        """Whether the first password is still the user's."""
        with self._lock:
            stored = self._read()
            if stored is not None and stored != self._stored:
                self._opens = password_fits(self._password, stored)
                self._stored = stored
            return self._opens

    def _read(self) -> str | None:
        # Each question comes on a thread of its own, and a reader keeps a connection for each thread.
        reader = Reader(self._database)
        try:
            stored: str = reader.read(lambda connection: find_user(connection, self._user))["password"]
        except CentreError:
            return None
        finally:
            reader.close()
        return stored
