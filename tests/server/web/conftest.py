"""A centre that really listens, with people of each role and cases of each kind; shared by the tests of one module."""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from server.actions.sign_in import begin_session
from server.actions.verify_report import verify_report
from server.app import make_app
from server.domain.roles import Role, Viewer
from server.http_server import HttpServer, listen
from server.store import users
from server.store.centre import Centre, open_centre
from server.web.access import cookie_name
from sync_protocol.bodies import Secret
from sync_protocol.number import number_of
from sync_protocol.vocabulary import Identity
from tests.peers import Peer
from tests.server.conftest import UNIT, Ticker, enrolled, sender
from tests.server.web.browser import PASSWORD, Browser

PEOPLE = {
    "admin1": ("admin", ""),
    "petugas1": ("petugas", ""),
    "petugas-dinkes": ("petugas", "DINKES"),
    "dinkes": ("opd", "DINKES"),
    "dpupr": ("opd", "DPUPR"),
    "auditor1": ("auditor", ""),
}
NAME, PHONE, TEXT = "Yuliana Bessie", "+6281234500001", "Pipa bocor di depan rumah"


class Site:
    """The running centre, and its cases by a short name."""

    def __init__(self, centre: Centre, clock: Ticker, app: Litestar, port: int) -> None:
        self.centre = centre
        self.clock = clock
        self.app = app
        self.port = port
        self.cases: dict[str, bytes] = {}
        self.peer: Peer | None = None

    def browser(self, name: str | None = None, *, proto: str = "http") -> Browser:
        """A fresh browser, signed in as somebody without the slow part, which is the password."""
        browser = Browser(self.port, proto=proto)
        if name is not None:
            user = self.sql("select id from user where name = :name", name=name)[0]["id"]
            token = self.centre.write(lambda connection: begin_session(connection, user, name, self.clock.now))
            browser.cookies[cookie_name(proto)] = token
            browser.csrf = browser.get("/sandi").csrf
        return browser

    def number(self, case: str) -> str:
        return number_of(self.cases[case])

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Look into the database, or change it behind the centre's back."""
        return self.centre.write(lambda connection: connection.execute(statement, values).fetchall())


@pytest.fixture(scope="session")
def people() -> list[users.NewUser]:
    """Users whose passwords were hashed once: that is what takes time."""
    one = users.new_user(name="satu", role="admin", unit="", password=PASSWORD, must_change=False)
    return [
        users.NewUser(
            name=name, full_name="", role=Role(role), unit=unit, password=one.password, key=one.key, must_change=False
        )
        for name, (role, unit) in PEOPLE.items()
    ]


@pytest.fixture(scope="module")
def site(founded: Path, tmp_path_factory: pytest.TempPathFactory, people: list[users.NewUser]) -> Iterator[Site]:
    """The centre, listening on a free port."""
    data = Path(shutil.copytree(founded, tmp_path_factory.mktemp("site") / "centre"))
    clock = Ticker()
    centre = open_centre(data, clock=clock)
    for person in people:
        centre.write(partial(users.insert_user, user=person, now=clock.now))
    listener = listen("127.0.0.1", 0)
    app = make_app(centre, "token")
    server = HttpServer(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    site = Site(centre, clock, app, listener.getsockname()[1])
    _fill(site)
    yield site
    server.should_exit = True
    thread.join(20)
    centre.close()


@pytest.fixture
def browse(site: Site) -> Callable[..., Browser]:
    return site.browser


def _fill(site: Site) -> None:
    """One case of each kind that matters to who may see what."""
    peer = site.peer = enrolled(site.centre, unit=UNIT, clock=site.clock)
    person = {"name": NAME, "phone": PHONE, "text": TEXT}
    complaints: dict[str, dict[str, Any]] = {
        "new": person,
        "anonymous": person | {"identity": Identity.ANONYMOUS},
        "unnamed": {"text": TEXT, "identity": Identity.UNNAMED, "channel": "sms"},
        "secret": {
            "identity": Identity.SECRET,
            "text": "",
            "category": "PGL",
            "secret": Secret(text=bytes(64), person=bytes(64)),
        },
        "about-dinkes": person | {"accused": "DINKES"},
        "at-dinkes": person | {"category": "KES"},
        "anonymous-at-dinkes": person | {"category": "KES", "identity": Identity.ANONYMOUS},
        "about-dinkes-at-dpupr": person | {"accused": "DINKES"},
    }
    for name, fields in complaints.items():
        site.clock.pass_(60_000)
        site.cases[name] = peer.complain(**fields).id
    site.clock.pass_(3_600_000)
    peer.sync(sender(site.centre))
    staff = Viewer(id=1, name="petugas1", role=Role.PETUGAS)
    for name, unit in (("at-dinkes", "DINKES"), ("anonymous-at-dinkes", "DINKES"), ("about-dinkes-at-dpupr", "DPUPR")):
        verify_report(site.centre, staff, site.cases[name], unit=unit, note="Mohon ditangani.")
