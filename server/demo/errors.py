"""What can keep the demo from starting. The message is for the person at the terminal."""


class DemoError(Exception):
    """The demo cannot start, or a program of it has ended by itself."""
