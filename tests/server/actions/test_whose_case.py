"""An action decides by itself for whom a case exists: no page has to look first."""

import pytest

from server.actions.open_secret import Part, open_secret
from server.actions.unmask_identity import unmask_identity
from server.actions.verify_report import verify_report
from server.domain.roles import Role, Viewer
from server.errors import NoSuchCaseError
from server.store import cases, events, inbox
from sync_protocol.vocabulary import Identity

REASON = "Pelapor minta dihubungi kembali"
OF_THE_UNIT = Viewer(id=1, name="petugas1", role=Role.PETUGAS, unit="DINKES")
OF_ANOTHER = Viewer(id=2, name="petugas2", role=Role.PETUGAS, unit="DPUPR")

ACTIONS = {
    "verify": lambda centre, viewer, case: verify_report(centre, viewer, case, unit="INSPEKTORAT"),
    "unmask": lambda centre, viewer, case: unmask_identity(centre, viewer, case, reason=REASON),
    "open": lambda centre, viewer, case: open_secret(
        centre, viewer, case, reason=REASON, password="salah", parts={Part.TEXT}
    ),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_report_about_a_unit_does_not_exist_for_its_people(centre, enrol, send, action):
    peer = enrol()
    identity = Identity.SECRET if action == "open" else Identity.OPEN
    case = peer.complain(name="Yuliana", accused="DINKES", identity=identity).id
    peer.sync(send)
    before = centre.read(lambda c: (cases.read_case(c, case), len(list(events.all_events(c)))))
    with pytest.raises(NoSuchCaseError, match="tidak ditemukan"):
        ACTIONS[action](centre, OF_THE_UNIT, case)
    assert centre.read(lambda c: (cases.read_case(c, case), len(list(events.all_events(c))))) == before
    if action != "open":
        ACTIONS[action](centre, OF_ANOTHER, case)


def test_nobody_learns_when_a_case_came_that_does_not_exist_for_them(centre, enrol, clock, send):
    peer = enrol()
    seen = peer.complain()
    peer.sync(send)
    verify_report(centre, OF_ANOTHER, seen.id, unit="DINKES")
    clock.pass_(60_000)
    unseen = peer.complain(accused="DINKES")
    peer.sync(send)
    arrived = {
        key: centre.read(lambda c, key=key: cases.get_case(c, key))["arrived_at"] for key in (seen.id, unseen.id)
    }
    official = Viewer(id=3, name="dinkes", role=Role.OPD, unit="DINKES")
    for viewer, newest in ((official, seen), (OF_THE_UNIT, seen), (OF_ANOTHER, unseen)):
        assert centre.read(lambda c, v=viewer: inbox.newest_arrival(c, v.scope)) == arrived[newest.id]
