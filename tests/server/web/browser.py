"""A browser as small as can be: cookies, forms, redirects not followed, over a real socket."""

import http.client
import re
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

PASSWORD = "kuda biru makan sagu"


class Page:
    """An answer."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, "the page has no form of ours"
        return found[1]

    def numbers(self) -> list[str]:
        """The numbers of the listed cases, in order."""
        return re.findall(r'class="c-number"><a class="nowrap" href="/pengaduan/([^"?]+)[^"]*"', self.text)

    def links(self, words: str) -> list[str]:
        """Where the links with these words lead."""
        return [unescape(path) for path in re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>{words}</a>', self.text)]

    def words(self) -> str:
        """What a person reads."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


class Browser:
    """One person's browser."""

    def __init__(self, port: int, *, proto: str = "http") -> None:
        self.port = port
        self.proto = proto
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    @property
    def origin(self) -> str:
        return f"{self.proto}://127.0.0.1:{self.port}"

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Page:
        """Send anything; keep the cookies that come back."""
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        if self.proto == "https":
            sent["x-forwarded-proto"] = "https"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, sent | (headers or {}))
            page = Page(connection.getresponse())
        finally:
            connection.close()
        for line in page.headers.get_all("set-cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return page

    def get(self, path: str) -> Page:
        return self.request("GET", path)

    def post(self, path: str, headers: Any = None, **fields: Any) -> Page:
        """Send a form as a page of ours would."""
        form = {"csrf": self.csrf} | fields
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": self.origin}
        return self.request("POST", path, urlencode(form).encode(), sent | (headers or {}))

    def send_once(self, path: str, **fields: Any) -> Page:
        """Look at a form that may be sent once, fill it in, send it."""
        found = re.search(r'name="sekali" value="([^"]+)"', self.get(path).text)
        return self.post(path, **({"sekali": found[1]} if found else {}), **fields)

    def sign_in(self, name: str, password: str = PASSWORD) -> Page:
        """Sign in and learn the token for forms."""
        page = self.post("/masuk", nama=name, sandi=password)
        if page.status == 303:
            self.csrf = self.get("/sandi").csrf
        return page
