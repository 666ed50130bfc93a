"""A message together with what was true at the place and time where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from analyzer.agreement import older
from analyzer.agreement.access import Access, Standing
from analyzer.agreement.association import Association
from analyzer.agreement.comparison import Comparison, compare, with_uris
from analyzer.agreement.mechanism import MechanismList
from analyzer.agreement.row_forms import read_row
from analyzer.agreement.security_list import parse_list
from analyzer.flows.datagram import Protection
from analyzer.sip.message import SipMessage

if TYPE_CHECKING:
    from analyzer.agreement.exchange import Exchange

Leg = Literal["gm", "mw", "unknown"]

HEADERS: Final = {
    "client": "security-client",
    "server": "security-server",
    "verify": "security-verify",
}
ROWS: Final = tuple(HEADERS.items())


class Place:
    """One message in its place.

    `protection` is the message's, or `ports` where it looks clear only because the capture was
    taken above IPsec. `in_force` is the set established for this Access when it was sent, `against`
    the list that its Security-Verify must repeat (None where it was not seen), `older` the lists
    before that one, newest first. `on` is the set it travelled on, `sa` the name of the SA; `life`
    is the state that set (else the one in force) was in when the message was sent. `reuses` is the
    living set of the same client whose numbers a clear offer names again. `enclosed`: some of its
    lists stand in a body that holds a message, where digest can protect them. `tls_port` is the
    port of the client on the TLS connection that its agreement was made on, -1 where it was made
    otherwise.
    """

    __slots__ = (
        "_comparison",
        "_lists",
        "access",
        "against",
        "enclosed",
        "evidence",
        "exchange",
        "from_client",
        "in_force",
        "leg",
        "life",
        "message",
        "older",
        "on",
        "protection",
        "reuses",
        "role",
        "sa",
        "tls_port",
    )

    def __init__(
        self,
        message: SipMessage,
        leg: Leg,
        evidence: str,
        access: Access | None = None,
        from_client: bool = False,
    ) -> None:
        self.message = message
        self.leg: Leg = leg
        self.evidence = evidence
        self.protection: Protection = message.protection
        self.from_client = from_client
        self.access = access
        self.exchange: Exchange | None = None
        self.in_force: Association | None = None
        self.on: Association | None = None
        self.life = ""
        self.reuses: Association | None = None
        self.sa = ""
        self.tls_port = -1
        self.against: MechanismList | None = None
        self.older: tuple[MechanismList, ...] = ()
        self.role = ""
        self.enclosed = False
        self._lists: dict[str, MechanismList] | None = None
        self._comparison: Comparison | None = None

    def stand(self, standing: Standing) -> None:
        """The list due outside a challenged run: that of the set it travels on, while it lives."""
        lists = standing.lists
        if self.on is not None and self.on.rows and self.on.rows != standing.applied:
            self.against, self.older = parse_list(self.on.rows), lists
        elif lists:
            self.against, self.older = lists[0], lists[1:]

    def due(self, against: MechanismList | None, before: tuple[MechanismList, ...]) -> None:
        """The list that this answer to a challenge must repeat, and those before it."""
        self.against, self.older = against, before
        self._comparison = None
        if self.enclosed or older.present(self.message):
            self._lists = None  # which of them repeats a list depends on what is due

    @property
    def cut(self) -> bool:
        """The capture ends within its headers: what is not there may have been sent."""
        message = self.message
        if not message.truncated:
            return False
        return not message.raw[: message.body_start].endswith((b"\r\n\r\n", b"\n\n"))

    @property
    def lists(self) -> dict[str, MechanismList]:
        """Its Security-* lists by `client`, `server`, `verify`: all rows of the header joined."""
        if self._lists is None:
            self._lists = lists = {}
            message = self.message
            index = message.index
            for name, header in ROWS:
                if header in index:
                    octets = message.whole_octets(header)
                    lists[name] = (
                        parse_list(message.folded_texts(header))
                        if octets is None
                        else read_row(octets)
                    )
            if older.MECHANISM in index or older.METHOD in index:
                self._place_older(lists, older.lists_of(message))
            if message.is_request and "content-type" in index and "verify" not in lists:
                self._read_body(lists)
        return self._lists

    def _place_older(
        self, lists: dict[str, MechanismList], found: tuple[MechanismList, ...]
    ) -> None:
        """One header for all: a response has the list of the server; a request that of the client,
        or the one it has to repeat."""
        if not self.message.is_request:
            lists.setdefault("server", found[0])
            return
        echo = None
        if self.against is not None and self.against.dialect:
            echo = older.echo_of(found, self.against)
        if echo is not None:
            lists.setdefault("verify", echo)
        own = next((one for one in found if one is not echo), None)
        if own is not None:
            lists.setdefault("client", own)

    def _read_body(self, lists: dict[str, MechanismList]) -> None:
        rows = older.rows_in_body(self.message)
        if not rows:
            return
        self.enclosed = True
        for name, header in ROWS:
            if header in rows:
                lists.setdefault(name, parse_list(rows[header]))
        for header, dialect in older.DIALECTS:
            if header in rows:
                self._place_older(lists, older.read(tuple(rows[header]), dialect))

    @property
    def comparison(self) -> Comparison | None:
        """Its Security-Verify against the list due; None without either."""
        if self._comparison is None and self.against is not None:
            echoed = self.verify
            if echoed is not None:
                self._comparison = compare(echoed, self.against, self.older)
                if self.against.dialect:
                    self._comparison = with_uris(self._comparison, echoed, self.against)
        return self._comparison

    @property
    def client(self) -> MechanismList | None:
        """Security-Client, None where there is no such header."""
        lists = self._lists
        return (self.lists if lists is None else lists).get("client")

    @property
    def server(self) -> MechanismList | None:
        """Security-Server, None where there is no such header."""
        lists = self._lists
        return (self.lists if lists is None else lists).get("server")

    @property
    def verify(self) -> MechanismList | None:
        """Security-Verify, None where there is no such header."""
        lists = self._lists
        return (self.lists if lists is None else lists).get("verify")


def above_tls(message: SipMessage) -> bool:
    """Readable, over TCP, with TLS in its top Via: captured above TLS."""
    if message.transport != "tcp" or message.protection != "clear":
        return False
    via = message.value("via")
    return via is not None and via.replace(" ", "")[:11].upper() == "SIP/2.0/TLS"


def is_protected(message: SipMessage) -> bool:
    """Whether a message that stands in a text travelled on a set, once there is one: all do but for
    a REGISTER that begins anew, which repeats no list, and the answers to that."""
    asked = message if message.is_request else message.request
    register = "REGISTER" in (message.method, message.cseq_method)
    return not register or asked is None or asked.has("security-verify")


def demands_sec_agree(message: SipMessage) -> bool:
    """Whether it requires the extension of somebody (RFC 3329 2.3.1)."""
    return "sec-agree" in message.tokens("require") or "sec-agree" in message.tokens(
        "proxy-require"
    )
