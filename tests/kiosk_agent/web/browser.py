"""A browser without scripts, over real HTTP: it keeps cookies, follows redirects and fills in forms."""

import http.client
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

Headers = dict[str, str]


class Page:
    """What came back, and where the browser stands."""

    def __init__(self, path: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.path = path
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.cookies = [value for name, value in headers if name.lower() == "set-cookie"]
        self.body = body

    @property
    def html(self) -> str:
        return self.body.decode()

    @property
    def text(self) -> str:
        """What a person reads."""
        reader = _Reader()
        reader.feed(self.html)
        return " ".join(" ".join(reader.words).split())

    def values(self, name: str) -> list[str]:
        """The values that a field of this name can have."""
        tags = re.findall(rf"<(?:input|button)[^>]*\bname=\"{name}\"[^>]*>", self.html)
        return [unescape(re.search(r'value="([^"]*)"', tag)[1]) for tag in tags if 'value="' in tag]  # type: ignore[index]

    def checked(self, name: str) -> list[str]:
        tags = re.findall(rf"<input[^>]*\bname=\"{name}\"[^>]*\bchecked\b[^>]*>", self.html)
        return [unescape(re.search(r'value="([^"]*)"', tag)[1]) for tag in tags]  # type: ignore[index]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Browser:
    """One person's browser."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.jar: dict[str, str] = {}
        self.visited: list[str] = []
        self.token = ""

    def send(self, method: str, path: str, body: bytes | None = None, headers: Headers | None = None) -> Page:
        """One request, exactly as told; nothing is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent: Headers = {"Host": f"127.0.0.1:{self.port}"}
            if self.jar:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
            connection.request(method, path, body, sent | (headers or {}))
            response = connection.getresponse()
            return Page(path, response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Page:
        return self._follow(self.send("GET", path))

    def post(self, path: str, **fields: Any) -> Page:
        """Send a form of the last page."""
        return self._follow(self.post_once(path, **fields))

    def post_once(self, path: str, **fields: Any) -> Page:
        page = self.send(
            "POST",
            path,
            urlencode({"token": self.token, **fields}).encode(),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": "null",
                "Sec-Fetch-Site": "same-origin",
            },
        )
        self._keep(page)
        return page

    def _follow(self, page: Page) -> Page:
        for _ in range(5):
            self._keep(page)
            if page.status != 303:
                return page
            page = self.send("GET", page.headers["location"])
        raise AssertionError("the pages send the browser round in circles")

    def _keep(self, page: Page) -> None:
        self.visited.append(page.path)
        for cookie in page.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            self.jar[name] = value.strip('"')
            if "max-age=0" in cookie.lower():
                del self.jar[name]
        if tokens := page.values("token") if page.body[:1] == b"<" else []:
            self.token = tokens[0]

    # -- a resident ----------------------------------------------------------------------------------------------------

    def start(self) -> Page:
        self.get("/")
        return self.post("/mulai")

    def answer_all(self, **answers: str) -> Page:
        """From the front page to the check page."""
        self.start()
        given = {
            "category": "AIR",
            "text": "Air mati sejak Senin",
            "kelurahan": "53.71.01.1001",
            "place": "RT 03, dekat pasar",
            "identity": "open",
            "name": "Maria Bria",
            "phone": "0812 3456 7890",
            "sms_ok": "1",
            "accused": "",
        } | answers
        self.post("/lapor/topik", category=given["category"])
        self.post("/lapor/isi", text=given["text"])
        self.post("/lapor/tempat", kelurahan=given["kelurahan"], place=given["place"])
        page = self.post("/lapor/identitas", identity=given["identity"])
        if page.path == "/lapor/nama":
            self.post("/lapor/nama", name=given["name"], phone=given["phone"], sms_ok=given["sms_ok"])
        return self.post("/lapor/petugas", accused=given["accused"])

    def send_report(self) -> Page:
        """KIRIM."""
        return self.post("/lapor/periksa", arah="maju")
