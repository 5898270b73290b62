"""`kasih-demo` (`make demo`): a centre, a kiosk, a switch for the network between them and a handset, on one machine.

It starts the programs as a person would, as processes with their own commands, and imports none of the kiosk's code.
"""

from server.demo.command import main

__all__ = ["main"]
