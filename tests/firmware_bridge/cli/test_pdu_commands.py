"""`kasih-modem decode` and `encode` as scripts and people meet them."""

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.cli import main
from firmware_bridge.cli.pdu import MAX_LINE
from firmware_bridge.pdu import (
    Address,
    Alphabet,
    Command,
    Concat,
    Deliver,
    Element,
    EnhancedValidity,
    Message,
    Ports,
    StatusReport,
    Submit,
    dcs_for,
    decode_pdu,
    encode_pdu,
)
from tests.firmware_bridge.pdu.samples import SAMPLES, Sample
from tests.firmware_bridge.pdu.test_messages import MESSAGES
from tests.firmware_bridge.pdu.test_properties import messages

MODEM = [sys.executable, "-m", "firmware_bridge"]
HELLO = SAMPLES[0].pdu
KEYS = {"kind", "text", "timestamp", "dcs", "alphabet", "class", "concat", "ports", "udh", "smsc", "truncated"}
PEER = Address.parse("+6281234567890")


def run(command: str, given: bytes | str, *options: str) -> list[str]:
    done = CliRunner().invoke(main, [command, *options], input=given)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout.splitlines()


def decoded(given: bytes | str, *options: str) -> list[Any]:
    return [json.loads(line) for line in run("decode", given, *options)]


def decoded_one(message: Message | str, *options: str) -> Any:
    [found] = decoded(message if isinstance(message, str) else encode_pdu(message).hex(), *options)
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.pdu[:24])
def test_a_sample_becomes_an_object_and_the_same_pdu_again(sample: Sample) -> None:
    found = decoded_one(sample.pdu)
    assert found.get("sender", found.get("recipient")) == sample.peer
    assert found.get("text") == sample.text
    assert found["timestamp"] == sample.timestamp
    assert (run("encode", json.dumps(found)) == [sample.pdu]) is sample.is_canonical


def test_an_sms_is_told_in_the_words_of_the_specification() -> None:
    found = decoded_one(
        Deliver(
            sender=PEER, smsc=Address.parse("+62811000000"), text="Halo 🙏", dcs=0x18, udh=(Concat(7, 2, 1).element(),)
        )
    )
    assert found.keys() >= KEYS
    assert found["kind"] == "deliver"
    assert found["sender"] == "+6281234567890"
    assert found["smsc"] == "+62811000000"
    assert (found["text"], found["dcs"], found["alphabet"], found["class"]) == ("Halo 🙏", 24, "ucs2", 0)
    assert found["concat"] == {"ref": 7, "total": 2, "part": 1}
    assert found["udh"] == [{"iei": 0, "data": "070201"}]
    assert (found["timestamp"], found["ports"], found["truncated"]) == (None, None, False)


def test_eight_bit_data_is_told_in_hex_and_has_no_text() -> None:
    found = decoded_one(Deliver(sender=PEER, data=b"\x00\xff", dcs=4, udh=(Ports(2948, 9200).element(),)))
    assert (found["data"], found["alphabet"]) == ("00FF", "8bit")
    assert "text" not in found
    assert found["ports"] == {"destination": 2948, "source": 9200}


def test_the_message_type_decides_what_it_is() -> None:
    command = encode_pdu(Command(recipient=PEER, command=2, message_number=9, data=b"")).hex()
    report = StatusReport(recipient=PEER, reference=7, status=0)
    assert decoded_one(Submit(recipient=PEER, text="x"))["kind"] == "submit"
    assert decoded_one(report)["kind"] == "status-report"
    assert decoded_one(command, "--from-mobile")["kind"] == "command"
    assert decoded_one(command, "--from-mobile")["recipient"] == str(PEER)
    assert decoded_one("0003" + HELLO[18:])["kind"] == "error"


@pytest.mark.parametrize(
    "line",
    [
        HELLO.lower(),
        f"  {HELLO}\r",
        " ".join(HELLO[at : at + 2] for at in range(0, len(HELLO), 2)),
        "\t".join(HELLO[at : at + 3] for at in range(0, len(HELLO), 3)),
    ],
    ids=["lower case", "CRLF", "pairs", "tabs within pairs"],
)
def test_however_the_digits_are_written(line: str) -> None:
    assert decoded(line.encode() + b"\n")[0]["text"] == "hellohello"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"   ",
        b"zz",
        b"0",
        b"00",
        b"\xff\xfe\x00",
        "０７９１".encode(),
        b"\x00",
        b"0x00",
        HELLO[:40].encode(),
        b"00 FF" * 9,
    ],
    ids=repr,
)
def test_a_bad_line_is_answered_with_an_error_and_the_next_one_is_read(line: bytes) -> None:
    bad, good = decoded(line + b"\n" + HELLO.encode())
    assert bad.keys() == {"kind", "error"}
    assert bad["kind"] == "error"
    assert bad["error"]
    assert good["text"] == "hellohello"


def test_every_line_has_an_answer_and_a_last_line_without_an_end_too() -> None:
    assert [one["kind"] for one in decoded(f"\n{HELLO}\n\n\n{HELLO}")] == [
        "error",
        "deliver",
        "error",
        "error",
        "deliver",
    ]
    assert decoded(b"") == []
    assert [one["kind"] for one in decoded(b"\n")] == ["error"]


def test_a_line_without_end_takes_no_memory_and_one_answer() -> None:
    for size in (MAX_LINE - 1, MAX_LINE, 5 * MAX_LINE, 5_000_000):
        answers = decoded(b"0" * size + b"\n" + HELLO.encode() + b"\n")
        assert [one["kind"] for one in answers] == ["error", "deliver"], size
    assert len(decoded(b"0" * (3 * MAX_LINE))) == 1


def test_a_text_that_is_shorter_than_its_length_is_marked() -> None:
    found = decoded_one(HELLO[:-4])
    assert (found["text"], found["truncated"]) == ("hellohel", True)


def test_half_a_surrogate_pair_is_an_escape_that_joins_its_other_half() -> None:
    parts = [Deliver(sender=PEER, text=text, dcs=8) for text in ("Halo \ud83d", "\ude4f!")]
    lines = run("decode", "\n".join(encode_pdu(part).hex() for part in parts))
    assert all(line.isascii() for line in lines)
    joined = "".join(json.loads(line)["text"] for line in lines)
    assert joined.encode("utf-16", "surrogatepass").decode("utf-16") == "Halo 🙏!"
    assert run("encode", "\n".join(lines)) == [encode_pdu(part).hex().upper() for part in parts]


@given(messages())
@settings(max_examples=40, deadline=None)
def test_encode_is_the_reverse_of_decode(message: Message) -> None:
    pdu = encode_pdu(message).hex().upper()
    options = ["--from-mobile"] if isinstance(message, Command) else []
    assert run("encode", json.dumps(decoded_one(pdu, *options))) == [pdu]


def test_encode_is_the_reverse_without_the_service_centre_too() -> None:
    pdus = [encode_pdu(message, has_smsc=False).hex().upper() for message in MESSAGES]
    lines = run("decode", "\n".join(pdus), "--no-smsc")
    assert run("encode", "\n".join(lines), "--no-smsc") == pdus


SHORT: list[tuple[dict[str, Any], Message]] = [
    ({"kind": "submit", "recipient": "+6281234567890", "text": "Halo"}, Submit(recipient=PEER, text="Halo")),
    ({"kind": "deliver", "sender": "1708", "text": "Halo"}, Deliver(sender=Address("1708"), text="Halo")),
    ({"kind": "submit", "recipient": "1708", "text": "🙏"}, Submit(recipient=Address("1708"), text="🙏", dcs=8)),
    (
        {"kind": "submit", "recipient": "1708", "text": "Halo", "alphabet": "ucs2", "class": 0},
        Submit(recipient=Address("1708"), text="Halo", dcs=dcs_for(Alphabet.UCS2, 0)),
    ),
    (
        {"kind": "submit", "recipient": "1708", "data": "00ff"},
        Submit(recipient=Address("1708"), data=b"\x00\xff", dcs=4),
    ),
    (
        {"kind": "submit", "recipient": "1708", "text": "", "concat": {"ref": 300, "total": 2, "part": 1}},
        Submit(recipient=Address("1708"), text="", udh=(Concat(300, 2, 1, 16).element(),)),
    ),
    (
        {
            "kind": "submit",
            "recipient": "1708",
            "text": "",
            "ports": {"destination": 1, "source": 2},
            "validity": 86_400,
        },
        Submit(
            recipient=Address("1708"),
            text="",
            udh=(Element(5, b"\x00\x01\x00\x02"),),
            validity=timedelta(days=1),
        ),
    ),
    (
        {"kind": "submit", "recipient": "1708", "text": "", "validity": {"enhanced": "42120000000000"}},
        Submit(recipient=Address("1708"), text="", validity=EnhancedValidity(bytes.fromhex("42120000000000"))),
    ),
    (
        {"kind": "deliver", "sender": "1708", "sender_type": 0xA1, "text": "", "more": 1},
        Deliver(sender=Address.of_type("1708", 0xA1), text=""),
    ),
]


@pytest.mark.parametrize(("described", "message"), SHORT, ids=[str(described) for described, _ in SHORT])
def test_what_an_object_leaves_out_follows_from_the_rest(described: dict[str, Any], message: Message) -> None:
    [pdu] = run("encode", json.dumps(described))
    assert decode_pdu(bytes.fromhex(pdu)) == message


WRONG = [
    ("", "kosong"),
    ("{", "JSON"),
    ("[]", "objek"),
    ("7", "objek"),
    ("[" * 60_000, "JSON"),
    (b"\xff\xfe", "JSON"),
    ('{"kind": "error", "error": "x"}', "kind"),
    ("{}", "kind belum ada"),
    ('{"kind": "deliver", "text": "x"}', "sender belum ada"),
    ('{"kind": "submit", "recipient": 1}', "recipient"),
    ('{"kind": "submit", "recipient": "1", "text": "ç", "dcs": 0}', "U+00E7"),
    ('{"kind": "submit", "recipient": "1", "text": "' + "a" * 161 + '"}', "TP-UD"),
    ('{"kind": "submit", "recipient": "1", "dcs": 300}', "TP-DCS"),
    ('{"kind": "submit", "recipient": "1", "dcs": ' + "9" * 5000 + "}", ""),
    ('{"kind": "submit", "recipient": "1", "class": 4}', "class"),
    ('{"kind": "submit", "recipient": "1", "alphabet": "latin"}', "alphabet"),
    ('{"kind": "submit", "recipient": "1", "data": "0"}', "data"),
    ('{"kind": "submit", "recipient": "1", "udh": [{"iei": 1, "data": "x"}]}', "udh"),
    ('{"kind": "submit", "recipient": "1", "udh": [{"iei": 1}]}', "data belum ada"),
    ('{"kind": "submit", "recipient": "1", "validity": 1e400}', "validity"),
    ('{"kind": "submit", "recipient": "1", "validity": ' + "9" * 40 + "}", "validity"),
    ('{"kind": "submit", "recipient": "1", "validity": "besok"}', "validity"),
    ('{"kind": "submit", "recipient": "1", "recipient_type": 5}', "recipient_type"),
    ('{"kind": "deliver", "sender": "1", "timestamp": "kemarin"}', "timestamp"),
    ('{"kind": "deliver", "sender": "1", "timestamp": "2026-11-22T10:00:00"}', "TP-SCTS"),
    ('{"kind": "deliver", "sender": "a sender too long", "text": ""}', "TP-OA"),
    ('{"kind": "deliver", "sender": "\\ud83d", "text": ""}', "TP-OA"),
    ('{"kind": "deliver", "sender": "1", "text": "' + "a" * MAX_LINE + '"}', "panjang"),
]


@pytest.mark.parametrize(("line", "said"), WRONG, ids=[str(line)[:60] for line, _ in WRONG])
def test_an_object_that_is_no_message_is_answered_with_an_error(line: str | bytes, said: str) -> None:
    given = line if isinstance(line, bytes) else line.encode()
    bad, good = run("encode", given + b"\n" + json.dumps(SHORT[0][0]).encode())
    assert json.loads(bad).keys() == {"error"}
    assert said in json.loads(bad)["error"]
    assert bytes.fromhex(good)


FIELDS = ["kind", "sender", "recipient", "text", "data", "dcs", "udh", "validity", "timestamp", "concat", "pid", "smsc"]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), values),
)


@given(ANY_JSON)
@settings(deadline=None, max_examples=40)
def test_whatever_json_comes_there_is_an_answer(value: Any) -> None:
    base = {"kind": "deliver", "sender": "1708"}
    for described in (value, base | value if isinstance(value, dict) else base | {"text": value}):
        [line] = run("encode", json.dumps(described))
        assert line.startswith("{") or bytes.fromhex(line)


@pytest.mark.parametrize(
    ("command", "line", "answer"), [("decode", HELLO, "hellohello"), ("encode", json.dumps(SHORT[0][0]), "0001")]
)
def test_each_line_is_answered_before_the_next_one_is_sent(command: str, line: str, answer: str) -> None:
    with subprocess.Popen([*MODEM, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert answer in process.stdout.readline()
        process.stdin.close()
        assert process.wait(10) == 0


def test_help_is_in_bahasa_indonesia() -> None:
    for arguments in (["--help"], ["decode", "--help"], ["encode", "--help"]):
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0
        assert "Pemakaian:" in done.output
        assert "Pilihan:" in done.output
        assert "Usage" not in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["smulate"], "Perintah 'smulate' tidak ada. Maksudnya 'simulate'?"),
        (["probe"], "Kurang argumen 'PORT'."),
        (["simulate", "--tcp", "abc"], "'abc' bukan angka yang benar."),
        (["simulate", "--latency", "cepat"], "'cepat' bukan salah satu dari"),
        (["simulate", "--scenario", "tidak-ada.json"], "Berkas 'tidak-ada.json' tidak ada."),
    ],
)
def test_a_mistyped_command_gets_one_line_in_bahasa_indonesia(arguments: list[str], says: str) -> None:
    done = subprocess.run([*MODEM, *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("kasih-modem: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
