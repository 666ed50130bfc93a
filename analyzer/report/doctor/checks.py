"""The questions of the doctor: each a function from the evidence to at most one answer a case.

An answer is `ok`, `note` (worth knowing), `problem` (something is not seen or not read because of
how it was captured, or because keys are missing), with its proof and what to do next. "Not seen" is
never "wrong": the doctor speaks of captures, not of phones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from analyzer.report.doctor.evidence import Cases, Evidence, gather
from analyzer.report.doctor.wireshark_ports import taken_by
from analyzer.report.layout import plural, spi_text
from analyzer.report.model import Frame, Report

State = Literal["ok", "note", "problem"]

STRAYS: Final = 3  # flows that are named
PORTS: Final = 8  # ports that are named
FILTER: Final = "capture again with the line below"
RECAPTURE: Final = frozenset(  # what a better capture mends
    ("directions", "esp", "esp-stray", "fragments", "loss", "sip", "snap-length", "start")
)

_DAMAGE: Final = {
    "cannot-open": "give a file that can be read",
    "export-first": "convert it as the line says",
    "not-a-capture": "give a pcap or pcapng file",
    "cut-short": "copy the file again, or stop the capture cleanly (Ctrl-C once)",
    "bad-length": "copy the file again; a transfer in text mode does this",
    "bad-block": "copy the file again; a transfer in text mode does this",
}
_LEGS: Final = {"gm": "Gm", "mw": "Mw", "cx": "Cx", "unknown": "a leg that could not be told"}


class Check(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One answer. `count` is how many exchanges or captures it is about, `next` the next step."""

    check: str
    state: State
    said: str
    count: int = 0
    frames: list[Frame] = []
    next: str | None = None


Question = Callable[[Evidence], Iterator[Check]]


def diagnose(report: Report) -> tuple[Evidence, list[Check]]:
    """All answers about a report: problems first, then notes, then what is well."""
    evidence = gather(report)
    found = [check for question in _QUESTIONS for check in question(evidence)]
    order: tuple[State, ...] = ("problem", "note", "ok")
    return evidence, sorted(found, key=lambda check: order.index(check.state))


def _case(
    check: str, state: State, cases: Cases, said: str, next_: str | None = None
) -> Iterator[Check]:
    """One answer about these exchanges; nothing where there are none."""
    if cases:
        yield Check(
            check=check, state=state, said=f"{cases}: {said}", count=cases.count,
            frames=cases.frames, next=next_,
        )  # fmt: skip


# ---- the file


def _damage(evidence: Evidence) -> Iterator[Check]:
    for number, problem in evidence.problems(*_DAMAGE):
        times = f" ({problem.count} times)" if problem.count > 1 else ""
        frames = [] if problem.frame is None else [Frame(number, problem.frame)]
        said = f"{_name(evidence, number)}: {problem.detail or problem.kind}{times}"
        yield Check(
            check="file", state="problem", said=said, frames=frames, next=_DAMAGE[problem.kind]
        )


def _link_type(evidence: Evidence) -> Iterator[Check]:
    for number, problem in evidence.problems("link-type", "encapsulation"):
        said = f"{problem.detail}: {plural(problem.count, 'packet')} not looked into"
        frames = [] if problem.frame is None else [Frame(number, problem.frame)]
        yield Check(
            check="link-type", state="problem", said=said, frames=frames,
            next="--engine tshark reads what tshark knows; else capture on an IP interface",
        )  # fmt: skip


def _snap_length(evidence: Evidence) -> Iterator[Check]:
    for number, capture in enumerate(evidence.captures):
        if capture.cut and capture.cut_frame is not None:
            snap = f"to {capture.snap_length} octets " if capture.snap_length else ""
            said = f"{plural(capture.cut, 'packet')} cut {snap}by the snap length"
            yield Check(
                check="snap-length", state="problem", said=said,
                frames=[Frame(number, capture.cut_frame)], next="capture with -s 0",
            )  # fmt: skip


def _dropped(evidence: Evidence) -> Iterator[Check]:
    for number, capture in enumerate(evidence.captures):
        if capture.dropped:
            said = (
                f"{_name(evidence, number)}: the capturing program lost {capture.dropped} packets"
            )
            yield Check(
                check="loss", state="problem", said=said,
                next="a larger buffer (tcpdump -B 16384), or a capture filter",
            )  # fmt: skip


def _fragments(evidence: Evidence) -> Iterator[Check]:
    for number, problem in evidence.problems("fragment-missing"):
        said = f"{plural(problem.count, 'IP datagram')} not put together: fragments are missing"
        frames = [] if problem.frame is None else [Frame(number, problem.frame)]
        yield Check(
            check="fragments", state="problem", said=said, frames=frames,
            next=f"a filter on ports keeps the first fragment alone: {FILTER}",
        )  # fmt: skip


# ---- what is in it


def _sip(evidence: Evidence) -> Iterator[Check]:
    sip = sum(capture.sip_messages for capture in evidence.captures)
    esp = sum(capture.esp_packets or 0 for capture in evidence.captures)
    packets = sum(capture.packets for capture in evidence.captures)
    if evidence.exchanges:
        said = (
            f"{plural(sip, 'SIP message')}, {plural(esp, 'ESP packet')}, "
            f"{plural(evidence.exchanges, 'exchange')}"
        )
        yield Check(check="sip", state="ok", said=said)
    elif sip:
        yield Check(
            check="sip", state="problem", said="SIP, but no request of a phone to its first hop",
            next="add a capture of Gm: at the UE, the eNodeB, the UPF or the P-CSCF",
        )  # fmt: skip
    elif packets and not esp:
        yield Check(
            check="sip", state="problem", said="no SIP and no ESP in any capture",
            next="another interface? SIP in TLS (--tls-keylog), or a tunnel that is not read?",
        )  # fmt: skip


def _start(evidence: Evidence) -> Iterator[Check]:
    if evidence.no_start:
        yield from _case(
            "start", "problem", evidence.no_start,
            "the capture begins after the first REGISTER or its 401",
            "start the capture first, then let the phone register (airplane mode on and off)",
        )  # fmt: skip
    elif evidence.exchanges:
        yield Check(check="start", state="ok", said="the start of every exchange was captured")


def _directions(evidence: Evidence) -> Iterator[Check]:
    if evidence.one_direction:
        yield from _case(
            "directions", "problem", evidence.one_direction,
            "packets of one direction only",
            "mirror both directions of the port, or capture on the host itself",
        )  # fmt: skip
    elif evidence.exchanges:
        yield Check(check="directions", state="ok", said="both directions were captured")


def _legs(evidence: Evidence) -> Iterator[Check]:
    if not evidence.legs:
        return
    names = [name for leg, name in _LEGS.items() if leg in evidence.legs]
    tap = plural(len(evidence.captures), "capture")
    tunnel = " in GTP-U" if "gtp" in evidence.tunnels else ""
    missing = "" if "mw" in evidence.legs else "; what the core answered (Mw) is not in it"
    yield Check(
        check="legs", state="ok", said=f"{' and '.join(names)}{tunnel}, {tap}{missing}",
        frames=list(evidence.legs.values()),
    )  # fmt: skip


def _synthetic(evidence: Evidence) -> Iterator[Check]:
    yield from _case(
        "addresses", "note", evidence.synthetic,
        "addresses or ports are invented (a log or an export wrote them, not a network)",
        "findings about addresses, ports and ESP are not made; capture packets to have them",
    )  # fmt: skip


# ---- ESP


def _no_esp(evidence: Evidence) -> Iterator[Check]:
    cases = evidence.no_esp
    if cases and all(capture.format == "text" for capture in evidence.captures):
        yield from _case(
            "esp", "note", cases, "a text holds no ESP: nothing shows what followed in it",
            "capture packets to see the protected part",
        )  # fmt: skip
        return
    if any(capture.esp_packets for capture in evidence.captures):
        yield from _case(
            "esp", "note", cases, "no ESP on the announced SAs, though there is other ESP",
            "the UE sent nothing, or by another way (the capture keeps ESP)",
        )  # fmt: skip
        return
    yield from _case(
        "esp", "problem", cases, "SAs were announced, and not one ESP packet is here",
        f"the UE went silent, or a filter such as `port 5060` lost ESP: {FILTER}",
    )  # fmt: skip


def _above_ipsec(evidence: Evidence) -> Iterator[Check]:
    yield from _case(
        "above-ipsec", "note", evidence.above_ipsec,
        "protected SIP looks clear: captured above IPsec, so ESP itself cannot be judged",
    )  # fmt: skip


def _strays(evidence: Evidence) -> Iterator[Check]:
    for number, capture in enumerate(evidence.captures):
        if not capture.esp_unannounced:
            continue
        strays = capture.esp_strays
        known = [s for s in strays if frozenset((s.src, s.dst)) in evidence.ends]
        foreign = [s for s in strays if s not in known]
        if foreign:
            flows = ", ".join(f"{s.src} > {s.dst} {spi_text(s.spi)}" for s in foreign[:STRAYS])
            said = f"{plural(sum(s.packets for s in foreign), 'ESP packet')} without a registration"
            yield Check(
                check="esp-stray", state="problem", said=f"{said}: {flows}",
                frames=[Frame(number, s.frame) for s in foreign[:STRAYS]],
                next="start the capture before the phone registers, or keys of the SAs (--keys)",
            )  # fmt: skip
        if known:
            flows = ", ".join(f"{s.dst} {spi_text(s.spi)}" for s in known[:STRAYS])
            said = f"{plural(sum(s.packets for s in known), 'ESP packet')} on SPIs of no list read"
            yield Check(
                check="esp-unannounced", state="note", said=f"{said}: {flows}",
                frames=[Frame(number, s.frame) for s in known[:STRAYS]],
                next="a set announced before the capture, or inside ESP that was not read",
            )  # fmt: skip


def _keys(evidence: Evidence) -> Iterator[Check]:
    hop = next(iter(evidence.first_hops), "the P-CSCF")
    yield from _case(
        "keys", "problem", evidence.unread,
        f"{plural(evidence.unread.amount, 'ESP packet')} not read: no fitting keys",
        f"a capture of Mw (its 401 has CK and IK); on {hop}: ip xfrm state > x.txt, "
        "then --keys x.txt; a test USIM: --usim FILE; or ask for NULL encryption in the lab",
    )  # fmt: skip
    if evidence.announced and not evidence.unread and not evidence.bad_keys:
        if any(capture.esp_packets for capture in evidence.captures):
            yield Check(check="keys", state="ok", said="all ESP on announced SAs was read")


def _bad_keys(evidence: Evidence) -> Iterator[Check]:
    cases = evidence.bad_keys
    yield from _case(
        "keys-fit", "problem", cases,
        f"the ICV of {plural(cases.amount, 'ESP packet')} does not fit the keys, and none of the "
        "usual mistakes explains it",
        "give the keys of this RAND: every challenge makes new ones",
    )  # fmt: skip
    yield from _case(
        "keys-fit", "problem", evidence.other_usim,
        "K and OP of the USIM file do not make the MAC of AUTN: it is not the USIM of this phone",
        "look at imsi, k and opc in it; op is of the network, opc of one card",
    )  # fmt: skip
    why = "; ".join(dict.fromkeys(evidence.bad_reasons))
    yield from _case(
        "keys-fit", "note", evidence.odd_keys, f"the sender made its keys otherwise: {why}",
        "see finding PRT-23 of the analysis",
    )  # fmt: skip


def _tls(evidence: Evidence) -> Iterator[Check]:
    yield from _case(
        "tls", "problem", evidence.tls_unread, "TLS was opened, and no SIP in it could be read",
        "--tls-keylog FILE: the lines that SSLKEYLOGFILE makes the client or the server write; "
        "or a capture above TLS",
    )  # fmt: skip
    yield from _case("tls", "ok", evidence.tls, "SIP inside TLS was read")


def _one_way(evidence: Evidence) -> Iterator[Check]:
    yield from _case(
        "one-way-esp", "problem", evidence.one_way,
        "ESP from the UE only: nothing comes back on the SAs",
        "one direction captured? If not: ip -s xfrm state and /proc/net/xfrm_stat on the P-CSCF",
    )  # fmt: skip
    yield from _case(
        "one-way-esp", "problem", evidence.one_way_back,
        "ESP to the UE only: what the UE sent is not in the capture",
        "capture both directions",
    )  # fmt: skip


def _loss(evidence: Evidence) -> Iterator[Check]:
    yield from _case(
        "loss", "note", evidence.lost_esp,
        f"{plural(evidence.lost_esp.amount, 'ESP sequence number')} missing inside the capture",
        "lost on the way or by the capture; rules that need them are not checked",
    )  # fmt: skip
    yield from _case(
        "loss", "note", evidence.tcp_gaps, "TCP segments are missing inside the capture",
        "lost by the capture where the receiver acknowledged them",
    )  # fmt: skip


# ---- the same in Wireshark


def _ports(evidence: Evidence) -> Iterator[Check]:
    taken = [(key, taken_by(*key), place) for key, place in evidence.ports.items()]
    taken = [row for row in taken if row[1]][:PORTS]
    if not taken:
        return
    texts = [f"{t.upper()} {port} ({name}) as {by}" for (t, port), by, (_, name) in taken]
    decode = " ".join(f"-d {t}.port=={port},sip" for (t, port), _, _ in taken)
    yield Check(
        check="wireshark-ports", state="note", count=len(taken),
        said=f"Wireshark may not show SIP on these ports: {', '.join(texts)}",
        next=f"tshark {decode}; in the GUI: Analyze > Decode As",
    )  # fmt: skip


def _name(evidence: Evidence, number: int) -> str:
    return evidence.captures[number].path


_QUESTIONS: Final[tuple[Question, ...]] = (
    _damage,
    _link_type,
    _snap_length,
    _dropped,
    _fragments,
    _sip,
    _start,
    _directions,
    _legs,
    _no_esp,
    _above_ipsec,
    _strays,
    _keys,
    _bad_keys,
    _tls,
    _one_way,
    _loss,
    _synthetic,
    _ports,
)
