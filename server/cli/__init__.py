"""`kasih-server`: the command line of the centre. Each module has the commands of one matter."""

import click

from server.cli import backup, bundle, centre, device, export, proof, user
from server.cli.group import HELP, IndonesianGroup


@click.group(cls=IndonesianGroup, context_settings=HELP)
def main() -> None:
    """Pusat Kasih: menerima, menyimpan dan menampilkan pengaduan dari semua kios."""


main.add_command(centre.init)
main.add_command(centre.run)
main.add_command(centre.enrol)
main.add_command(export.export)
main.add_command(bundle.bundle)
main.add_command(device.device)
main.add_command(user.user)
main.add_command(backup.backup)
main.add_command(backup.restore)
main.add_command(proof.verify)
main.add_command(proof.keys)
main.add_command(proof.verify_receipt)
