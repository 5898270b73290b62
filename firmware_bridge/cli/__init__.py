"""`kasih-modem`: the command line of the SMS bridge. Each module has the commands of one matter.

A new command: `@click.command()` in a module of its own here, help in Bahasa Indonesia, a `BridgeError` for whatever a
person has to know (it becomes one line and exit code 1), and one `add_command` below.
"""

import click

from firmware_bridge.cli import modems, pdu, send, simulate
from firmware_bridge.cli.group import PROGRAM, ModemGroup, version
from firmware_bridge.command_line import HELP, dress


@click.group(cls=ModemGroup, context_settings=HELP)
@click.version_option(version() or "?", prog_name=PROGRAM, help="Tampilkan versi.")
def main() -> None:
    """Modem SMS: mencari, menguji, mengirim, membaca PDU, dan modem tiruan untuk mencoba."""


main.add_command(modems.list_modems)
main.add_command(modems.probe)
main.add_command(send.send)
main.add_command(pdu.decode)
main.add_command(pdu.encode)
main.add_command(simulate.simulate)
dress(main)
