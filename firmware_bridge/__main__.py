"""`python -m firmware_bridge` is `kasih-modem`."""

from firmware_bridge.cli import main

if __name__ == "__main__":
    main(prog_name="kasih-modem")
