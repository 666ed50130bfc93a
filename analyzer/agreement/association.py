"""The security associations of one agreement (TS 33.203 7.1) and the ESP seen on them.

An SPI is chosen by the receiver: the server's spi-s protects `uc>ps`, its spi-c `us>pc`, the
client's spi-s `pc>us`, its spi-c `ps>uc`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from analyzer.agreement.esp_flow import Direction, Flow
from analyzer.agreement.mechanism import Mechanism
from analyzer.keys.esp_cipher import EspKey
from analyzer.keys.sa_table import Sa
from analyzer.limits import ECHOES, REG_AWAIT_AUTH
from analyzer.sip.digest import parse_challenges, parse_credentials
from analyzer.sip.headers import row_text

if TYPE_CHECKING:
    from analyzer.agreement.exchange import Exchange
    from analyzer.sip.message import SipMessage

Life = Literal["announced", "temporary", "established", "old", "dead"]

DIRECTIONS: Final[dict[str, Direction]] = {
    "uc>ps": "to-server",
    "us>pc": "to-server",
    "pc>us": "to-client",
    "ps>uc": "to-client",
}


class Aka(msgspec.Struct, frozen=True, gc=False):
    """What the AKA run of a set left behind, read only when it is asked for: the rows of the
    challenge and of the credentials in the offer, empty where there were none."""

    challenge: bytes = b""
    credentials: bytes = b""

    @property
    def nonce(self) -> bytes:
        """RAND and AUTN of the challenge, 32 octets; empty: it was no AKA."""
        for challenge in parse_challenges(row_text(self.challenge)):
            nonce = challenge.aka_nonce
            if nonce is not None:
                return nonce.rand + nonce.autn
        return b""

    @property
    def identity(self) -> str:
        """The text of the credentials: it has the private identity."""
        return row_text(self.credentials)


NO_AKA: Final = Aka()


class Association:
    """The set announced by one challenge, from `announced` to `dead` (design: the model).

    `client` is None where the offer could not be read: its two SPIs may then be bound provisionally
    from the first ESP towards the client. `number` names the set in the `SaTable`. `announced_at`
    is the (capture, frame) of the challenge, `rows` the server's list, `exchange_number` and
    `call_id` the run that announced it, `aka` what that left behind. `until` is when its
    registration and 30 s more are over (TS 24.229 5.1.1.5.1; 0: not known), `granted` the last 2xx
    that said so as (time, seconds), `first_until` the same as `until` by the first of them.
    `rekeyed` is when the last challenge came that announced a set to follow it, `left` when the
    client began to use that (0: never). `echoed` counts requests on it that carried
    Security-Verify, `unechoed` those that should have, with the frames of the first.
    """

    __slots__ = (
        "aka",
        "announced_at",
        "announced_time",
        "call_id",
        "client",
        "collides",
        "echoed",
        "established_time",
        "exchange",
        "exchange_number",
        "first_until",
        "flows",
        "granted",
        "kernel",
        "left",
        "number",
        "older",
        "rekeyed",
        "rows",
        "sas",
        "server",
        "state",
        "unechoed",
        "unechoed_frames",
        "until",
    )

    def __init__(self, number: int, client: Mechanism | None, server: Mechanism, time: int) -> None:
        self.number = number
        self.client = client
        self.server = server
        self.announced_time = time
        self.established_time: int | None = None
        self.until = 0
        self.first_until = 0
        self.granted: tuple[int, int] | None = None
        self.rekeyed = 0
        self.left = 0
        self.echoed = 0
        self.unechoed = 0
        self.unechoed_frames: list[tuple[int, int]] = []
        self.state: Life = "announced"
        self.older: Association | None = None
        self.announced_at = (0, 0)
        self.rows: tuple[str, ...] = ()
        self.exchange_number = 0
        self.call_id = ""
        self.aka = NO_AKA
        self.exchange: Exchange | None = None  # the run that announced it, while that is open
        self.flows: dict[str, Flow] = {}
        self.collides: Association | None = None  # a live set with the same port_uc of this UE
        self.kernel = ""  # how the SAs of a kernel differ from it
        self.sas: tuple[Sa, ...] = ()

    @property
    def alg(self) -> str:
        """Integrity algorithm, lower case."""
        return self.server.effective_alg or ""

    @property
    def ealg(self) -> str:
        """Encryption algorithm, lower case; absent or empty is null."""
        return self.server.effective_ealg

    def carry(self, message: SipMessage) -> None:
        """Count a request of the client on it that should repeat the list (RFC 3329 2.3.1)."""
        if "security-verify" in message.index:
            self.echoed += 1
            return
        self.unechoed += 1
        if len(self.unechoed_frames) < ECHOES:
            self.unechoed_frames.append((message.capture, message.frame))

    def lives(self, time: int) -> bool:
        """Whether it was in use, and its receiver surely still holds it: neither ended nor over."""
        if self.state in ("established", "old"):
            return time < self.until
        return self.state == "temporary" and time < self.announced_time + REG_AWAIT_AUTH

    def slim(self) -> None:
        """Its exchange was judged: of the two elements only the known values are needed."""
        self.server = self.server.slim()
        if self.client is not None:
            self.client = self.client.slim()

    @property
    def nonce(self) -> bytes:
        """RAND and AUTN of the challenge that announced it, 32 octets; empty: it was no AKA."""
        return self.aka.nonce

    @property
    def rand(self) -> bytes:
        """RAND of the challenge that announced it, 16 octets; empty where it was no AKA."""
        return self.nonce[:16]

    @property
    def impi(self) -> str:
        """The private identity that registered with it, "" where none was read."""
        credentials = parse_credentials(self.aka.identity)
        return "" if credentials is None else credentials.username or ""

    @property
    def wire_ealg(self) -> str:
        """The encryption its packets have, as far as keys or NULL encryption show it; else ""."""
        key = self.key
        if key is not None and key.proves and key.ealg != "?":
            return key.ealg
        return "null" if any(flow.null_unagreed for flow in self.flows.values()) else ""

    @property
    def packets(self) -> int:
        """ESP packets seen on the set, both ways."""
        return sum(flow.packets for flow in self.flows.values())

    @property
    def opened(self) -> int:
        """Those of them that could be read."""
        return sum(flow.opened for flow in self.flows.values())

    @property
    def key(self) -> EspKey | None:
        """The keys that opened it, of the first SA that packets proved them for."""
        return next((flow.key for flow in self.flows.values() if flow.key is not None), None)

    @property
    def last_heard(self) -> int:
        """When the last packet on it came to the client (0: none)."""
        flows = self.flows.values()
        return max((one.last_time for one in flows if one.direction == "to-client"), default=0)

    def spis(self) -> frozenset[int]:
        """The announced SPIs."""
        numbers = [self.server.spi_c, self.server.spi_s]
        if self.client is not None:
            numbers += [self.client.spi_c, self.client.spi_s]
        return frozenset(spi for spi in numbers if spi is not None)

    def build(self, ue: bytes, first_hop: bytes) -> tuple[Sa, ...]:
        """The SAs as far as both lists name them, to be entered in the `SaTable`."""
        server, client = self.server, self.client
        alg, ealg = server.effective_alg or "", server.effective_ealg
        number, aka = self.number, self.aka
        pc, ps = server.port_c or 0, server.port_s or 0
        uc = us = 0
        if client is not None:
            uc, us = client.port_c or 0, client.port_s or 0
        sas = []
        if server.spi_s is not None:
            sas.append(Sa("uc>ps", server.spi_s, ue, first_hop, uc, ps, alg, ealg, number, aka))
        if server.spi_c is not None:
            sas.append(Sa("us>pc", server.spi_c, ue, first_hop, us, pc, alg, ealg, number, aka))
        if client is not None and client.spi_s is not None:
            sas.append(Sa("pc>us", client.spi_s, first_hop, ue, pc, us, alg, ealg, number, aka))
        if client is not None and client.spi_c is not None:
            sas.append(Sa("ps>uc", client.spi_c, first_hop, ue, ps, uc, alg, ealg, number, aka))
        self.sas = tuple(sas)
        return self.sas

    def flow(self, sa: Sa) -> Flow:
        """The ESP flow on one of its SAs."""
        found = self.flows.get(sa.name)
        if found is None:
            found = Flow(sa.spi, sa.src, sa.dst, DIRECTIONS[sa.name], sa.name)
            self.flows[sa.name] = found
        return found
