"""A modem made of Python with its SIM and its SMSC, for tests and demonstrations. docs/simulator.md describes its use.

Simulator (bytes, times) ── Terminal (lines, faults) ── commands ── Device (SIM, memories) ── Network (SMSC, balance)
Running (sockets, clock) ── TcpPort or PtyPort, ControlPort
"""

from firmware_bridge.simulator.running import Running, SimulatorHandle, running_simulator
from firmware_bridge.simulator.scenario import read_steps
from firmware_bridge.simulator.settings import LATENCIES, Latency, SimulatorSettings, make_settings
from firmware_bridge.simulator.simulator import Simulator

__all__ = [
    "LATENCIES",
    "Latency",
    "Running",
    "Simulator",
    "SimulatorHandle",
    "SimulatorSettings",
    "make_settings",
    "read_steps",
    "running_simulator",
]
