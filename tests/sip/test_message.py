"""One message: RFC 3261 examples, and torture of the kind of RFC 4475."""

import pickle
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import limits
from analyzer.flows.datagram import Datagram
from analyzer.sip import SipMessage, SipReader, headers
from analyzer.sip.headers import parse_head
from analyzer.sip.layouts import Layouts

Send = Callable[..., Datagram]

# RFC 3261 24.1, F1
REGISTER = b"""REGISTER sip:registrar.biloxi.com SIP/2.0
Via: SIP/2.0/UDP bobspc.biloxi.com:5060;branch=z9hG4bKnashds7
Max-Forwards: 70
To: Bob <sip:bob@biloxi.com>
From: Bob <sip:bob@biloxi.com>;tag=456248
Call-ID: 843817637684230@998sdasdh09
CSeq: 1826 REGISTER
Contact: <sip:bob@192.0.2.4>
Expires: 7200
Content-Length: 0

""".replace(b"\n", b"\r\n")

# after RFC 4475 3.1.1.1: white space and folds wherever the grammar has them
TORTUOUS = (
    b"""INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

""".replace(b"\n", b"\r\n")
    + b"v" * 150
)


@pytest.fixture
def read(send: Send) -> Callable[..., SipMessage]:
    def build(payload: bytes, **fields: object) -> SipMessage:
        (message,) = SipReader().feed(send("ue", "pcscf", payload, **fields))
        return message

    return build


Read = Callable[..., SipMessage]


def test_a_message_goes_to_another_process(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a layout met before, whose rows are a match."""
    monkeypatch.setattr(headers, "_LAYOUTS", Layouts())
    monkeypatch.setattr(limits, "LAYOUT_MET", 1)
    reader = SipReader()
    for call in (b"1@", b"2@", b"3@"):
        (message,) = reader.feed(send("ue", "pcscf", REGISTER.replace(b"843817637684230@", call)))
    other = pickle.loads(pickle.dumps(message))
    assert other.value("call-id") == "3@998sdasdh09"
    assert other.rows("contact") == message.rows("contact")
    assert (other.call_id, other.cseq, other.branches) == ("3@998sdasdh09", 1826, message.branches)


def test_register(read: Read) -> None:
    message = read(REGISTER)
    assert message.is_request
    assert (message.method, message.uri, message.code) == (
        "REGISTER",
        "sip:registrar.biloxi.com",
        0,
    )
    assert message.call_id == "843817637684230@998sdasdh09"
    assert (message.cseq, message.cseq_method) == (1826, "REGISTER")
    assert (message.branch, message.sent_by) == ("z9hG4bKnashds7", "bobspc.biloxi.com:5060")
    assert message.via_count == 1
    assert (message.from_uri, message.from_tag) == ("sip:bob@biloxi.com", "456248")
    assert (message.to_uri, message.to_tag) == ("sip:bob@biloxi.com", "")
    assert message.contact is not None
    assert (message.contact.host, message.contact.port) == ("192.0.2.4", 0)
    assert message.expires == 7200
    assert message.frames == (message.frame,)
    assert message.defects == ()
    assert message.body == b""


def test_tortuous(read: Read) -> None:
    message = read(TORTUOUS)
    assert message.call_id == "wsinv.ndaksdj@192.0.2.1"
    assert (message.cseq, message.cseq_method) == (9, "INVITE")
    assert message.to_tag == "1918181833n"
    assert (message.from_uri, message.from_tag) == ("sip:jdrosen@example.com", "98asjd8")
    assert message.branches == ("390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239")
    assert message.via_count == 3
    assert message.sent_by == "192.0.2.2"
    assert message.value("subject") == ""
    assert message.value("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.values("unknownheaderwithunusualvalue") == [";;", ";;", ";"]
    assert message.contact is not None
    assert message.contact.uri == "sip:jdrosen@example.com"
    assert message.contact.params == {"newparam": "newvalue", "secondparam": "", "q": "0.33"}
    assert message.body == b"v" * 150
    assert message.defects == ()


def test_rows_values_and_spans(read: Read) -> None:
    message = read(
        b"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n"
        b"Security-Server: ipsec-3gpp; q=0.1, tls\r\nRequire: sec-agree\r\n"
        b'security-SERVER :  digest;d-ver="a,b"  \r\nREQUIRE: Foo ,sec-agree\r\n\r\n'
    )
    assert message.header_names() == [
        "via",
        "security-server",
        "require",
        "security-server",
        "require",
    ]
    rows = message.rows("Security-Server")
    assert [row.value for row in rows] == ["ipsec-3gpp; q=0.1, tls", 'digest;d-ver="a,b"']
    assert [message.raw[row.start : row.end].decode() for row in rows] == [
        row.value for row in rows
    ]
    assert message.values("security-server") == ["ipsec-3gpp; q=0.1", "tls", 'digest;d-ver="a,b"']
    assert message.tokens("require") == {"sec-agree", "foo"}
    assert message.tokens("proxy-require") == frozenset()
    assert message.has("V")
    assert message.has("VIA")
    assert not message.has("call-id")
    assert message.value("contact") is None
    assert (message.code, message.reason, message.method) == (401, "Unauthorized", "")


@pytest.mark.parametrize(
    ("contact", "host", "port", "expires"),
    [
        (b"<sip:a@[2001:db8::1]:5062;transport=tcp>;expires=600", "2001:db8::1", 5062, 600),
        (b"sip:192.0.2.1:6063;expires=0", "192.0.2.1", 6063, 0),
        (b'"a <b>" <sips:host>, <sip:other>;expires=5', "host", 0, 77),
        (b"*", "", 0, 77),
        (b"<tel:+491>;expires=x", "", 0, 77),
        (b"<sip:a@h:99999>", "h", 0, 77),
    ],
)
def test_contact(read: Read, contact: bytes, host: str, port: int, expires: int) -> None:
    message = read(b"REGISTER sip:a SIP/2.0\r\nExpires: 77\r\nm: " + contact + b"\r\n\r\n")
    assert message.contact is not None
    assert (message.contact.host, message.contact.port) == (host, port)
    assert message.expires == expires


def test_challenge_and_credentials_prefer_aka(read: Read) -> None:
    message = read(
        b"SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=a\r\n"
        b"Proxy-Authenticate: Digest realm=c\r\n"
        b"WWW-Authenticate: Digest realm=b,algorithm=AKAv1-MD5\r\n"
        b"Proxy-Authorization: Digest username=x\r\n\r\n"
    )
    assert [one.realm for one in message.challenges] == ["a", "b", "c"]
    assert message.challenge is not None
    assert message.challenge.realm == "b"
    assert message.credentials is not None
    assert message.credentials.username == "x"
    assert message.credentials is message.credentials


@pytest.mark.parametrize(
    ("rows", "defects", "body"),
    [
        (b"Content-Length: 3", ("content-length-short",), b"bod"),
        (b"l: 5", ("truncated",), b"body"),
        (b"Content-Length: -1", ("content-length-bad",), b"body"),
        (b"Content-Length: 9" + b"9" * 5000, ("truncated",), b"body"),
        (b"Content-Length: 4\r\nl: 4", ("content-length-repeated",), b"body"),
        (b"Subject: x", (), b"body"),
    ],
)
def test_content_length_over_udp(
    read: Read, rows: bytes, defects: tuple[str, ...], body: bytes
) -> None:
    message = read(
        b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=b\r\nCall-ID: c\r\n"
        b"CSeq: 1 OPTIONS\r\n" + rows + b"\r\n\r\nbody"
    )
    assert message.defects == defects
    assert message.body == body
    assert message.truncated == ("truncated" in defects)


def test_what_every_message_should_have(read: Read) -> None:
    message = read(b"REGISTER sip:a SIP/2.0\r\nCSeq: one REGISTER\r\n\r\n")
    assert message.defects == ("no-call-id", "cseq-bad", "no-via")
    assert (message.call_id, message.cseq, message.cseq_method) == ("", -1, "REGISTER")
    assert (message.branch, message.sent_by, message.via_count) == ("", "", 0)


def test_octets_that_are_no_utf8_stay_visible(read: Read) -> None:
    message = read(b"REGISTER sip:\xff SIP/2.0\r\nSubject: \xfe\xc3\xa4\r\n\r\n")
    assert message.uri == "sip:\\xff"
    assert message.value("s") == "\\xfeä"


def test_truncated_datagram_hides_its_last_row(read: Read) -> None:
    message = read(REGISTER[: REGISTER.index(b"456248")], truncated=True)
    assert message.truncated
    assert message.header_names() == ["via", "max-forwards", "to"]


def mutated(source: bytes) -> st.SearchStrategy[bytes]:
    edit = st.tuples(st.integers(30, len(source)), st.integers(0, 8), st.binary(max_size=6))

    def apply(edits: list[tuple[int, int, bytes]]) -> bytes:
        octets = source
        for position, removed, put in edits:
            octets = octets[:position] + put + octets[position + removed :]
        return octets

    return st.lists(edit, max_size=6).map(apply)


LAZY = (
    "sent_by",
    "from_uri",
    "from_tag",
    "to_uri",
    "to_tag",
    "contact",
    "expires",
    "challenge",
    "credentials",
    "body",
    "sightings",
)


@given(st.one_of(mutated(REGISTER), mutated(TORTUOUS), st.binary(max_size=300)))
def test_nothing_raises_and_spans_match(payload: bytes) -> None:
    datagram = Datagram(0, 1, 0, 0, "ip/udp", b"1234", b"5678", 1, 2, "udp", payload)
    for message in SipReader().feed(datagram):
        for name in LAZY:
            getattr(message, name)
        for name in message.header_names():
            rows = message.rows(name)
            assert rows
            for row in rows:
                assert 0 < row.start <= row.end <= message.body_start <= len(message.raw)
                octets = message.raw[row.start : row.end]
                assert octets == octets.strip(b" \t\r\n")
                if b"\n" not in octets:
                    assert row.value == octets.decode("utf-8", "backslashreplace")
            message.values(name)
            message.tokens(name)


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("octets", [REGISTER, TORTUOUS, REGISTER[:-2] + b"no colon"])
def test_a_slim_message_reads_the_same(send: Send, octets: bytes, cut: bool) -> None:
    (message,) = SipReader().feed(send("ue", "pcscf", octets, truncated=cut))

    def read() -> object:
        names = message.header_names()
        parties = (message.from_uri, message.from_tag, message.to_uri, message.to_tag)
        contact = message.contact and (message.contact.uri, message.contact.params)
        rows = [(message.texts(name), message.value(name), message.rows(name)) for name in names]
        return names, rows, parties, contact, message.sent_by, message.body, message.expires

    before = read()
    message.slim()
    assert read() == before


@given(st.binary(max_size=300), st.booleans())
def test_any_message_reads_the_same_when_slim(rows: bytes, cut: bool) -> None:
    origin = Datagram(0, 1, 0, 0, "", bytes(4), bytes(4), 5060, 5060, "udp", b"")
    raw = b"OPTIONS sip:a SIP/2.0\r\n" + rows
    head = parse_head(raw, cut)
    assert head is not None
    message = SipMessage(head, raw, origin, (), cut)
    before = [message.texts(name) for name in message.header_names()]
    message.slim()
    assert [message.texts(name) for name in message.header_names()] == before


def test_a_row_as_it_was_folded_and_one_that_a_line_break_cut(read: Read) -> None:
    def listed(text: bytes) -> SipMessage:
        rows = b"Security-Verify: ipsec-3gpp;s" + text + b"\r\nSecurity-Client:  tls \r\nExpires"
        return read(REGISTER.replace(b"Expires", rows))

    folded, cut = listed(b"\r\n pi-c=1"), listed(b"\r\npi-c=1;spi-s=2")
    assert folded.folded_texts("security-verify") == ["ipsec-3gpp;s\r\n pi-c=1"]
    assert cut.folded_texts("security-verify") == ["ipsec-3gpp;s\r\npi-c=1;spi-s=2"]
    for one in (folded, cut):
        assert one.folded_texts("security-client") == ["tls"]
        assert one.folded_texts("security-server") == []
