"""`kasih-modem`, which says that it is not there yet."""

import sys


def main() -> None:
    """Say so in one line, and fail."""
    sys.exit("kasih-modem: modem SMS belum ada pada versi ini.")
