"""`kasih-modem list` and `probe`: which modems there are, and whether one is fit for work."""

from contextlib import ExitStack, closing
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from firmware_bridge import commands
from firmware_bridge.bridge import AUTO
from firmware_bridge.commands import Answer, Command
from firmware_bridge.discovery import Dialogue, Identity, identify, usb_ports
from firmware_bridge.errors import CommandTimeoutError, PortError
from firmware_bridge.port import Port, open_port
from firmware_bridge.quirks import quirks_of
from firmware_bridge.settings import BridgeSettings
from firmware_bridge.transcript import Recorder, read_transcript, redacted, write_transcript


class Seen(Struct, frozen=True):
    """A port that was looked at."""

    port: str
    state: str
    """`modem`, `silent`, or why it could not be opened."""
    imei: str = ""
    model: str = ""


class Probed(Struct, frozen=True):
    """What a modem says of itself. The card's number is not asked for, and its messages are left alone."""

    port: str
    imei: str
    manufacturer: str
    model: str
    revision: str
    quirks: tuple[str, ...]
    sim: str
    imsi: str
    operator: str
    registration: str
    signal_dbm: int | None
    storages: tuple[str, ...]
    slots_used: int | None
    slots_total: int | None
    pdu_mode: bool
    reports: bool
    """It can hand delivery reports over."""
    trouble: tuple[str, ...]
    """What a person has to see to; empty when it is fit for work."""


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per port.")
def list_modems(*, as_json: bool) -> None:
    """Cari modem pada semua port USB."""
    ports = usb_ports()
    for name in ports:
        seen = _look(name)
        click.echo(msgspec.json.encode(seen) if as_json else _line_of(seen))
    if not ports and not as_json:
        click.echo("Tidak ada port USB. Periksa kabel modem, atau lihat docs/modem.md.")


def _look(name: str) -> Seen:
    try:
        identity = identify(name, BridgeSettings())
    except PortError as error:
        return Seen(name, error.code)
    if identity is None:
        return Seen(name, "silent")
    return Seen(name, "modem", identity.imei, f"{identity.manufacturer} {identity.model}".strip())


def _line_of(seen: Seen) -> str:
    states = {
        "modem": f"modem {seen.model}, IMEI {seen.imei or 'tidak disebut'}",
        "silent": "bukan modem, atau port lain dari modem yang sama",
        "port-busy": "sedang dipakai program lain",
        "port-denied": "tidak boleh dibuka oleh pengguna ini",
    }
    return f"{seen.port}: {states.get(seen.state, 'tidak dapat dibuka')}"


@click.command()
@click.argument("port")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai satu objek JSON.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Rekam percakapan dengan modem ke berkas ini, tanpa isi SMS dan nomor.",
)
def probe(port: str, *, as_json: bool, record: Path | None) -> None:
    """Uji satu modem: kartu, sinyal, jaringan, tempat SMS. SMS di kartu tidak disentuh."""
    name = _first_modem() if port == AUTO else port
    result = _probe(name, record)
    if record is not None:
        write_transcript(record, redacted(read_transcript(record)))
    click.echo(msgspec.json.encode(result) if as_json else "\n".join(_report_of(result)))


def _first_modem() -> str:
    for name in usb_ports():
        if _look(name).state == "modem":
            return name
    raise PortError("Tidak ada modem yang ditemukan.")


def _probe(name: str, record: Path | None) -> Probed:
    with ExitStack() as stack:
        recorder = stack.enter_context(closing(Recorder(record))) if record is not None else None

        def opener(wanted: str) -> Port:
            port = open_port(wanted)
            return port if recorder is None else recorder.around(wanted, port)

        identity = identify(name, BridgeSettings(), opener)
        if identity is None:
            raise PortError(f"Port {name}: tidak ada modem yang menjawab. Coba port lain: kasih-modem list.")
        port = stack.enter_context(closing(opener(name)))
        return _examine(identity, Dialogue(port), at_length=record is not None)


def _examine(identity: Identity, talk: Dialogue, *, at_length: bool) -> Probed:
    def ask(command: Command) -> Answer:
        try:
            return talk.ask(command)
        except CommandTimeoutError:
            return Answer(ok=False)

    ask(commands.NUMERIC_ERRORS)
    sim = ask(commands.PIN_STATE)
    imsi = commands.identity(ask(commands.IMSI))
    ask(commands.OPERATOR_NAME_FORMAT)
    registration = commands.registration(ask(commands.REGISTRATION))
    if registration not in {"home", "roaming"}:
        registration = commands.registration(ask(commands.REGISTRATION_LTE))
    storage = commands.storage(ask(commands.STORAGE))
    modes = ask(Command("AT+CNMI=?", prefix="+CNMI:"))
    if at_length:  # What helps to add a model to quirks.json; the messages themselves are blackened out.
        for text in ("ATI", "AT+GCAP", "AT+CMGL=?", "AT+CSMS?", "AT+CSCA?", "AT+CMMS=?", "AT+CUSD=?", "AT+CSCS=?"):
            ask(Command(text))
    pdu_mode = ask(commands.PDU_MODE).ok
    signal_dbm = commands.signal_dbm(ask(commands.SIGNAL))
    state = sim.first if sim.ok else "SIM 10" if sim.number == 10 else "?"
    return Probed(
        port=identity.port,
        imei=identity.imei,
        manufacturer=identity.manufacturer,
        model=identity.model,
        revision=identity.revision,
        quirks=quirks_of(identity.manufacturer, identity.model, identity.revision).names,
        sim=state,
        imsi=imsi,
        operator=commands.operator(ask(commands.OPERATOR)),
        registration=registration,
        signal_dbm=signal_dbm,
        storages=commands.storages(ask(commands.STORAGES)),
        slots_used=storage[1] if storage else None,
        slots_total=storage[2] if storage else None,
        pdu_mode=pdu_mode,
        reports=modes.ok and modes.first.count("(") >= 4 and "1" in modes.first.split("(")[4],
        trouble=tuple(_troubles(state, imsi, registration, signal_dbm, pdu_mode=pdu_mode)),
    )


def _troubles(sim: str, imsi: str, registration: str, signal_dbm: int | None, *, pdu_mode: bool) -> list[str]:
    found = []
    if sim == "SIM PIN":
        found.append("kartu meminta PIN: matikan PIN kartu lewat ponsel, atau isi di pengaturan")
    elif sim == "SIM PUK":
        found.append("kartu terkunci dan meminta PUK: buka lewat ponsel atau gerai operator")
    elif sim == "SIM 10":
        found.append("tidak ada kartu SIM")
    elif not imsi:
        found.append("kartu SIM tidak terbaca")
    elif registration not in {"home", "roaming"}:
        found.append("belum terdaftar di jaringan: periksa antena, masa aktif dan registrasi kartu")
    if signal_dbm is not None and signal_dbm < -101:
        found.append("sinyal lemah: pindahkan modem ke dekat jendela, pakai kabel USB sambungan")
    if not pdu_mode:
        found.append("modem tidak mengenal mode PDU dan tidak dapat dipakai")
    return found


def _report_of(found: Probed) -> list[str]:
    signal = f"{found.signal_dbm} dBm" if found.signal_dbm is not None else "tidak diketahui"
    places = f"{found.slots_used} dari {found.slots_total} terisi" if found.slots_total else "tidak diketahui"
    networks = {"home": "terdaftar", "roaming": "terdaftar (jelajah)", "searching": "mencari", "denied": "ditolak"}
    return [
        f"Port        {found.port}",
        f"Modem       {found.manufacturer} {found.model} ({found.revision}), IMEI {found.imei or '-'}",
        f"Kartu       {'siap' if found.sim == 'READY' else found.sim}, IMSI {found.imsi or '-'}",
        f"Jaringan    {found.operator or '-'}, {networks.get(found.registration, 'tidak terdaftar')}",
        f"Sinyal      {signal}",
        f"Tempat SMS  {', '.join(found.storages) or '-'}; {places}",
        f"Laporan     {'bisa' if found.reports else 'tidak disebut modem'}",
        f"Kekhasan    {'; '.join(found.quirks) or 'tidak ada yang dikenal'}",
        *(f"PERIKSA     {text}" for text in found.trouble),
        *([] if found.trouble else ["Modem siap dipakai."]),
    ]
