"""`kasih-kiosk`: the command line of a kiosk. Each module has the commands of one matter.

The web stack is imported by `run` alone.
"""

import logging

import click

from firmware_bridge.command_line import HELP, dress
from kiosk_agent.cli import agent, bundle, file, sms
from kiosk_agent.cli.group import PROGRAM, IndonesianGroup
from kiosk_agent.version import version


@click.group(cls=IndonesianGroup, context_settings=HELP)
@click.version_option(version() or "?", prog_name=PROGRAM, message="%(prog)s %(version)s", help="Tampilkan versi.")
def main() -> None:
    """Kios pengaduan: menerima laporan tanpa jaringan, dan mengirimnya ke pusat bila ada jalan."""


# Only `run` keeps a log. The other commands tell a person in one line what there is to tell.
logging.getLogger("kiosk_agent").addHandler(logging.NullHandler())

main.add_command(agent.enrol)
main.add_command(agent.run)
main.add_command(file.file)
main.add_command(agent.sync)
main.add_command(agent.status)
main.add_command(bundle.bundle)
main.add_command(sms.sms)
dress(main)
