"""Modems in words, for pages and the command line, and as the centre hears of them."""

from collections.abc import Sequence
from typing import Final

from firmware_bridge.desk import ModemStatus
from kiosk_agent.moments import day_and_time
from sync_protocol.bodies import ModemHealth
from sync_protocol.vocabulary import MAX_LINE

_GOOD_DBM, _FAIR_DBM = -85, -100
_TROUBLES: Final = {
    "no-modem": "tidak ada modem yang ditemukan",
    "port-gone": "port tidak ada (modem tercabut?)",
    "port-busy": "port dipakai program lain",
    "port-denied": "port tidak boleh dibuka oleh kios",
    "same-modem": "sudah dipakai lewat port lain",
    "sim-missing": "kartu SIM tidak ada",
    "sim-pin": "kartu SIM minta PIN",
    "sim-puk": "kartu SIM terkunci (PUK)",
    "sim-rejected": "kartu SIM ditolak",
    "silent": "modem tidak menjawab",
    "desk-refused": "SMS belum bisa disimpan di disk kios",
    "cannot-delete": "SMS tidak bisa dihapus dari kartu SIM",
    "cannot-list": "sebagian tempat SMS tidak bisa dibaca",
    "denied": "jaringan menolak kartu SIM",
    "not-registered": "belum mendapat jaringan",
    "no-smsc": "nomor pusat SMS operator belum diatur",
    "no-credit": "pulsa habis, tidak ada SMS yang dikirim",
    "refused": "operator menolak SMS keluar walau pulsa cukup",
    "fault": "galat program, dicoba lagi",
}

_STEPS: Final = {
    "wake": "modem dibangunkan",
    "re-open": "port dibuka ulang",
    "restarted": "modem mulai ulang sendiri",
    "refused": "modem menolak perintah",
    "answers again": "modem menjawab lagi",
    "another card": "kartu SIM diganti",
}
_NO_ANSWER: Final = "no answer: "


def in_words(modems: Sequence[ModemStatus]) -> str:
    """All modems in a line; the level of the signal, not its ups and downs, so that a change means something."""
    return "; ".join(_one(modem) for modem in modems)[:MAX_LINE]


def trouble_in_words(code: str) -> str:
    """What is wrong, or the code of what has no words yet."""
    return _TROUBLES.get(code, f"gangguan {code}")


def last_step_in_words(modem: ModemStatus) -> str:
    """What was last done or noticed when a modem did not work, and when; empty if there was nothing."""
    if not modem.steps:
        return ""
    step = modem.steps[-1]
    if step in _STEPS or step in _TROUBLES:
        says = _STEPS.get(step) or _TROUBLES[step]
    elif step.startswith(_NO_ANSWER):
        says = f"{step.removeprefix(_NO_ANSWER)} tidak dijawab"
    else:
        says = f"modem dimulai ulang dengan {step}"
    return f"{says}, {day_and_time(modem.last_step_ms)}"


def health_of(modem: ModemStatus) -> ModemHealth:
    """What the centre hears of one modem."""
    return ModemHealth(
        operator=modem.operator[:40],
        signal=modem.signal_dbm,
        registration=modem.registration[:40],
        used=modem.slots_used,
        slots=modem.slots_total,
        swept=modem.last_sweep_ms,
        heard=modem.last_sms_ms,
        resets=modem.resets,
        unknown=modem.unknown_sends,
        balance=modem.balance,
        trouble=modem.trouble[:40],
        step=modem.steps[-1][:40] if modem.steps else "",
        stepped=modem.last_step_ms,
    )


def _one(modem: ModemStatus) -> str:
    if modem.trouble:
        return f"{modem.operator}: {trouble_in_words(modem.trouble)}" if modem.operator else _trouble(modem)
    return f"{modem.operator or 'operator belum diketahui'}, {_signal(modem.signal_dbm)}"


def _trouble(modem: ModemStatus) -> str:
    says = trouble_in_words(modem.trouble)
    return says[0].upper() + says[1:]


def _signal(dbm: int | None) -> str:
    if dbm is None:
        return "sinyal belum diketahui"
    if dbm >= _GOOD_DBM:
        return "sinyal kuat"
    return "sinyal sedang" if dbm >= _FAIR_DBM else "sinyal lemah"
