"""Faults injected into the real programs: power cuts and kills."""
