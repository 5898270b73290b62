"""`python -m kiosk_agent` is `kasih-kiosk`."""

from kiosk_agent.cli import main

if __name__ == "__main__":
    main(prog_name="kasih-kiosk")
