"""Build the sample captures: `python -m samples.build [--check] [NAME]...`.

Every build gives the same bytes: times, identifiers and "random" octets come from the scenario.
"""

import argparse
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from . import scenario as scenarios
from .esp import Keys
from .esp import keys as esp_keys
from .messages import (
    Message,
    Values,
    aka_response,
    answer,
    digest,
    digest_response,
    edit,
    fill,
    forwarded,
    from_template,
)
from .network import TLS_1_2, WORDS, beside, client_hello, handshake, record, server_hello
from .packets import LINK_TYPES, Way, Wire, noise
from .scenario import HERE, ScenarioError, Table

PCAPS: Final = HERE / "pcaps"
START: Final = 1_767_225_600  # 2026-01-01T00:00:00Z
SNAPLEN: Final = 262_144
STEP_GAP_MS: Final = 40
REPEAT_GAP_MS: Final = 500
PACKET_GAP_US: Final = 200
SIP_PORT, TLS_PORT, TCP_CLIENT_PORT, TLS_CLIENT_PORT = 5060, 5061, 49152, 49500
NOISE_PEER: Final = {4: "203.0.113.53", 6: "2001:db8:9::53"}
CORE: Final = frozenset({"pcscf_core", "scscf"})
PROTECTIONS: Final = ("clear", "esp", "esp-null", "esp-opaque", "tls")


@dataclass
class Sent:
    """A step that was built: what others may answer, forward or repeat."""

    step: Table
    message: Message
    call: str
    sender: str
    receiver: str
    protected: bool
    way: Way
    request: bool


@dataclass
class Capture:
    """What goes into one file: (microseconds, octets), and what a dissector must find there.

    Its clock is `ahead` (microseconds) at the start, and gains `drift` (ppm).
    """

    link: str
    ahead: int = 0
    drift: int = 0
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    sip: int = 0
    esp: int = 0
    tcp_ports: set[int] = field(default_factory=set)
    esp_sa: dict[str, None] = field(default_factory=dict)

    def pcap(self) -> bytes:
        head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, LINK_TYPES[self.link])
        return head + b"".join(
            struct.pack("<IIII", START + at // 1_000_000, at % 1_000_000, len(data), len(data))
            + data
            for at, data in sorted(
                ((self._shown(at), data) for at, data in self.packets), key=lambda packet: packet[0]
            )
        )

    def _shown(self, at: int) -> int:
        """A time as the clock of this capture shows it."""
        return at + self.ahead + at * self.drift // 1_000_000


def build(name: str) -> dict[str, Capture]:
    """Captures of one scenario by file stem; raises ScenarioError."""
    return captures_of(name, scenarios.load(name))


def captures_of(name: str, scenario: Table) -> dict[str, Capture]:
    """The same of a scenario that stands in no file."""
    builder = Builder(name, scenario)
    files = scenario["files"]
    captures = {}
    for suffix in files:
        clock = scenario["clocks"].get(suffix, {})
        captures[f"{name}_{suffix}" if suffix else name] = Capture(
            scenario["link"], clock.get("ahead_ms", 0) * 1000, clock.get("drift_ppm", 0)
        )
    for step in scenario["step"]:
        try:
            packets, tap, counted = builder.play(step)
        except ScenarioError as error:
            raise ScenarioError(f"{name}: step {step['name']}: {error}") from error
        for capture, taps in zip(captures.values(), files.values(), strict=True):
            if tap in taps:
                capture.packets += packets
                capture.sip += counted.sip
                capture.esp += counted.esp
                capture.tcp_ports |= counted.tcp_ports
                capture.esp_sa |= counted.esp_sa
    return captures


class Builder:
    def __init__(self, name: str, scenario: Table) -> None:
        self.name = name
        self.scenario = scenario
        self.wire = Wire()
        self.clock = 0
        self.sent: dict[str, Sent] = {}
        self.cseq: dict[str, int] = {}
        self.server_rows: dict[str, list[str]] = {}

    def play(self, step: Table) -> tuple[list[tuple[int, bytes]], str, Capture]:
        """The packets of one step with their times, its tap, and its counts."""
        self.clock += int(step.get("wait_ms", STEP_GAP_MS) * 1000)
        counted = Capture(self.scenario["link"])
        packets: list[tuple[int, bytes]] = []
        once = self._once(step)
        tap = step.get("tap", "mw" if {step.get("from"), step.get("to")} <= CORE else "gm")
        for turn in range(step.get("repeat", 0) + 1):
            if turn:
                self.clock += int(step.get("repeat_ms", REPEAT_GAP_MS) * 1000)
            for data in once(counted):
                packets.append((self.clock, data))
                self.clock += PACKET_GAP_US
        return packets, tap, counted

    def _once(self, step: Table) -> Any:
        """A function that gives the packets of one turn and counts them."""
        if step.get("noise"):
            return lambda counted: self._noise()
        way = self._way(step)
        if any(word in step for word in WORDS):
            return lambda counted: self._beside(step, way, counted)
        if "raw" in step:
            payload, visible = step["raw"].encode("latin-1"), "SIP/2.0" in step["raw"]
        else:
            payload, visible = self._message(step, way).octets(), True
        return lambda counted: self._transmit(step, way, payload, visible, counted)

    def _noise(self) -> list[bytes]:
        version = self.scenario["ip"]
        way = self._plain_way(self._address("stranger"), NOISE_PEER[version], 40123, 123)
        return self.wire.udp(way, b"\x23" + bytes(47))

    def _beside(self, step: Table, way: Way, counted: Capture) -> list[bytes]:
        quoted = self.sent[step["quotes"]].way if "quotes" in step else None
        packets = beside(step, way, self.wire, quoted)
        if way.spi is not None:
            counted.esp += len(packets)
        return packets

    # Ways

    def _address(self, party: str) -> str:
        known = self.scenario["parties"].get(party)
        if known is None:
            raise ScenarioError(f"there is no party {party!r}")
        return str(known["address" if self.scenario["ip"] == 4 else "address6"])

    def _plain_way(self, src: str, dst: str, sport: int, dport: int) -> Way:
        return Way(
            src, dst, sport, dport, self.scenario["ip"], link=self.scenario["link"],
            encapsulation=tuple(self.scenario.get("encapsulation", ())),
        )  # fmt: skip

    def _way(self, step: Table) -> Way:
        protection = step.get("protection", "clear")
        if protection not in PROTECTIONS:
            raise ScenarioError(f"there is no protection {protection!r}")
        src, dst = self._address(step["from"]), self._address(step["to"])
        way = self._plain_way(src, dst, SIP_PORT, SIP_PORT)
        tcp = self._transport(step) == "tcp"
        if protection == "tls":
            way.sport, way.dport = TLS_CLIENT_PORT, TLS_PORT
        elif protection != "clear":
            self._protect(way, step, tcp)
            if protection == "esp":
                way.keys = self._keys(step)
            way.opaque = protection == "esp-opaque"
        elif tcp:
            way.sport = TCP_CLIENT_PORT
        if (protection == "tls" or (tcp and protection == "clear")) and self._is_answer(step):
            way.sport, way.dport = way.dport, way.sport
        way.sport = step.get("port", way.sport)
        way.dport = step.get("peer_port", way.dport)
        way.spi = step.get("spi", way.spi)
        way.fragment = step.get("fragment", 0)
        way.encapsulation = tuple(step.get("encapsulation", way.encapsulation))
        return way

    def _protect(self, way: Way, step: Table, tcp: bool) -> None:
        """Ports and SPIs of the SA that carries this (TS 33.203 7.1)."""
        numbers = self._set(step, "over")
        from_ue = step["from"].startswith("ue")
        if tcp and self._is_answer(step):
            roles = ("us", "pc") if from_ue else ("ps", "uc")
        else:
            roles = ("uc", "ps") if from_ue else ("pc", "us")
        way.sport, way.dport = (numbers[f"port_{role}"] for role in roles)
        way.spi_back, way.spi = (numbers[f"spi_{role}"] for role in roles)

    def _keys(self, step: Table) -> Keys:
        """What the sender of this step does with CK and IK; `wire` says what it does otherwise."""
        wire = {**self.scenario["values"], **self.scenario["wire"], **step.get("wire", {})}
        vector = self.scenario["vectors"][str(wire.get("vector", step.get("over", 1)))]
        ck, ik = (bytes.fromhex(wire.get(name, vector[name])) for name in ("ck", "ik"))
        made = esp_keys(wire["alg"], wire["ealg"], ck, ik, wire.get("tunnel", False))
        return replace(
            made,
            integrity=bytes.fromhex(wire["integrity"]) if "integrity" in wire else made.integrity,
            cipher=bytes.fromhex(wire["cipher"]) if "cipher" in wire else made.cipher,
        )

    def _is_answer(self, step: Table) -> bool:
        return "answers" in step or step.get("message", "")[:3].isdigit()

    def _set(self, step: Table, word: str) -> Table:
        number = str(step.get(word, 1))
        if number not in self.scenario["sets"]:
            raise ScenarioError(f"there is no set {number!r}")
        found: Table = self.scenario["sets"][number]
        return found

    def _transport(self, step: Table) -> str:
        default = "udp" if {step["from"], step["to"]} <= CORE else self.scenario["transport"]
        return str(step.get("transport", default))

    # Messages

    def _message(self, step: Table, way: Way) -> Message:
        if "again" in step:
            return self._again(step, way)
        request = self._request_of(step)
        source = self.sent.get(step["forward"]) if "forward" in step else None
        call = self._call(step, request, source)
        values = self._values(step, way, call, request)
        if source is not None:
            via = fill("SIP/2.0/UDP {host}:5060;branch={branch}", values)
            flag = step.get("flag", "yes" if source.protected else "no")
            message = forwarded(source.message, self.scenario["forward"], via, flag, values)
        else:
            message = from_template(self.scenario["message"], step["message"], values)
        if request is not None:
            answer(message, request.message, digest("to", call)[:8])
        edit(message, step, values)
        self._remember(step, message, call, way, request is None)
        return message

    def _again(self, step: Table, way: Way) -> Message:
        """The message of an earlier step once more, edited by this one."""
        first = self.sent.get(step["again"])
        if first is None:
            raise ScenarioError(f"there is no earlier step {step['again']!r}")
        message = Message(first.message.start, list(first.message.headers), first.message.body)
        edit(message, step, self._values(step, way, first.call, None))
        return message

    def _call(self, step: Table, request: Sent | None, source: Sent | None) -> str:
        if request is not None or source is not None:
            return (request or source).call  # type: ignore[union-attr]
        register = step.get("message", "").startswith("REGISTER")
        call = str(step.get("call", "reg" if register else step["name"]))
        self.cseq[call] = self.cseq.get(call, 0) + 1
        return call

    def _request_of(self, step: Table) -> Sent | None:
        if not self._is_answer(step):
            return None
        if "answers" in step:
            if step["answers"] not in self.sent:
                raise ScenarioError(f"there is no earlier step {step['answers']!r}")
            return self.sent[step["answers"]]
        for sent in reversed(self.sent.values()):
            if sent.request and (sent.sender, sent.receiver) == (step["to"], step["from"]):
                return sent
        raise ScenarioError("nothing was asked that this could answer")

    def _values(self, step: Table, way: Way, call: str, request: Sent | None) -> Values:
        values: Values = dict(self.scenario["values"])
        announced = self._set(step, "announces")
        values.update({name: str(number) for name, number in announced.items()})
        vector = self.scenario["vectors"][str(step.get("vector", step.get("announces", 1)))]
        values.update({name: vector[name] for name in ("nonce", "ck", "ik")})
        protected = way.spi is not None
        from_ue = step["from"].startswith("ue")
        server_port = announced["port_us" if from_ue else "port_ps"]
        method = step.get("message", "").partition("-")[0]
        uri = f"sip:{self.scenario['values']['realm']}"
        plain = self.scenario["values"]
        values.update(
            host=self._host(way.src), peer=self._host(way.dst),
            core=self._host(self._address("pcscf_core")), scscf=self._host(self._address("scscf")),
            ip=str(way.version), TRANSPORT=self._via_transport(step),
            via_port=str(server_port if protected else way.sport), call_id=self._call_id(call),
            branch="z9hG4bK" + digest("branch", step["name"]),
            from_tag=digest("from", call)[:8], cseq=str(self.cseq.get(call, 1)),
            contact=self._sent_by(request) if request else "",
            mirror=lambda: "\f".join(self.server_rows.get(step["from"], [])),
            mirror_with_d_ver=lambda: self._with_d_ver(step, method, uri),
            aka_response=lambda: aka_response(method, uri, vector, plain),
            digest_response=lambda: digest_response(method, uri, plain),
        )  # fmt: skip
        return values

    def _host(self, address: str) -> str:
        return f"[{address}]" if ":" in address else address

    def _via_transport(self, step: Table) -> str:
        return "TLS" if step.get("protection") == "tls" else self._transport(step).upper()

    def _call_id(self, call: str) -> str:
        return f"{digest('call', call)}@{self._address('ue')}"

    def _sent_by(self, request: Sent) -> str:
        return request.message.rows("Via")[-1].split(" ")[1].split(";")[0]

    def _with_d_ver(self, step: Table, method: str, uri: str) -> str:
        """The server's list with d-ver on each digest element (RFC 3329 2.4)."""
        rows = self.server_rows.get(step["from"], [])
        listed = ":Security-Server: " + ", ".join(rows)
        value = digest_response(method, uri, self.scenario["values"], listed)
        return "\f".join(
            ", ".join(
                f'{element};d-ver="{value}"' if element.startswith("digest") else element
                for element in row.split(", ")
            )
            for row in rows
        )

    def _remember(self, step: Table, message: Message, call: str, way: Way, request: bool) -> None:
        rows = message.rows("Security-Server")
        if rows and step["to"] not in CORE:
            self.server_rows[step["to"]] = rows
        self.sent[step["name"]] = Sent(
            step, message, call, step["from"], step["to"], way.spi is not None, way, request
        )

    # Packets

    def _transmit(
        self, step: Table, way: Way, payload: bytes, visible: bool, counted: Capture
    ) -> list[bytes]:
        tls = step.get("protection") == "tls"
        if step.get("restart"):
            self.wire.esp_seq.pop((way.dst, way.spi or 0), None)
        if tls or self._transport(step) == "tcp":
            packets = self._over_tcp(step, way, payload, tls)
            counted.tcp_ports |= {way.sport, way.dport} - {SIP_PORT, TLS_PORT}
        else:
            packets = self.wire.udp(way, payload)
        if way.spi is not None:
            counted.esp += len(packets) if not way.fragment else 1
        if way.keys is not None and way.spi is not None and way.keys.readable:
            row = way.keys.row(way.version, way.src, way.dst, way.spi)
            counted.esp_sa.setdefault(row)
        counted.sip += visible and not way.opaque and not tls
        return packets

    def _over_tcp(self, step: Table, way: Way, payload: bytes, tls: bool) -> list[bytes]:
        packets: list[bytes] = []
        if not self.wire.opened(way):
            packets += self.wire.tcp_handshake(way)
            if tls and "alert" in step:
                return packets + self._tls_failure(way, step["alert"])
            if tls:
                packets += self._tls_handshake(way)
        if tls:
            seed = f"{step['name']}{len(payload)}".encode()
            payload = record(23, noise(seed, len(payload) + 24))
        return packets + self.wire.tcp_data(
            way, payload, step.get("split", []), step.get("order", []), step.get("resend", [])
        )

    def _tls_handshake(self, way: Way) -> Iterator[bytes]:
        tls = self.scenario["handshake"]
        finished = record(20, b"\x01") + record(22, noise(b"finished", 40))
        hello = client_hello(max(tls["version"], TLS_1_2), tls["cipher"])
        yield from self.wire.tcp_data(way, record(22, handshake(1, hello)), [], [], [])
        hello = record(22, handshake(2, server_hello(**tls))) + finished
        yield from self.wire.tcp_data(way.back(), hello, [], [], [])
        yield from self.wire.tcp_data(way, finished, [], [], [])

    def _tls_failure(self, way: Way, alert: int) -> list[bytes]:
        """The server ends the handshake with a fatal alert (RFC 5246 7.2)."""
        hello = record(22, handshake(1, client_hello(**self.scenario["handshake"])))
        packets = self.wire.tcp_data(way, hello, [], [], [])
        return packets + self.wire.tcp_data(way.back(), record(21, bytes((2, alert))), [], [], [])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m samples.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if a pcap is not up to date")
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios (default: all)")
    options = parser.parse_args(arguments)
    try:
        files: dict[Path, bytes] = {}
        for name in options.names or scenarios.names():
            for stem, capture in build(name).items():
                files[PCAPS / f"{stem}.pcap"] = capture.pcap()
                kernel = scenarios.load(name)["kernel"]
                if kernel:
                    files[PCAPS / f"{stem}.xfrm"] = kernel.lstrip("\n").encode()
                if capture.esp_sa:
                    files[PCAPS / f"{stem}.esp_sa"] = "".join(
                        f"{row}\n" for row in capture.esp_sa
                    ).encode()
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    if options.check:
        return _check(files, not options.names)
    PCAPS.mkdir(exist_ok=True)
    for path, data in files.items():
        path.write_bytes(data)
    return 0


def _check(files: dict[Path, bytes], all_of_them: bool) -> int:
    stale = [path for path, data in files.items() if not _is(path, data)]
    if all_of_them:
        stale += [path for path in sorted(PCAPS.iterdir()) if path not in files]
    for path in stale:
        print(f"{path.name} is not what its scenario says", file=sys.stderr)
    return 1 if stale else 0


def _is(path: Path, data: bytes) -> bool:
    return path.exists() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main())
