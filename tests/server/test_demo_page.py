"""The demo's page: a tab that closes while it is answered is nothing to tell."""

from collections.abc import Iterator

import pytest

from server.demo.page import PagePort


@pytest.fixture
def port() -> Iterator[PagePort]:
    opened = PagePort(0)
    yield opened
    opened.close()


def told_of(port: PagePort, error: Exception, capsys: pytest.CaptureFixture[str]) -> str:
    try:
        raise error  # noqa: TRY301
    except Exception:  # noqa: BLE001  As socketserver hands it over.
        port._server.handle_error(None, ("127.0.0.1", 1))
    return capsys.readouterr().err


@pytest.mark.parametrize("error", [BrokenPipeError(), ConnectionResetError(), TimeoutError()], ids=repr)
def test_of_a_tab_that_closed_nothing_is_said(port, error, capsys):
    assert told_of(port, error, capsys) == ""


def test_a_mistake_of_ours_is_said(port, capsys):
    assert "KeyError" in told_of(port, KeyError("x"), capsys)
