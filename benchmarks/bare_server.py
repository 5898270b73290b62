"""The least that Litestar on uvicorn can do with a POST: take the body and answer. All that goes over HTTP is slower.

`python -m benchmarks.bare_server FOLDER` serves until it is told to stop, and leaves its port in FOLDER/run.json.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import uvicorn
from litestar import Litestar, MediaType, get, post
from litestar.params import BodyKwarg

REPLY = bytes(300)
"""About as long as a HEAD in its bundle."""
PATH = "/v1/sync"


@post(PATH, media_type="application/octet-stream", status_code=200, sync_to_thread=False)
def take(body: Annotated[bytes, BodyKwarg()]) -> bytes:
    assert body
    return REPLY


@get("/health", media_type=MediaType.TEXT, sync_to_thread=False)
def health() -> str:
    return "ok"


def main() -> None:
    folder = Path(sys.argv[1])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # As in server/http_server.py.
    listener.bind(("127.0.0.1", 0))
    facts = {"port": listener.getsockname()[1], "pid": os.getpid()}
    (folder / "run.json.new").write_text(json.dumps(facts), "ascii")
    (folder / "run.json.new").replace(folder / "run.json")
    app = Litestar([take, health], openapi_config=None, logging_config=None)
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None)).run(sockets=[listener])


if __name__ == "__main__":
    main()
