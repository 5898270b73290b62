"""Whatever octets arrive or are sent: the modem keeps answering, and gives back what it was given."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware_bridge.simulator.talk import Talk, submits

_FIRST = [0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x11, 0x21, 0x24, 0x31, 0x40, 0x41, 0x44, 0x61, 0x71]
OCTETS = st.one_of(
    st.binary(max_size=180),
    # A header that decodes far more often than chance does.
    st.builds(
        lambda first, kind, digits, pid, dcs, rest: bytes([0, first, len(digits) * 2, kind]) + digits + bytes([pid, dcs]) + rest,
        st.sampled_from(_FIRST),
        st.sampled_from([0x91, 0x81, 0xD0, 0xA1, 0xF0]),
        st.binary(min_size=1, max_size=10),
        st.sampled_from([0, 0x40]),
        st.integers(0, 255),
        st.binary(max_size=150),
    ),
)  # fmt: skip


@given(OCTETS, st.sampled_from(["2,0,0,0", "2,1,0,2", "2,2,0,1", "2,3,0,1"]))
@settings(max_examples=100, deadline=None)
def test_any_octets_arrive(octets: bytes, cnmi: str) -> None:
    talk = Talk()
    talk.at(f"AT+CNMI={cnmi}")
    assert talk.control(do="receive_pdu", pdu=octets.hex()) == {"queued": 1}
    talk.read()
    listed = talk.at("AT+CMGL=4")
    assert listed[-1] == "OK"
    if cnmi.startswith("2,0") and talk.state()["slots"]:
        assert listed[1:-1] == ([octets.hex().upper()] if octets else [])
    for name in ("IRA", "GSM", "UCS2", "8859-1"):
        talk.at(f'AT+CMGF=1;+CSDH=1;+CSCS="{name}"')
        for command in ('AT+CMGL="ALL"', "AT+CMGR=1"):
            assert talk.at(command)[-1] == "OK"
    talk.at("AT+CSMS=1")
    talk.control(do="receive_pdu", pdu=octets.hex())
    talk.wait(60)
    assert talk.at("AT+CMGF=0")[-1] == "OK"


@given(OCTETS)
@settings(max_examples=150, deadline=None)
def test_any_octets_are_sent(octets: bytes) -> None:
    talk = Talk()
    talk.at("AT+CNMI=2,1,0,1")
    talk.write(b"AT+CMGS=%d\r" % max(1, len(octets) - 1))
    said = talk.write(octets.hex().encode() + b"\x1a\x1b")
    assert "+CMGS: 0" in said or "+CMS ERROR: 304" in said
    talk.wait(10)
    (pdu,) = submits("Halo")
    assert talk.at(f"AT+CMGS={len(pdu) - 1}") == ["> "]
    assert "+CMGS: " in talk.write(pdu.hex().encode() + b"\x1a")
