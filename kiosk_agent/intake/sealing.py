"""From a checked form to the body that is sealed to the centre (section 8 of docs/protocol.md)."""

from kiosk_agent.intake.form import Form
from sync_protocol.bodies import Complaint, Secret, SecretPerson, SecretText
from sync_protocol.entry import Sealer
from sync_protocol.packing import pack
from sync_protocol.seal import duty_info
from sync_protocol.vocabulary import Identity

SHORT_PIN, LONG_PIN = 6, 16


def pin_digits(form: Form) -> int:
    """A secret report without a phone can be reached by nobody but who holds its code, so that one is long."""
    return LONG_PIN if form.identity is Identity.SECRET and not form.phone else SHORT_PIN


def write_body(form: Form, pin: str, *, log: bytes, duty: bytes, seal: Sealer) -> Complaint:
    """The body of a checked form.

    Of a secret report, text, place and accused unit, and name and phone, are sealed once more to the duty key, each
    pair of them apart; the phone stands outside too only where the resident wants news by SMS.

    Args:
        log: the kiosk's log, to which the inner seals are bound.
        duty: the duty key, X25519.
    """
    identity = form.identity or Identity.OPEN
    if identity is not Identity.SECRET:
        return Complaint(
            category=form.category,
            kelurahan=form.kelurahan,
            pin=pin,
            channel=form.channel,
            identity=identity,
            text=form.text,
            place=form.place,
            name=form.name,
            phone=form.phone,
            sms_ok=form.sms_ok,
            accused=form.accused,
            operator=form.operator,
            batch=form.batch,
            row=form.row,
            sms=form.sms,
            flags=form.flags,
        )
    text = SecretText(text=form.text, place=form.place, accused=form.accused)
    person = SecretPerson(name=form.name, phone=form.phone)
    return Complaint(
        category=form.category,
        kelurahan=form.kelurahan,
        pin=pin,
        channel=form.channel,
        identity=identity,
        phone=form.phone if form.sms_ok else "",
        sms_ok=form.sms_ok,
        operator=form.operator,
        batch=form.batch,
        row=form.row,
        sms=form.sms,
        flags=form.flags,
        secret=Secret(
            text=seal(duty, duty_info(log, "text"), pack(text.encode())),
            person=seal(duty, duty_info(log, "person"), pack(person.encode())),
        ),
    )
