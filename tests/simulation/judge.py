"""What must hold once the network is good again (docs/assurance.md, the promise)."""

from tests.simulation.world import World

MAX_ROUNDS = 6


class BrokenPromiseError(AssertionError):
    """Something was lost, doubled, invented, or never settles."""


def judge(world: World) -> None:
    """Heal the world's network and check that nothing that a surviving disk held is lost.

    Raises:
        BrokenPromiseError: with what and where.
    """
    _hold(not world.claimed, f"{len(world.claimed)} complaints called received that the centre did not hold")
    held = set(world.centre.cases())
    for kiosk in world.kiosks:
        stated = kiosk.store.last_stated()
        _hold(stated is None or world.centre.has_signed(stated.raw), "a kiosk holds a receipt that is not its centre's")
        held |= kiosk.readable_complaints()
    rounds = world.heal()
    cases = world.centre.cases()
    _hold(not (lost := held - cases.keys()), f"{len(lost)} of {len(held)} complaints lost")
    _hold(not (made_up := cases.keys() - world.filed.keys()), f"{len(made_up)} cases that nobody filed")
    wrong = [case for case, text in cases.items() if world.filed[case] != text]
    _hold(not wrong, f"{len(wrong)} cases with another text")
    _hold(rounds <= MAX_ROUNDS, f"not settled after {rounds} rounds")
    for kiosk in world.kiosks:
        _hold(kiosk.holds_down_log(), "a kiosk misses entries of the centre's log")
        open_wants = [entry_id for entry_id in world.centre.missing() if kiosk.store.own(entry_id) is not None]
        _hold(
            not open_wants,
            f"{len(open_wants)} entries wanted of a kiosk that neither sends them nor says they are lost",
        )
    faults = list(world.centre.chain_faults())
    _hold(not faults, f"the ledger's marks are wrong: {faults[:3]}")


def _hold(condition: bool, otherwise: str) -> None:
    if not condition:
        raise BrokenPromiseError(otherwise)
