"""`kasih-server`: the command line of the centre. Each module has the commands of one matter."""

import click

from server.cli import backup, bundle, centre, device, export, proof, unit, user
from server.cli.group import HELP, IndonesianGroup
from server.cli.words import dress
from server.version import version


@click.group("kasih-server", cls=IndonesianGroup, context_settings=HELP)
@click.version_option(version() or "?", message="%(prog)s %(version)s")
def main() -> None:
    """Pusat Kasih: menerima, menyimpan dan menampilkan pengaduan dari semua kios."""


main.add_command(centre.init)
main.add_command(centre.run)
main.add_command(centre.enrol)
main.add_command(export.export)
main.add_command(bundle.bundle)
main.add_command(device.device)
main.add_command(user.user)
main.add_command(unit.unit)
main.add_command(backup.backup)
main.add_command(backup.restore)
main.add_command(proof.verify)
main.add_command(proof.keys)
main.add_command(proof.verify_receipt)
dress(main)
