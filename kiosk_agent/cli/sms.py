"""What a technician can see of the SMS desk."""

from pathlib import Path

import click
import msgspec

from kiosk_agent.access import access
from kiosk_agent.cli.group import IndonesianGroup, data_option, json_option
from kiosk_agent.moments import day_and_time


@click.group(cls=IndonesianGroup)
def sms() -> None:
    """SMS di kios ini."""


@sms.command()
@data_option
@click.option(
    "--with-text", is_flag=True, help="Tampilkan juga isinya sebagai PDU heksadesimal (bisa berisi data warga)."
)
@json_option
def quarantine(data: Path, *, with_text: bool, as_json: bool) -> None:
    """Tampilkan SMS yang disisihkan, masing-masing dengan alasannya. Isinya bisa dibaca dengan `kasih-modem decode`."""
    with access(data) as kiosk:
        found = kiosk.quarantine(with_content=with_text)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for one in found:
        click.echo(f"{day_and_time(one.at)}: {one.reason}")
        if with_text:
            click.echo(f"  {one.pdu}")
    if not found:
        click.echo("Tidak ada SMS yang disisihkan.")
