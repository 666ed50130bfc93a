"""The tree of one SIP message: what stands where, whatever the message."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.dissect.message import message_tree
from analyzer.report.dissect.node import Node

NONCE = base64.b64encode(bytes(range(32)) + b"srv").decode()
CHALLENGE = (
    "SIP/2.0 401 Unauthorized\r\n"
    "v: SIP/2.0/UDP [2001:db8::10]:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP p.example\r\n"
    'From: "Alice; <x>" <sip:001010123456789@ims.example;transport=tcp>;tag=a1\r\n'
    "Security-Server: ipsec-3gpp; q=0.1; alg=hmac-sha-1-96; mod=trans; spi-c=4096;\r\n"
    "  spi-s=25656; port-c=5100; port-s=6100, tls;q=0.05,\r\n"
    f'WWW-Authenticate: Digest realm="r, x", nonce="{NONCE}", algorithm=AKAv1-MD5, '
    'ck="00112233445566778899aabbccddeeff", ik=ffeeddccbbaa99887766554433221100\r\n'
    "X-Own: \xff\xfe\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "bodybehind"
).encode("latin-1")


def tree(raw: bytes, **options: bool) -> Node:
    found = message_tree(raw, **options)
    assert found is not None
    return found


def fields(node: Node, field: str) -> list[Node]:
    return [one for one in node.walk() if one.field == field]


def octets(raw: bytes, node: Node) -> bytes:
    return raw[node.start : node.start + node.length]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("sip.Status-Code", [b"401"]),
        ("sip.Via.sent-by.address", [b"2001:db8::10", b"p.example"]),
        ("sip.Via.sent-by.port", [b"5060"]),
        ("sip.Via.branch", [b"z9hG4bK1"]),
        ("sip.Via.rport", [b"rport"]),
        ("sip.from.display.info", [b'"Alice; <x>"']),
        ("sip.from.addr", [b"sip:001010123456789@ims.example;transport=tcp"]),
        ("sip.from.user", [b"001010123456789"]),
        ("sip.from.param", [b"transport=tcp"]),
        ("sip.from.tag", [b"a1"]),
        ("sip.sec_mechanism", [b"ipsec-3gpp", b"tls"]),
        ("secagree.mechanism.q", [b"0.1", b"0.05"]),
        ("sip.sec_mechanism.spi_c", [b"4096"]),
        ("sip.sec_mechanism.spi_s", [b"25656"]),
        ("secagree.mechanism.mod", [b"trans"]),
        ("sip.auth.realm", [b'"r, x"']),
        ("sip.auth.algorithm", [b"AKAv1-MD5"]),
        ("sip.auth.ck", [b'"00112233445566778899aabbccddeeff"']),
        ("sip.msg_body", [b"body"]),
        ("secagree.behind_body", [b"behind"]),
    ],
)
def test_fields_stand_where_they_were_read(field: str, expected: list[bytes]) -> None:
    assert [octets(CHALLENGE, node) for node in fields(tree(CHALLENGE), field)] == expected


def test_numbers_defects_and_broken_octets_are_told() -> None:
    found = tree(CHALLENGE)
    assert [node.note for node in fields(found, "sip.sec_mechanism.spi_s")] == ["0x00006438"]
    (row,) = fields(found, "sip.Security-Server")
    assert row.defects == ["empty-element", "trailing-comma"]
    (via,) = fields(found, "sip.Via")
    assert (via.name, via.note) == ("v", "Via")
    own = next(node for node in found.walk() if node.name == "X-Own")
    assert own.text == r"\xff\xfe"


def test_a_header_row_reaches_behind_its_folds_and_line_end() -> None:
    (row,) = fields(tree(CHALLENGE), "sip.Security-Server")
    assert octets(CHALLENGE, row).startswith(b"Security-Server: ipsec-3gpp")
    assert octets(CHALLENGE, row).endswith(b"tls;q=0.05,\r\n")


def test_the_nonce_is_taken_apart() -> None:
    """RFC 3310 3.2: RAND, then AUTN (SQN xor AK, AMF, MAC), then what the server likes."""
    (nonce,) = fields(tree(CHALLENGE), "sip.auth.nonce")
    parts = {one.name: one.text for one in nonce.children}
    assert parts == {
        "RAND": bytes(range(16)).hex(),
        "SQN xor AK": bytes(range(16, 22)).hex(),
        "AMF": "1617",
        "MAC-A": bytes(range(24, 32)).hex(),
        "server data": b"srv".hex(),
    }
    for one in nonce.children:  # the characters of a part, whole groups of them, give its octets
        first = (one.start - nonce.start - 1) // 4 * 4
        last = -(-(one.start - nonce.start - 1 + one.length) // 4) * 4
        assert bytes.fromhex(one.text) in base64.b64decode(NONCE[first:last])


def test_auts_is_taken_apart() -> None:
    auts = base64.b64encode(bytes(range(14))).decode()
    raw = f'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest auts="{auts}"\r\n\r\n'.encode()
    (node,) = fields(tree(raw), "sip.auth.auts")
    assert [one.text for one in node.children] == ["000102030405", "060708090a0b0c0d"]


def test_keys_are_masked_unless_they_are_asked_for() -> None:
    hidden = [node.text for node in tree(CHALLENGE).walk()]
    assert not [text for text in hidden if "0011" in text or "ffee" in text]
    shown = tree(CHALLENGE, show_keys=True)
    assert fields(shown, "sip.auth.ik")[0].text == "ffeeddccbbaa99887766554433221100"


def test_keys_of_media_are_masked() -> None:
    body = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0c2VjcmV0|2^20"
    head = f"INVITE sip:x SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}"
    found = tree(f"{head}\r\n\r\n{body}".encode())
    (line,) = fields(found, "secagree.body.line")
    assert line.text == "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***|2^20"


def test_lists_of_the_drafts_are_taken_apart() -> None:
    raw = (
        b"REGISTER sip:x SIP/2.0\r\n"
        b"Security-Mechanism: to=sip:a, from=sip:b, mech=digest;pref=1, mech=tls;pref=2\r\n\r\n"
    )
    found = fields(tree(raw), "secagree.mechanism")
    assert [octets(raw, node) for node in found] == [b"mech=digest;pref=1", b"mech=tls;pref=2"]


def test_what_is_no_sip_has_no_tree() -> None:
    assert message_tree(b"GET / HTTP/1.1\r\n\r\n") is None
    assert message_tree(b"") is None


def problems(raw: bytes, node: Node) -> Iterator[str]:
    """What no tree may have."""
    if not 0 <= node.start <= node.start + node.length <= len(raw):
        yield f"{node.field} outside of the message"
    for child in node.children:
        if not (node.start <= child.start and
                child.start + child.length <= node.start + node.length):  # fmt: skip
            yield f"{child.field} outside of {node.field}"
        yield from problems(raw, child)


_PIECES = st.sampled_from(
    [
        *(
            "Security-Server: ",
            "Via: SIP/2.0/UDP ",
            "From: ",
            "WWW-Authenticate: Digest ",
            "CSeq: ",
        ),
        *("Security-Mechanism: ", "to=sip:a, from=b", "Contact: ", "l: ", "Authorization: Digest "),
        *("ipsec-3gpp", ";", ",", "=", '"', "<", ">", "sip:", "@", ":", "[", "]", "\\", " ", "\t"),
        *("\r\n", "\n", "\r", "\r\n ", "\r\n\r\n", "alg", "spi-c", "4096", "ck", "nonce=", "auts="),
        *("\xff", "\x1b[31m", "\u202e", "a" * 70, base64.b64encode(bytes(14)).decode(), NONCE),
    ]
)
_STARTS = st.sampled_from(
    ["REGISTER sip:x SIP/2.0\r\n", "SIP/2.0 401 No\r\n", "SIP/2.0 200\n", "A  b c SIP/2.0 \r\n"]
)


@given(_STARTS, st.lists(_PIECES, max_size=40), st.booleans())
def test_any_message_has_a_tree_within_its_bounds(start: str, pieces: list[str], cut: bool) -> None:
    raw = (start + "".join(pieces)).encode("utf-8", "surrogateescape")
    found = tree(raw, cut=cut)
    assert not list(problems(raw, found))


@given(st.binary(max_size=200), _STARTS)
def test_any_octets_have_a_tree_within_their_bounds(data: bytes, start: str) -> None:
    raw = start.encode() + data
    assert not list(problems(raw, tree(raw)))


def test_a_tree_moves_as_a_whole() -> None:
    moved = tree(CHALLENGE).moved(42)
    data = bytes(42) + CHALLENGE
    assert [octets(data, node) for node in fields(moved, "sip.sec_mechanism")] == [
        b"ipsec-3gpp",
        b"tls",
    ]


def test_long_rows_are_taken_apart_in_time() -> None:
    """Each of them has 60 000 octets that invite to look at everything again and again."""
    for piece in (";", ",", '"', "<", "a=b;", 'x="', "\r\n ", "mech=", "<sip:a>,", '\\"'):
        for name in ("Security-Server", "Via", "From", "Security-Mechanism", "WWW-Authenticate"):
            row = (piece * 60_000)[:60_000]
            assert message_tree(f"REGISTER sip:x SIP/2.0\r\n{name}: {row}\r\n\r\n".encode())
