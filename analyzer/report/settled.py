"""An agreement: what the sweep keeps of it, and the agreement of the report made of that."""

from __future__ import annotations

from typing import Any, Final, cast

import msgspec

from analyzer.agreement import items
from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.mechanism import Mechanism
from analyzer.report import model
from analyzer.report.times import iso
from analyzer.report.traffic import traffic

SA_NAMES: Final = ("uc>ps", "pc>us", "us>pc", "ps>uc")


class Numbers(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """SPIs and ports that one side chose."""

    spi_c: int | None
    spi_s: int | None
    port_c: int | None
    port_s: int | None


class Counted(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The ESP packets of one SA; `last_time` in nanoseconds."""

    spi: int
    packets: int
    opened: int
    first_seq: int
    last_seq: int
    last_time: int
    icv_bad: int


class Set(msgspec.Struct, array_like=True, gc=False):
    """The set that an agreement owns: SPIs and packets of its SAs by their names."""

    alg: str
    ealg: str
    server: Numbers
    client: Numbers | None
    state: str
    spis: dict[str, int]
    flows: dict[str, Counted]
    keys: model.KeySource | None


class Settled(msgspec.Struct, array_like=True, gc=False):
    """One agreement as the sweep keeps it. Times are nanoseconds, `renewed` and `seen_until` 0
    where there is none."""

    number: int
    exchange: int
    mechanism: str
    created: int
    established: int | None = None
    ended: int | None = None
    end_reason: str = ""
    expires: int | None = None
    renewed: int = 0
    seen_until: int = 0
    association: Set | None = None
    traffic: list[model.Traffic] = []


# ---- when it is handed on


def settled(item: items.Agreement, show_keys: bool = False) -> Settled:
    """What is kept of an agreement; `show_keys`: its keys too."""
    held = item.association
    return Settled(
        item.number,
        item.exchange,
        item.mechanism,
        item.created,
        item.established,
        item.ended,
        item.end_reason,
        item.expires,
        item.renewed,
        item.seen_until,
        None if held is None else _set(held, show_keys),
        traffic(item) if item.traffic else [],
    )


def _set(found: Association, show_keys: bool) -> Set:
    return Set(
        found.alg,
        found.ealg,
        _numbers(found.server),
        None if found.client is None else _numbers(found.client),
        found.state,
        {sa.name: sa.spi for sa in found.sas},
        {name: _counted(flow) for name, flow in found.flows.items()},
        None if found.key is None else _keys(found, show_keys),
    )


def _numbers(chosen: Mechanism) -> Numbers:
    return Numbers(chosen.spi_c, chosen.spi_s, chosen.port_c, chosen.port_s)


def _counted(flow: Flow) -> Counted:
    return Counted(
        flow.spi,
        flow.packets,
        flow.opened,
        flow.first_seq,
        flow.last_seq,
        flow.last_time,
        flow.icv_bad + flow.icv_unfit,
    )


def _keys(found: Association, show_keys: bool) -> model.KeySource:
    key = found.key
    assert key is not None
    origin = key.origin
    flows = found.flows.values()
    return model.KeySource(
        source=origin.source,
        frame=model.Frame(origin.capture, origin.frame) if origin.frame else None,
        name=origin.name or None,
        challenge=model.Frame(*found.announced_at),
        variant=key.variant or None,
        icv_good=sum(flow.icv_good for flow in flows),
        icv_bad=sum(flow.icv_bad + flow.icv_unfit for flow in flows),
        integrity_key=key.integrity_key.hex() or None if show_keys else None,
        cipher_key=key.cipher_key.hex() or None if show_keys else None,
    )


# ---- when it is looked at


def agreement(item: Settled) -> model.Agreement:
    """The agreement of the report, without its findings: its set, and what travelled on it."""
    return model.Agreement(
        id=f"A{item.number}",
        exchange=f"E{item.exchange}",
        mechanism=item.mechanism,
        created=iso(item.created),
        established=None if item.established is None else iso(item.established),
        ended=None if item.ended is None else iso(item.ended),
        end_reason=item.end_reason or None,
        expires=item.expires,
        association=None if item.association is None else _association(item.association),
        renewed=iso(item.renewed) if item.renewed else None,
        seen_until=iso(item.seen_until) if item.seen_until else None,
        traffic=item.traffic,
    )


def _association(found: Set) -> model.Association:
    server, client = found.server, found.client
    flows = found.flows.values()
    return model.Association(
        alg=found.alg,
        ealg=found.ealg,
        spi_uc=None if client is None else client.spi_c,
        spi_us=None if client is None else client.spi_s,
        spi_pc=server.spi_c,
        spi_ps=server.spi_s,
        port_uc=None if client is None else client.port_c,
        port_us=None if client is None else client.port_s,
        port_pc=server.port_c,
        port_ps=server.port_s,
        state=cast(Any, found.state),
        sa=[_sa(name, found) for name in SA_NAMES if name in found.spis],
        esp_frames=sum(flow.packets for flow in flows),
        decrypted_frames=sum(flow.opened for flow in flows),
        icv_bad=sum(flow.icv_bad for flow in flows) or None,
        keys=found.keys,
    )


def _sa(name: str, found: Set) -> model.Sa:
    flow = found.flows.get(name)
    if flow is None:
        return model.Sa(name=cast(Any, name), spi=found.spis[name], packets=0, opened=0)
    return model.Sa(
        name=cast(Any, name),
        spi=flow.spi,
        packets=flow.packets,
        first_seq=flow.first_seq,
        last_seq=flow.last_seq,
        last_time=iso(flow.last_time),
        opened=flow.opened,
        icv_bad=flow.icv_bad or None,
    )
