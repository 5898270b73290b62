"""What a browser posts: read strictly, and only from a page of ours."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import HTTPException, PermissionDeniedException

Form = dict[str, str]

CSRF_FIELD: Final = "csrf"
MAX_FORM_BYTES: Final = 65_536
_CONTENT_TYPE: Final = "application/x-www-form-urlencoded"
_MAX_FIELDS = 40


async def read_form(request: Request[Any, Any, Any], *, within_s: float) -> Form:
    """The fields of a posted form, each line end as one character.

    Raises:
        HTTPException: another content type (415), not here in time (408), not UTF-8, NUL, a field twice, or too many
            of them (400).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _CONTENT_TYPE:
        raise HTTPException(status_code=415, detail="forms only")
    try:
        body = await asyncio.wait_for(request.body(), within_s)
    except TimeoutError:
        raise HTTPException(status_code=408, detail="too slow") from None
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        raise HTTPException(status_code=400, detail="not a form") from None
    form = {name: value.replace("\r\n", "\n") for name, value in pairs}
    if len(form) != len(pairs) or any("\0" in part for pair in pairs for part in pair):
        raise HTTPException(status_code=400, detail="not a form")
    return form


def check_origin(scheme: str, headers: Mapping[str, str]) -> None:
    """Refuse a request that a page of somebody else made.

    Browsers send Origin with every POST. Where a referrer policy turned it into `null`, Sec-Fetch-Site, which no page
    can forge, says the same.

    Raises:
        PermissionDeniedException: made elsewhere, or nobody can tell.
    """
    origin = headers.get("origin", "null")
    ours = f"{scheme}://{headers.get('host', '')}"
    if origin == ours or (origin == "null" and headers.get("sec-fetch-site") == "same-origin"):
        return
    raise PermissionDeniedException("made by another site")
