"""What the packet tree says of frames, against what stands in the capture."""

from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import wrpcap

from tests.captures import SAMPLES
from tests.wireshark.plugin.shown import said, shown, tree

pytestmark = pytest.mark.tshark

# frame 1 REGISTER, 2 401, 3 REGISTER in ESP with spi-s=99999 for 4097 in Security-Verify, 4 494
WRONG_VERIFY = SAMPLES / "pcaps" / "ver_05_fires.pcap"
HEAD = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
TWO_PASSES = ("-2", "-R", "frame")


def test_two_passes_know_the_end_at_the_first_frame() -> None:
    first = tree(WRONG_VERIFY, *TWO_PASSES)[1]
    assert first[0] == "SIP Security Agreement: E1 offer, Gm, clear"
    assert {"[Verify: 3]", "[Result: 4]", "[Registration: rejected]", "[Stopped at: result]"} <= {
        *first
    }
    headline = "[E1: NOT REGISTERED: 494 Security Agreement Required at agreement; 1 note]"
    assert first[-1] == headline
    assert not [line for line in first if line.startswith("[Not read yet")]


def test_one_pass_says_what_it_has_not_read() -> None:
    first = tree(WRONG_VERIFY)[1]
    assert [line for line in first if line.startswith("[Not read yet: result and findings: ")]
    assert not [line for line in first if line.startswith("[Registration")]
    assert first[-1] == "[E1: not read to its end yet]"
    assert "[Challenge: 2]" in tree(WRONG_VERIFY)[3]


def test_one_pass_says_so_where_the_result_is_known() -> None:
    last = tree(WRONG_VERIFY)[4]  # the result itself: its rules run when the exchange closes
    assert [line for line in last if line.startswith("[Not read yet: result and findings: ")]


def test_findings_stand_before_everything_else_and_tell_the_detail() -> None:
    verify = tree(WRONG_VERIFY, *TWO_PASSES)[3]
    at = next(at for at, line in enumerate(verify) if line.startswith("[ERROR VER-05: "))
    assert [line.partition(":")[0] for line in verify[1:at]] == [
        "[Exchange", "[Role", "[Round", "[Leg", "[Protection", "[Time since the previous step",
    ]  # fmt: skip
    assert verify[at + 2] == "[Detail: spi-s 4097 -> 99999]"


def test_the_wrong_parameter_stands_beside_the_right_one() -> None:
    verify = tree(WRONG_VERIFY, *TWO_PASSES)[3]
    assert verify[0] == "SIP Security Agreement: E1 verify, Gm, esp-null uc>ps"
    at = verify.index("[Security-Verify against Security-Server: different]")
    rows = verify[at + 1 : at + 7]
    assert rows[:3] == [
        "[Difference: changed parameter]",
        "[Smallest edit: spi-s 4097 -> 99999]",
        "[Security-Server in: 2]",
    ]
    assert rows[3].startswith("[1 Server  ipsec-3gpp;")
    assert "spi-s=4097;" in rows[3]
    assert "spi-s=99999;" in rows[4]
    assert rows[5] == "[Differing parameter: spi-s (spi-s 4097 -> 99999)]"
    assert "spi-s: 0x0001869f (99999)" in verify
    assert "[Rule: VER-05]" in verify
    assert "[Expert Info (Error/Security): VER-05 Security-Verify changes a parameter of the list"[
        :60
    ] in "\n".join(verify)


def test_esp_names_its_association_and_who_announced_it() -> None:
    frames = tree(SAMPLES / "real" / "09_udp_wrong_verify_spi_gm.pcap", *TWO_PASSES)
    # 0x1001 stands in the 401 (frame 2) as spi-s; 0x22220000 in the REGISTER (frame 1) as spi-s
    assert {"[SA: uc>ps]", "[SPI: 0x00001001 (4097)]", "[SPI announced in: 2]"} <= {*frames[5]}
    assert {"[SA: pc>us]", "[SPI: 0x22220000 (572653568)]", "[SPI announced in: 1]"} <= {*frames[6]}


def test_closed_it_is_two_lines() -> None:
    for lines in tree(SAMPLES / "pcaps" / "ok_null.pcap", *TWO_PASSES).values():
        tops = [line for line in lines if line.startswith(("SIP Security", "[E1:", "[nothing"))]
        assert len(tops) == 2


def test_fields_can_be_asked_for() -> None:
    rows = shown(
        WRONG_VERIFY, *TWO_PASSES, "-T", "fields", "-e", "secagree.exchange", "-e", "secagree.role",
        "-e", "secagree.sa", "-e", "secagree.rule", "-e", "secagree.severity",
    )  # fmt: skip
    assert rows == [
        "E1\toffer\t\tOFR-11\tinfo",
        "E1\tchallenge\t\t\t",
        "E1\tverify\tuc>ps\tVER-05\terror",
        "E1\tresult\tpc>us\t\t",
    ]


def test_the_octets_of_an_element_are_its_own() -> None:
    lines = shown(WRONG_VERIFY, *TWO_PASSES, "-T", "pdml")
    mechanism = next(line for line in lines if 'name="secagree.mechanism"' in line)
    value = mechanism.partition(' value="')[2].partition('"')[0]
    assert bytes.fromhex(value).startswith(b"ipsec-3gpp;alg=hmac-sha-1-96;")
    assert bytes.fromhex(value).endswith(b"port-s=45062")


def test_expert_information_has_errors_and_notes() -> None:
    lines = shown(WRONG_VERIFY, *TWO_PASSES, "-q", "-z", "expert")
    assert [line for line in lines if "SECAGREE" in line and "VER-05" in line]
    chats = lines[next(at for at, line in enumerate(lines) if line.startswith("Chats")) :]
    assert [line for line in chats if "SECAGREE" in line and "OFR-11" in line]


def test_what_has_nothing_to_do_with_it_stays_silent(tmp_path: Path) -> None:
    options = b"OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
    capture = tmp_path / "c.pcap"
    head = HEAD / IP(src="192.0.2.1", dst="192.0.2.2")
    wrpcap(str(capture), [head / UDP(sport=5060, dport=5060) / options, head / TCP() / Raw(b"x")])
    assert tree(capture, *TWO_PASSES) == {}


def test_the_summary_counts_what_closed_esp_keeps_from_being_checked() -> None:
    lines = shown(SAMPLES / "pcaps" / "ok_udp_opaque.pcap", "-q", "-z", "secagree,tree")
    told = [line for line in lines if line.startswith("not checked")]
    assert [line for line in told if " rules (" in line]
    assert all("-V names them" in line for line in told if " rules (" in line)


def test_the_summary() -> None:
    lines = shown(WRONG_VERIFY, "-q", "-z", "secagree,tree")
    assert lines[1] == "SIP Security Agreement: 1 exchange (1 rejected); 1 finding, 1 note"
    assert lines[3] == "E1  NOT REGISTERED: 494 Security Agreement Required at agreement"
    assert [line.split()[:5] for line in lines if line.startswith(("finding", "note "))] == [
        ["finding", "#3", "VER-05", "error", "explains-outcome"],
        ["note", "#1", "OFR-11", "info", "none"],
    ]
    assert all(len(line) <= 120 and line.isascii() for line in lines)


HOSTILE = (
    b"%s%d%%]]\"'", b"\x00nul\x00", b"a" * 60_000, b"=" * 500, b";" * 3000, b"," * 3000,
    b"\xff\xfe\x80", b"\x1b[2J\x07", b"--[[ ]] ]=] os.exit()", b"\\",
    b"ipsec-3gpp;alg=%n;spi-c=99999999999;spi-s=-1;port-c=1e9;q=5;x=\"\\\"",
)  # fmt: skip


@pytest.mark.parametrize("options", [TWO_PASSES, (), ("-q", "-z", "secagree,tree")])
def test_hostile_headers_break_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    packets = []
    for number, value in enumerate(HOSTILE):
        row = value[:25_000]
        reason = row[:99].replace(b"\x00", b"").strip()  # with NUL it is no SIP to Wireshark
        common = b"Via: SIP/2.0/UDP 192.0.2.9;branch=z%d\r\nCall-ID: %d\r\nCSeq: 1 REGISTER\r\n" % (
            number,
            number,
        )
        request = (
            b"REGISTER sip:ims SIP/2.0\r\n%sSecurity-Client: %s\r\nSecurity-Verify: %s\r\n\r\n"
        )
        request %= (common, row, row)
        answer = b"SIP/2.0 401 %s\r\n%sSecurity-Server: %s\r\n" % (reason, common, row)
        answer += b'WWW-Authenticate: Digest nonce="%s"\r\n\r\n' % row
        client = IP(src="192.0.2.9", dst="192.0.2.1") / UDP(sport=5060, dport=5060)
        server = IP(src="192.0.2.1", dst="192.0.2.9") / UDP(sport=5060, dport=5060)
        packets += [HEAD / client / Raw(request), HEAD / server / Raw(answer)]
    capture = tmp_path / "hostile.pcap"
    wrpcap(str(capture), packets)
    lines = (
        shown(capture, "-O", "secagree", *options)
        if "-q" not in options
        else shown(capture, *options)
    )
    ours = [line for line in lines if line.startswith("SIP Security Agreement")]
    assert len(ours) == (1 if "-q" in options else len(packets))
    assert all(line.isprintable() for line in ours)


@pytest.mark.parametrize(
    "asked",
    [
        ("-Y", 'secagree.severity == "error"'),
        ("-T", "fields", "-e", "secagree.rule"),
        ("-2", "-T", "fields", "-e", "secagree.rule"),
        ("-q", "-z", "expert"),
        ("-z", "expert"),
        ("-Y", "sip"),
    ],
)
def test_a_pass_that_shows_no_findings_says_that_there_are_some(asked: tuple[str, ...]) -> None:
    output = said(WRONG_VERIFY, *asked)
    lines = [line for line in output.errors.splitlines() if line.startswith("secagree: ")]
    assert len(lines) == 1
    assert lines[0].startswith("secagree: 1 finding and 1 note, known when all was read")
    assert "VER-05" not in output.printed


@pytest.mark.parametrize(
    "asked",
    [(), (*TWO_PASSES, "-V"), ("-2", "-Y", "secagree.rule"), ("-q", "-z", "secagree,tree")],
)
def test_nothing_is_said_where_all_is_shown_or_nobody_asks(asked: tuple[str, ...]) -> None:
    assert "secagree: " not in said(WRONG_VERIFY, *asked).errors


@pytest.mark.parametrize(
    "asked", [("-q", "-z", "expert"), ("-T", "fields", "-e", "secagree.rule"), ("-Y", "secagree")]
)
def test_notes_alone_are_not_told(asked: tuple[str, ...]) -> None:
    healthy = SAMPLES / "pcaps" / "ok_null.pcap"
    assert "secagree: " not in said(healthy, *asked).errors


def test_one_advice_stands_wherever_something_is_missing() -> None:
    """It is true of `-2` too, which reads nothing before where it has no filter."""
    advice = "`-2 -R frame` shows it (`-2` alone does not), and so does `-q -z secagree,tree`"
    for passes in ((), ("-2",)):
        output = said(WRONG_VERIFY, *passes, "-T", "fields", "-e", "secagree.pending")
        assert output.errors.rstrip().endswith(advice)
        assert output.printed.splitlines()[0].endswith(advice)
        assert "one pass" not in output.printed + output.errors
