"""When the second engine is asked, for which frames, and why.

The native reader has gone over the captures by then. `auto` asks tshark where that reader met what
it does not decode and the means to read it are at hand; `tshark` asks for every SIP message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from analyzer.capture.packet import CaptureInfo, Problem
from analyzer.flows.datagram import Datagram

Mode = Literal["native", "tshark", "auto"]

_TWICE: Final = "a stream cannot be read a second time: write it to a file first"


class Wanted(msgspec.Struct, frozen=True):
    """What of one capture tshark is asked for: a display filter, the reasons in words, and the
    interfaces all of whose frames are its own, because their link type is not read natively."""

    filter: str
    why: tuple[str, ...]
    interfaces: frozenset[int] = frozenset()


class Second(msgspec.Struct):
    """What the second engine gave: datagrams in the order of time, the reasons and problems by
    capture. `only`: those datagrams stand in place of the native reader's, not beside them."""

    only: bool = False
    datagrams: list[Datagram] = []
    why: dict[int, tuple[str, ...]] = {}
    messages: dict[int, int] = {}
    problems: list[tuple[int, Problem]] = []


def wanted(
    mode: Mode,
    infos: Sequence[CaptureInfo],
    keylog: str | None = None,
) -> dict[int, Wanted]:
    """What to ask, by capture, after one sweep over them."""
    if mode == "native":
        return {}
    if mode == "tshark":
        return {number: Wanted("sip", ("--engine tshark",)) for number in range(len(infos))}
    found = {}
    for number, info in enumerate(infos):
        why, parts = [], []
        if keylog is not None or info.tls_secrets:
            origin = "--tls-keylog" if keylog is not None else "secrets in the capture"
            why.append(f"SIP in TLS ({origin})")
            parts.append("tls")
        if info.sigcomp or any(one.kind == "sigcomp" for one in info.problems):
            why.append("SigComp")
            parts.append("sigcomp")
        if info.unread_interfaces:
            names = ", ".join(info.unread_links)
            why.append(f"link type {names}")
            parts.clear()
        if why:
            picked = f"sip && ({' || '.join(parts)})" if parts else "sip"
            found[number] = Wanted(picked, tuple(why), frozenset(info.unread_interfaces))
    return found


def ask(
    asked: Mapping[int, Wanted],
    paths: Sequence[str | None],
    keylog: str | None = None,
    *,
    only: bool = False,
) -> Second:
    """Run tshark over these captures; `paths` is None for what cannot be read twice."""
    from analyzer.wireshark import tshark

    second = Second(only=only)
    for number, one in asked.items():
        path = paths[number]
        if path is None:
            problem = Problem("tshark-stream", detail=f"{', '.join(one.why)}: {_TWICE}")
            second.problems.append((number, problem))
            continue
        reading = tshark.read(path, number, one.filter, keylog)
        taken = [datagram for datagram in reading.datagrams if _its_own(datagram, one)]
        second.datagrams += taken
        if taken:
            second.why[number] = one.why
            second.messages[number] = len(taken)
        second.problems += [(number, problem) for problem in reading.problems]
    second.datagrams.sort(key=lambda one: (one.time, one.capture, one.frame))
    return second


def _its_own(datagram: Datagram, one: Wanted) -> bool:
    """Whether the native reader cannot have read the same message."""
    if one.filter != "sip" or not one.interfaces:
        return True
    layers = datagram.path.split("/")
    return datagram.interface in one.interfaces or "tls" in layers or "sigcomp" in layers
