"""Every rule that can turn a form away, each with the field that it names."""

from collections.abc import Callable
from typing import Any

import pytest

from kiosk_agent.errors import IntakeError
from kiosk_agent.intake import Form
from kiosk_agent.intake.checks import check, normal_phone
from kiosk_agent.intake.master import Master, read_master
from tests.kiosk_agent.server_peer import TABLES


@pytest.fixture(scope="module")
def master() -> Master:
    return read_master(TABLES)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"text": ""}, "missing", "text"),
    ({"text": " \r\n\t\u200b\ufeff "}, "missing", "text"),
    ({"text": "x" * 4_001}, "too-long", "text"),
    ({"text": "a\0b"}, "character", "text"),
    ({"text": "a\ud83d"}, "character", "text"),
    ({"category": ""}, "missing", "category"),
    ({"category": "XXX"}, "unknown-code", "category"),
    ({"category": "air"}, "unknown-code", "category"),
    ({"kelurahan": ""}, "missing", "kelurahan"),
    ({"kelurahan": "99"}, "unknown-code", "kelurahan"),
    ({"channel": "telegram"}, "unknown-code", "channel"),
    ({"accused": "KEL-99"}, "unknown-code", "accused"),
    ({"place": "x" * 201}, "too-long", "place"),
    ({"place": "a\0"}, "character", "place"),
    ({"name": "x" * 201}, "too-long", "name"),
    ({"name": "\udc00"}, "character", "name"),
    ({"operator": "x" * 201}, "too-long", "operator"),
    ({"batch": "x" * 41}, "too-long", "batch"),
    ({"row": -1}, "field-type", "row"),
    ({"ref": b"short"}, "field-type", "ref"),
    ({"phone": "12"}, "phone", "phone"),
    ({"phone": "telepon saya"}, "phone", "phone"),
    ({"phone": "08123456789012345"}, "phone", "phone"),
    ({"phone": "0812\x00345678"}, "phone", "phone"),
    ({"phone": "٠٨١٢٣٤٥٦٧٨"}, "phone", "phone"),
]


@pytest.mark.parametrize(
    ("fields", "code", "field"), BAD, ids=lambda value: str(value)[:24].encode("ascii", "replace").decode()
)
def test_a_wrong_field_is_named(
    form: Callable[..., Form], master: Master, fields: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(IntakeError) as caught:
        check(form(**fields), master)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("text", ["x", "x" * 4_000, "😀" * 4_000, "a\u0301", "-", "\u202eabc"])
def test_what_a_resident_writes_is_kept_as_it_is(form: Callable[..., Form], master: Master, text: str) -> None:
    assert check(form(text=text), master).text == text


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("", ""),
        ("  ", ""),
        ("081234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("+62 812 3456 7890", "+6281234567890"),
        ("+62 (0)812 3456 7890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("0062 81234567890", "+6281234567890"),
        ("81234567890", "+6281234567890"),
        ("0380 821234", "+62380821234"),
        ("+670 7723 4567", "+67077234567"),
        ("\u202a+62 812\u20113456\u20117890\u202c", "+6281234567890"),
    ],
)
def test_a_phone_is_written_in_one_way(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal


def test_news_by_sms_needs_a_phone(form: Callable[..., Form], master: Master) -> None:
    assert check(form(sms_ok=True, name="Ina"), master).sms_ok is False
