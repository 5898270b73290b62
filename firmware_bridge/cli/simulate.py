"""`kasih-modem simulate`: a modem made of Python, for trying things out without one."""

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from firmware_bridge.errors import ScenarioError, UsageError
from firmware_bridge.simulator import LATENCIES, Running, make_settings, read_steps
from firmware_bridge.simulator.profiles import PROFILES

MAX_SCENARIO = 10_000_000


@click.command()
@click.option("--tcp", type=click.IntRange(0, 65535), help="Port TCP modem; 0 (bawaan): port yang kosong.")
@click.option("--pty", type=click.Path(path_type=Path), help="Tautan ke pseudo-terminal, bukan TCP (Linux, macOS).")
@click.option("--control", type=click.IntRange(0, 65535), default=0, help="Port kendali; 0: port yang kosong.")
@click.option(
    "--scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Berkas skenario (JSON)."
)
@click.option("--inbox", type=click.IntRange(0, 10_000), default=0, help="Sekian SMS contoh menunggu di SIM.")
@click.option("--latency", type=click.Choice(sorted(LATENCIES)), default="none", help="Lamanya jawaban.")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="generic", help="Jenis modem.")
@click.option("--slots", type=int, default=30, show_default=True, help="Banyaknya tempat SMS di SIM.")
@click.option("--imei", help="IMEI modem, 15 angka.")
@click.option("--imsi", help="IMSI kartu SIM.")
@click.option("--seed", type=int, default=1, show_default=True, help="Bibit untuk segala yang acak.")
@click.option(
    "--set", "others", multiple=True, metavar="NAMA=NILAI", help="Pilihan lain, mis. balance=500 (docs/simulator.md)."
)
def simulate(
    tcp: int | None,
    pty: Path | None,
    control: int,
    scenario: Path | None,
    inbox: int,
    others: tuple[str, ...],
    **chosen: Any,
) -> None:
    """Modem tiruan dengan SIM, SMSC dan pulsa. Baris pertama menyebut port modem dan port kendali (JSON)."""
    if tcp is not None and pty is not None:
        raise UsageError("pakai --tcp atau --pty, bukan keduanya")
    named = {name: value for name, value in chosen.items() if value is not None}
    settings = make_settings(started_at=datetime.now(UTC), **{**named, **dict(_other(text) for text in others)})
    running = Running(settings, _steps(scenario), inbox=inbox, tcp=tcp or 0, pty=pty, control=control)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: running.stop())
    host, port = running.control_address
    click.echo(json.dumps({"modem": running.modem, "control": f"{host}:{port}"}))
    sys.stdout.flush()
    running.serve()


def _steps(scenario: Path | None) -> Any:
    if scenario is None:
        return []
    if scenario.stat().st_size > MAX_SCENARIO:
        raise ScenarioError(f"{scenario.name}: lebih dari {MAX_SCENARIO} bita")
    try:
        return read_steps(json.loads(scenario.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ScenarioError(f"{scenario.name}: bukan JSON: {error}") from error


def _other(text: str) -> tuple[str, Any]:
    """A setting as NAME=VALUE; what reads as JSON is that, anything else a text."""
    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(f"--set {text}: tulis NAMA=NILAI")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
