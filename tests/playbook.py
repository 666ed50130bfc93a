"""A playbook: a readable script of packets in, and all that comes out of the machine.

    >> 0.000 ue>p REGISTER 1 client=1
    << #1 REGISTER clear
    >> 0.040 p>ue 401 1 server=1
    << #2 401 clear
    << announced uc>ps 0x1001, us>pc 0x1002, pc>us 0x1003, ps>uc 0x1004
    >> 0.300 ue>p 1:uc>ps REGISTER 2 client=1 verify=1
    << #3 REGISTER esp-null
    >> end
    << E1 initial incomplete, unknown (none)
    << E1: offer #1, challenge #2, verify #3 uc>ps
    << A1 of E1 ipsec-3gpp temporary

`>>` is one packet (frames count from 1), `>> 40.000 passes` only time, `>> end` the end of the
capture. `<<` is what came out because of it: messages, SA events, closed exchanges, agreements,
requests outside every exchange, ESP that nobody announced, and findings at the end. `play` gives
the script with the lines that really came out, `check` compares the two.

A packet says: seconds, sender and receiver, the SA it travels on (`1:uc>ps` is that of set 1) or
nothing for clear, method or status code, CSeq number, and words:

| word | meaning |
|---|---|
| `client=1` `server=1` `verify=1` | the list that announces set 1; `digest`, `tls` or any text |
| `edit=spi-s:99999` | another value of a parameter in `verify` |
| `nonce=2` | AKA vector, as of the set otherwise |
| `auts` `bare` | reports a synchronisation failure; carries no credentials |
| `sealed` | ESP that no key opens |
| `call=b` `user=bob` `port=5062` | other Call-ID, subscriber, clear port of the UE |
| `of=MESSAGE` | the method of the request that a response answers (REGISTER) |
| `tag=x` | the To-tag: a request with one is in a dialog |
| `expires=0` | Expires, in a 200 the Contact's |
| `again` | in place of all: the packet before, octet by octet, as a second tap sees it |

Sets agree on hmac-sha-1-96 and NULL encryption. Set 4 agrees on no integrity either: its ESP has no
ICV, which nobody takes for ESP-NULL who does not know the set.
"""

import re
import struct
from base64 import b64encode
from dataclasses import dataclass, field
from difflib import ndiff
from hashlib import sha256

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.items import Agreement, Item, Loose, LooseTransaction, SaEvent
from analyzer.capture.packet import Packet, Watermark
from analyzer.pipeline import Conductor
from analyzer.rules.finding import Finding
from analyzer.rules.judge import Judge
from analyzer.sip import SipMessage
from tests.captures import ENGINE, SECOND

START = 1_767_225_600 * 1_000_000_000  # 2026-01-01T00:00:00Z
UDP, ESP = 17, 50
WITHOUT_INTEGRITY = 4
SIP_PORT = 5060
REALM = "ims.example"
PARTIES = {"ue": "192.0.2.10", "p": "192.0.2.1", "core": "198.51.100.1", "s": "198.51.100.2"}
ROLES = {
    "uc>ps": ("uc", "ps"),
    "us>pc": ("us", "pc"),
    "pc>us": ("pc", "us"),
    "ps>uc": ("ps", "uc"),
}
REASONS = {
    100: "Trying", 200: "OK", 202: "Accepted", 401: "Unauthorized", 403: "Forbidden",
    408: "Request Timeout", 494: "Security Agreement Required",
}  # fmt: skip


class ScriptError(Exception):
    """A line of the playbook that cannot be played."""


def check(script: str) -> None:
    """Play the script; fails with a diff where something else came out."""
    wanted = _lines(script)
    played = play(script)
    assert played == wanted, "\n" + "\n".join(line.rstrip() for line in ndiff(wanted, played))


def play(script: str) -> list[str]:
    """The lines of the script with those `<<` that really came out."""
    stage = _Stage()
    played = []
    for line in _lines(script):
        if line.startswith("<<"):
            continue
        played.append(line)
        if line.startswith(">>"):
            played += [f"<< {told}" for told in stage.perform(line[2:].split())]
    return played


def _lines(script: str) -> list[str]:
    return [line.strip() for line in script.splitlines() if line.strip()]


# ---- sets of SAs


def spi(number: int, role: str) -> int:
    """0x1001 to 0x1004 for set 1, 0x2001 for set 2, named by the SA that carries it."""
    return number * 0x1000 + ["uc>ps", "us>pc", "pc>us", "ps>uc"].index(role) + 1


def port(number: int, role: str) -> int:
    """The client ports change with the set, the server ports stay (TS 33.203 7.4)."""
    return {"uc": 45060 + number, "us": 45000, "pc": 5100 + number, "ps": 6100}[role]


def mechanisms(side: str, value: str) -> str:
    """A list by the number of its set, or as written."""
    if not value.isdigit():
        return {"digest": "digest;d-alg=MD5;d-qop=auth", "tls": "tls"}.get(value, value)
    number = int(value)
    own = ("ps>uc", "pc>us") if side == "client" else ("us>pc", "uc>ps")
    ports = ("uc", "us") if side == "client" else ("pc", "ps")
    alg = "null" if number == WITHOUT_INTEGRITY else "hmac-sha-1-96"
    rank = "" if side == "client" else "q=0.1;"
    numbers = (
        f"prot=esp;mod=trans;spi-c={spi(number, own[0])};spi-s={spi(number, own[1])}"
        f";port-c={port(number, ports[0])};port-s={port(number, ports[1])}"
    )
    # The client also offers what the server does not want, so that its offer is not a weak one.
    more = "" if side == "server" else f", ipsec-3gpp;alg=hmac-md5-96;ealg=aes-cbc;{numbers}"
    return f"ipsec-3gpp;{rank}alg={alg};ealg=null;{numbers}{more}"


# ---- packets in


@dataclass
class _Line:
    """One packet of the script."""

    time: int
    src: str
    dst: str
    set: int
    sa: str
    what: str
    cseq: int
    words: dict[str, str]

    @classmethod
    def read(cls, tokens: list[str]) -> "_Line":
        moment, way, *rest = tokens
        number, sa = 0, ""
        if ":" in rest[0]:
            numeral, sa = rest.pop(0).split(":")
            number = int(numeral)
            if sa not in ROLES:
                raise ScriptError(f"there is no SA {sa!r}")
        src, dst = way.split(">")
        words = dict(word.partition("=")[::2] for word in rest[2:])
        return cls(_time(moment), src, dst, number, sa, rest[0], int(rest[1]), words)

    @property
    def request(self) -> bool:
        return not self.what.isdigit()

    @property
    def method(self) -> str:
        return self.what if self.request else self.words.get("of", "REGISTER")

    @property
    def call(self) -> str:
        return self.words.get("call", "a" if self.method == "REGISTER" else self.method.lower())


def _time(moment: str) -> int:
    return START + round(float(moment) * 1000) * (SECOND // 1000)


def message(line: _Line, via: str) -> bytes:
    """The SIP message of a line; `via` is that of the request."""
    user = line.words.get("user", "alice")
    mobile = line.method == "REGISTER" or line.request == (line.src == "ue")
    here, there = (f"<sip:{user}@{REALM}>", "<tel:+15550123>")
    if line.method == "REGISTER":
        there = here
    caller, callee = (here, there) if mobile else (there, here)
    tag = "" if line.request else f";tag=t{line.call}"
    if "tag" in line.words:
        tag = f";tag={line.words['tag']}"
    start = f"{line.what} sip:{REALM} SIP/2.0"
    if not line.request:
        start = f"SIP/2.0 {line.what} {REASONS[int(line.what)]}"
    rows = [
        start,
        f"Via: {via}",
        f"From: {caller};tag=f{line.call}",
        f"To: {callee}{tag}",
        f"Call-ID: {line.call}@192.0.2.10",
        f"CSeq: {line.cseq} {line.method}",
        *(_request_rows(line, user) if line.request else _response_rows(line, user)),
        "Content-Length: 0",
    ]
    return "\r\n".join([*rows, "", ""]).encode()


def _request_rows(line: _Line, user: str) -> list[str]:
    words = line.words
    rows = ["Max-Forwards: 70"]
    if line.method == "REGISTER":
        rows.append(f"Contact: <sip:{user}@192.0.2.10:{_own_port(line)}>")
        rows.append(f"Expires: {words.get('expires', '600000')}")
        if "bare" not in words:
            rows.append(f"Authorization: {_credentials(line, user)}")
    if "client" in words:
        rows.append(f"Security-Client: {mechanisms('client', words['client'])}")
    if "verify" in words:
        rows.append(f"Security-Verify: {_verify(words)}")
    if "client" in words or "verify" in words:
        rows += ["Require: sec-agree", "Proxy-Require: sec-agree"]
    return rows


def _response_rows(line: _Line, user: str) -> list[str]:
    words = line.words
    rows = []
    if "server" in words:
        rows.append(f"Security-Server: {mechanisms('server', words['server'])}")
    if line.what == "401":
        nonce = _nonce(words.get("nonce", words.get("server", "1")))
        rows.append(f'WWW-Authenticate: Digest realm="{REALM}",nonce="{nonce}",algorithm=AKAv1-MD5')
    elif line.what == "494":
        rows.append(f'Proxy-Authenticate: Digest realm="{REALM}",nonce="d1",algorithm=MD5')
    elif line.what == "200" and line.method == "REGISTER":
        contact = f"<sip:{user}@192.0.2.10:{_own_port(line)}>"
        expires = words.get("expires", "600000")
        rows += [f"Contact: {contact};expires={expires}"] if expires != "0" else []
    return rows


def _verify(words: dict[str, str]) -> str:
    listed = mechanisms("server", words["verify"])
    if words["verify"] == "digest":
        listed += f';d-ver="{"0" * 32}"'  # RFC 3329 2.4; nothing checks its value
    if "edit" not in words:
        return listed
    name, value = words["edit"].split(":")
    return re.sub(rf"{name}=[^;]*", f"{name}={value}", listed)


def _credentials(line: _Line, user: str) -> str:
    words = line.words
    name = f'Digest username="{user}@{REALM}",realm="{REALM}",uri="sip:{REALM}"'
    if words.get("verify", "") == "digest":
        return f'{name},nonce="d1",response="{"0" * 32}",algorithm=MD5'
    if "verify" not in words and "nonce" not in words:
        return f'{name},nonce="",response="",algorithm=AKAv1-MD5'
    nonce = _nonce(words.get("nonce", words.get("verify", "1")))
    if "auts" in words:
        auts = b64encode(bytes(14)).decode()
        return f'{name},nonce="{nonce}",response="",auts="{auts}",algorithm=AKAv1-MD5'
    return f'{name},nonce="{nonce}",response="{"1" * 32}",algorithm=AKAv1-MD5'


def _nonce(vector: str) -> str:
    """RAND and AUTN (RFC 3310 3.2)."""
    return b64encode(sha256(vector.encode()).digest()).decode()


def _own_port(line: _Line) -> int:
    return port(line.set, "us") if line.set else int(line.words.get("port", SIP_PORT))


# ---- the stage


@dataclass
class _Stage:
    """Plays packets and tells what came out."""

    conductor: Conductor = field(default_factory=Conductor)
    judge: Judge = field(default_factory=lambda: Judge(ENGINE))
    frame: int = 0
    time: int = START
    sequence: dict[tuple[int, str], int] = field(default_factory=dict)
    vias: dict[tuple[str, int], str] = field(default_factory=dict)
    last: Packet | None = None

    def perform(self, tokens: list[str]) -> list[str]:
        messages: list[SipMessage] = []
        events: list[SaEvent] = []
        self.conductor.messages, self.conductor.sa_events = messages, events
        if tokens == ["end"]:
            items = self.conductor.feed(Watermark(0, self.frame, self.time))
            items += self.conductor.finish()
        elif tokens[1:] == ["passes"]:
            self.time = _time(tokens[0])
            items = self.conductor.feed(Watermark(0, self.frame, self.time))
        else:
            items = self.conductor.feed(self._packet(tokens))
        told = [_message(one) for one in messages] + [_event(one) for one in events]
        for one in items:
            told += self._item(one)
        if tokens == ["end"]:
            told += [_finding(one) for one in self.judge.finish()]
        return told

    def _packet(self, tokens: list[str]) -> Packet:
        self.frame += 1
        if tokens[1] == "again":
            assert self.last is not None
            before = self.last
            self.time = _time(tokens[0])
            return Packet(
                0, self.frame, self.time, before.interface + 1, before.path, before.src,
                before.dst, before.proto, before.data, ip_id=before.ip_id,
            )  # fmt: skip
        line = _Line.read(tokens)
        self.time = line.time
        src, dst = _address(line.src), _address(line.dst)
        proto, data = self._payload(line)
        self.last = Packet(
            0, self.frame, line.time, 0, "eth/ip", src, dst, proto,
            data, ip_id=self.frame,
        )  # fmt: skip
        return self.last

    def _payload(self, line: _Line) -> tuple[int, bytes]:
        text = message(line, self._via(line))
        if not line.sa:
            own = int(line.words.get("port", SIP_PORT))
            ports = (own, SIP_PORT) if line.src == "ue" else (SIP_PORT, own)
            return UDP, _udp(*ports, text)
        sport, dport = (port(line.set, role) for role in ROLES[line.sa])
        key = line.set, line.sa
        number = self.sequence[key] = self.sequence.get(key, 0) + 1
        head = struct.pack("!II", spi(line.set, line.sa), number)
        inner = _udp(sport, dport, text)
        if "sealed" in line.words:
            return ESP, head + _sealed(head, len(inner))
        return ESP, head + _null(inner, 0 if line.set == WITHOUT_INTEGRITY else 12)

    def _via(self, line: _Line) -> str:
        key = line.call, line.cseq
        if line.request:
            host = PARTIES[line.src]
            own = _own_port(line) if line.src == "ue" else port(line.set, "ps")
            branch = f"z9hG4bK{line.call}{line.cseq}{line.method}"
            self.vias[key] = f"SIP/2.0/UDP {host}:{own};branch={branch}"
        unseen = f"SIP/2.0/UDP 192.0.2.10:{_own_port(line)};branch=z9hG4bKunseen{line.cseq}"
        return self.vias.get(key, unseen)

    def _item(self, item: Item) -> list[str]:
        if isinstance(item, Exchange):
            self.judge.exchange(item)
            return _exchange(item)
        self.judge.item(item)
        if isinstance(item, Agreement):
            return [_agreement(item)]
        if isinstance(item, LooseTransaction):
            request, response = item.request.message, item.response.message
            return [f"{request.method} #{request.frame} had {response.code} #{response.frame}"]
        if isinstance(item, Loose):
            return [f"#{item.place.message.frame} stands alone"]
        return [f"stray {item.flow.spi:#x} from #{item.flow.frames[0][1]}"]


def _address(party: str) -> bytes:
    return bytes(map(int, PARTIES[party].split(".")))


def _udp(sport: int, dport: int, payload: bytes) -> bytes:
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def _null(inner: bytes, icv: int) -> bytes:
    """Payload, padding and trailer of RFC 4303 2, and an ICV of so many zero octets."""
    padding = -(len(inner) + 2) % 4
    return inner + bytes(range(1, padding + 1)) + bytes((padding, UDP)) + bytes(icv)


def _sealed(seed: bytes, length: int) -> bytes:
    """IV, ciphertext and ICV: octets by lot, and no next header of ours where one is looked for."""
    blocks = (sha256(seed + bytes([number])).digest() for number in range(length // 32 + 2))
    octets = bytearray(b"".join(blocks)[: 16 + (length + 17) // 16 * 16 + 12])
    for icv in (0, 12, 16):
        octets[-1 - icv] = 0xEE
    return bytes(octets)


# ---- what came out


def _message(one: SipMessage) -> str:
    told = f"#{one.frame} {one.method or one.code} {one.protection}"
    if one.original is not None:
        told += f", again #{one.original.frame}"
    return told


def _event(event: SaEvent) -> str:
    named = [f"{sa.name} {sa.spi:#x}" for sa in event.sas]
    return f"{event.kind} {', '.join(named)}"


def _exchange(run: Exchange) -> list[str]:
    assert run.verdict is not None
    registration = run.verdict.registration
    state = f", {registration.state} ({registration.basis})" if registration else ""
    steps = [f"{step.role} #{step.frame}{f' {step.sa}' if step.sa else ''}" for step in run.steps]
    return [
        f"E{run.number} {run.verdict.kind} {run.verdict.outcome}{state}",
        f"E{run.number}: {', '.join(steps)}",
    ]


def _agreement(agreement: Agreement) -> str:
    association = agreement.association
    told = f"A{agreement.number} of E{agreement.exchange} {agreement.mechanism}"
    if association is not None:
        told += f" {association.state}"
    if agreement.traffic:
        told += ": " + ", ".join(
            f"{one.method} #{one.frame} {one.code or 'unanswered'}" for one in agreement.traffic
        )
    return told


def _finding(one: Finding) -> str:
    kind = "note" if one.effect == "none" else "finding"
    frame = "" if one.frame is None else f" #{one.frame[1]}"
    return f"{kind} {one.rule}{frame}"
