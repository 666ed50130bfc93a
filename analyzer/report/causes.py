"""Silence: the known causes, held against what the capture shows.

Where a run stopped says which table is meant; each cause is a row of it: its name and a function
that weighs the evidence (`weighing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Final, NamedTuple

from analyzer.report import weighing
from analyzer.report.layout import GLUE, clip, wrap
from analyzer.report.model import Exchange
from analyzer.report.verdict import attempts, client_name, server_name
from analyzer.report.view import View, port
from analyzer.report.weighing import ORDER, Evidence, refusals, told, tries

_NAME: Final = 29  # columns of a cause's name
_EVIDENCE: Final = 46
_SHOWN: Final = 3  # signals that are named


class _Cause(NamedTuple):
    name: str
    weigh: Callable[[Exchange, View], Evidence | None]


class Next(NamedTuple):
    """What to look at: words that stand before a `command`, and what it shows or means."""

    lead: str = ""
    command: str = ""
    words: str = ""

    def text(self) -> str:
        """One line, the command set off by two blanks."""
        return "  ".join(filter(None, self))


class Weighed(NamedTuple):
    """The causes that may be meant, best first, each by its name; and what to look at next."""

    causes: list[tuple[str, Evidence]]
    next: list[Next]


class _Table(NamedTuple):
    """Causes, and what to look at next (`{host}`, `{end}`: of the first hop)."""

    causes: tuple[_Cause, ...]
    next: tuple[Next, ...]


_PROTECTED: Final = _Table(
    (
        _Cause("{server} has other keys or SA", weighing.keys),
        _Cause("{server} has no TCP listener", weighing.listens),
        _Cause("refused on the way", weighing.refused),
        _Cause("packets lost before this tap", weighing.lost_here),
        _Cause("{client} used wrong SPI or ports", weighing.spi),
        _Cause("fragment lost on the way", weighing.fragment),
        _Cause("NAT between {client} and {server}", weighing.nat),
    ),
    # what the counters of Linux mean (xfrm_proc of the kernel's documentation)
    (
        Next("on {host}", "ip -s xfrm state; cat /proc/net/xfrm_stat"),
        Next(words="XfrmInStateProtoError grows: other keys (one algorithm fails, others work?)"),
        Next(words="XfrmInNoStates grows: no such SA; none grows: the SIP stack or its selector"),
    ),
)
_UNREACHED: Final = _Table(
    (
        _Cause("nothing listens, or a firewall", weighing.closed),
        _Cause("request too big for the path", weighing.too_big),
        _Cause("wrong address of the {server}", weighing.address),
        _Cause("answer not seen at this tap", weighing.one_way),
    ),
    (Next(words="capture on {host}: does the request arrive, and does an answer leave?"),),
)
_SILENT: Final = _Table(
    (
        _Cause("the challenge has no list", weighing.listless),
        _Cause("{client} cannot use this pair", weighing.pair),
        _Cause("keys left in the challenge", weighing.leaked),
        _Cause("challenge lost on the way", weighing.challenge_lost),
        _Cause("{client} is strict about the list", weighing.list_form),
        _Cause("AKA failed in the {client}", weighing.aka),
        _Cause("IPsec failed in the {client}", weighing.no_ipsec),
    ),
    (Next(words="modem log from the challenge on: result of AKA, set-up of the SAs"),),
)
_TLS: Final = _Table(
    (
        _Cause("certificate not trusted", weighing.distrust),
        _Cause("no common version or cipher", weighing.no_common),
        _Cause("client certificate wanted", weighing.wants_client),
        _Cause("closed or lost without alert", weighing.cut_off),
    ),
    (Next("", "openssl s_client -connect {end}", "shows certificate, version, cipher"),),
)


def causes(exchange: Exchange, view: View) -> Iterator[str]:
    """The table's lines, best cause first; nothing where no table is meant."""
    found = weigh(exchange, view)
    if found is None:
        return
    yield " known causes, best first        evidence in this capture"
    for number, (name, evidence) in enumerate(found.causes, 1):
        text = clip(f"{evidence.weight}: {evidence.text}", _EVIDENCE)
        yield f"  {number} {clip(name, _NAME):<{_NAME}}{text}"
    lead = " next: "
    for line in found.next:
        yield from wrap(line.text().replace("  ", GLUE * 2), lead, "   ")
        lead = "  "


def weigh(exchange: Exchange, view: View) -> Weighed | None:
    """The known causes held against the capture; None where no table is meant."""
    table = _meant(exchange)
    if table is None:
        return None
    words = {"client": client_name(exchange), "server": server_name(exchange)}
    weighed = []
    for cause in table.causes:
        evidence = cause.weigh(exchange, view)
        if evidence is not None:
            weighed.append((cause.name.format_map(words), evidence))
    weighed.sort(key=lambda entry: ORDER.index(entry[1].weight))
    host = _host(exchange)
    where = {"host": host, "end": f"[{host}]:" if ":" in host else f"{host}:"}
    where["end"] += _port(exchange)
    return Weighed(weighed, [Next(*(part.format_map(where) for part in n)) for n in table.next])


def _meant(exchange: Exchange) -> _Table | None:
    stopped = exchange.stopped_at
    if stopped == "challenge" and exchange.layer == "reachability":
        return _UNREACHED
    if stopped == "verify":
        seen = attempts(exchange)
        if any(one.kind == "tls" for one in seen):
            return _TLS
        return _PROTECTED if seen else _SILENT
    sent = tries(exchange)
    if not sent or exchange.layer not in (None, "protection"):
        return None
    return _PROTECTED if sent[0].spi is not None else None


def _host(exchange: Exchange) -> str:
    """The address of the first hop; what is none has no place in a command."""
    try:
        return str(ip_address(exchange.server.address))
    except ValueError:
        return "HOST"


def _port(exchange: Exchange) -> str:
    """The port that the last connection went to, or the usual one."""
    return next((port(one.dst) for one in reversed(attempts(exchange)) if one.dst), "5061")


def signals(exchange: Exchange, view: View) -> str:
    """`No ICMP, no RST.`, or what there was with its frame."""
    seen = refusals(exchange) + [one for one in exchange.signals if one.kind == "tcp-gap"]
    if not seen:
        return "No ICMP, no RST."
    return ", ".join(told(one, view, short=False) for one in seen[:_SHOWN]) + "."
