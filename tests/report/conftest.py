"""Reports written by hand from the ground truth of the real captures, cases A to D."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyzer.report.model import (
    Agreement,
    Association,
    Capture,
    Comparison,
    Coverage,
    Endpoint,
    Exchange,
    Finding,
    Frame,
    Identity,
    KeySource,
    Mechanism,
    Occurrence,
    Registration,
    Report,
    Sa,
    Step,
    Tool,
    Traffic,
)
from analyzer.report.summary import summarise
from analyzer.report.times import iso, nanoseconds

UE, PCSCF = "192.0.2.10", "192.0.2.1"
CLEAR = ("192.0.2.10:5060", "192.0.2.1:5060")


def at(start: str, seconds: float) -> str:
    return iso(nanoseconds(start) + round(seconds * 1e9))


def mechanism(raw: str) -> Mechanism:
    """The element a Security-* header has, as far as these samples need its grammar."""
    name, *parts = [part.strip() for part in raw.split(";")]
    found: dict[str, Any] = {}
    for part in parts:
        key, _, value = part.partition("=")
        member = key.replace("-", "_")
        found[member] = int(value) if member.startswith(("spi", "port")) else value
    return Mechanism(name=name, raw=raw, **found)


def report(
    captures: list[Capture],
    exchanges: list[Exchange],
    agreements: list[Agreement] | None = None,
    findings: list[Finding] | None = None,
) -> Report:
    found = findings or []
    return Report(
        tool=Tool(name="secagree", version="0"),
        captures=captures,
        exchanges=exchanges,
        agreements=agreements or [],
        findings=found,
        summary=summarise(exchanges, found),
    )


def finding(number: int, rule: str, name: str, severity: str, **members: Any) -> Finding:
    defaults: dict[str, Any] = {
        "class_": "conformance",
        "effect": "none" if severity in ("info", "warning") else "risk",
        "party": "ue",
        "title": name.replace("-", " "),
        "exchange": "E1",
        "peer": UE,
    }
    return Finding(
        id=f"F{number}",
        fingerprint=f"{rule}-{number}",
        rule=rule,
        name=name,
        severity=severity,  # type: ignore[arg-type]
        **{**defaults, **members},
    )


def step(role: str, frame: int, time: str, ends: tuple[str, str], **members: Any) -> Step:
    defaults: dict[str, Any] = {
        "round": 1,
        "capture": 0,
        "summary": str(members.get("method") or members.get("code") or "ESP"),
        "transport": "udp",
        "protection": "clear",
        "leg": "gm",
    }
    return Step(
        role=role,  # type: ignore[arg-type]
        frame=frame,
        time=time,
        src=ends[0],
        dst=ends[1],
        **{**defaults, **members},
    )


def exchange(start: str, **members: Any) -> Exchange:
    defaults: dict[str, Any] = {
        "id": "E1",
        "key": "0123456789abcdef",
        "dialect": "ims",
        "mediasec": False,
        "kind": "initial",
        "method": "REGISTER",
        "client": Endpoint(UE, 5060),
        "server": Endpoint(PCSCF, 5060),
        "identity": Identity(
            impi="001010123456789@ims.mnc001.mcc001.3gppnetwork.org",
            imsi="001010123456789",
            cell="0010100010019B01",
        ),
        "user_agent": "lab-ue/1.0",
        "outcome": "agreed",
        "started": start,
        "ended": start,
        "duration_ms": 0.0,
        "coverage": coverage(),
    }
    return Exchange(**{**defaults, **members})


def coverage(**members: Any) -> Coverage:
    defaults: dict[str, Any] = {
        "start": True,
        "both_directions": True,
        "protected_part": "read",
        "keys": "proven",
        "synthetic": False,
    }
    return Coverage(**{**defaults, **members})


def capture(path: str, packets: int, messages: int, start: str, last: float) -> Capture:
    return Capture(
        path=path,
        format="pcap",
        link_types=["EN10MB"],
        packets=packets,
        sip_sightings=messages,
        sip_messages=messages,
        first_time=start,
        last_time=at(start, last),
    )


START_09 = "2026-11-22T08:53:03.604000000Z"
OFFER_09 = mechanism(
    "ipsec-3gpp; alg=hmac-sha-1-96; ealg=aes-cbc; prot=esp; mod=trans; spi-c=286326784; "
    "spi-s=572653568; port-c=6062; port-s=6063"
)
SERVER_09 = mechanism(
    "ipsec-3gpp;prot=esp;mod=trans;spi-c=4096;spi-s=4097;port-c=5100;port-s=6100;"
    "alg=hmac-sha-1-96;ealg=aes-cbc"
)
VERIFY_09 = mechanism(SERVER_09.raw.replace("4097", "99999"))


def association_09(read: int) -> Association:
    return Association(
        alg="hmac-sha-1-96",
        ealg="aes-cbc",
        spi_uc=286326784,
        spi_us=572653568,
        spi_pc=4096,
        spi_ps=4097,
        port_uc=6062,
        port_us=6063,
        port_pc=5100,
        port_ps=6100,
        state="established",
        esp_frames=6,
        decrypted_frames=read,
        keys=KeySource(
            source="esp_sa", name="09.esp_sa", challenge=Frame(0, 2), icv_good=read, icv_bad=0
        )
        if read
        else None,
        sa=[
            Sa(
                name=name,  # type: ignore[arg-type]
                spi=spi,
                packets=packets,
                opened=packets if read else 0,
                last_time=None if last is None else at(START_09, last),
            )
            for name, spi, packets, last in (
                ("uc>ps", 4097, 2, 1.423),
                ("pc>us", 572653568, 3, 1.457),
                ("us>pc", 4096, 1, 1.467),
                ("ps>uc", 286326784, 0, None),
            )
        ],
    )


def case_a() -> Report:
    """09_udp_wrong_verify_spi_gm.pcap, as it reads with keys."""
    start = START_09
    steps = [
        step("offer", 1, start, CLEAR, method="REGISTER", client=[OFFER_09], via=UE),
        step("challenge", 2, at(start, 0.094), CLEAR[::-1], code=401, server=[SERVER_09]),
        step(
            "verify", 3, at(start, 1.373), ("192.0.2.10:6062", "192.0.2.1:6100"),
            method="REGISTER", protection="esp", spi=4097, seq=1, sa="uc>ps",
            client=[OFFER_09], verify=[VERIFY_09],
            comparison=Comparison(
                level="different", kind="changed parameter", edit="spi-s 4097 -> 99999",
                against=Frame(0, 2),
            ),
        ),
        step(
            "result", 4, at(start, 1.415), ("192.0.2.1:5100", "192.0.2.10:6063"),
            code=200, reason="OK", protection="esp", spi=572653568, seq=1, sa="pc>us",
        ),
    ]  # fmt: skip
    found = [
        finding(
            1, "VER-10", "bad-verify-accepted", "critical", party="pcscf", frame=Frame(0, 4),
            frames=[Frame(0, n) for n in range(2, 7)], count=2,
            expected="494 (or other 4xx): the list differs from that of the server",
            seen="200 to REGISTER", again=[Occurrence(frame=Frame(0, 6), seen="202 to MESSAGE")],
            means="P-CSCF does not compare lists: bidding down would go unnoticed",
            spec="RFC 3329 2.3.1",
        ),
        finding(
            2, "VER-05", "verify-param-changed", "error", frame=Frame(0, 3),
            frames=[Frame(0, 2), Frame(0, 3), Frame(0, 5)],
            expected=SERVER_09.raw, seen=VERIFY_09.raw, parameter="spi-s",
            cause="list rebuilt from UE state instead of copied from the 401",
            spec="RFC 3329 2.3.1",
        ),
        finding(
            3, "VER-11", "sa-unused", "warning", effect="risk", frame=Frame(0, 3),
            explained_by="F2",
        ),
        finding(4, "OFR-14", "pani-in-clear", "info", title="PANI in clear", frame=Frame(0, 1)),
        finding(
            5, "PRT-05", "answer-on-us", "info", title="UE answers on us>pc", frame=Frame(0, 8)
        ),
        finding(
            6, "PRT-13", "record-route-port", "info", party="pcscf", peer=PCSCF,
            title="Record-Route names 5100, not 6100", frame=Frame(0, 7),
        ),
    ]  # fmt: skip
    whole = exchange(
        start,
        call_id="ue-3deb1c368d15@192.0.2.10",
        registration=Registration(
            state="registered", basis="seen", code=200, reason="OK", duration_ms=1415.0,
            answer=Frame(0, 4),
        ),
        outcome="bypassed",
        agreed=SERVER_09,
        ended=at(start, 1.415),
        duration_ms=1415.0,
        steps=steps,
        not_checked={"no Mw capture": ["LEAK-02", "LEAK-03", "LEAK-06"]},
        findings=["F1", "F2"],
    )  # fmt: skip
    agreement = Agreement(
        id="A1",
        exchange="E1",
        mechanism="ipsec-3gpp",
        created=at(start, 0.094),
        established=at(start, 1.415),
        association=association_09(6),
        traffic=[
            Traffic(
                time=at(start, 1.423), capture=0, frame=5, method="MESSAGE", code=202,
                sa="uc>ps", protection="esp", answer=Frame(0, 6),
            ),
            Traffic(
                time=at(start, 1.457), capture=0, frame=7, method="MESSAGE", code=200,
                sa="pc>us", protection="esp", answer=Frame(0, 8),
            ),
        ],
    )  # fmt: skip
    name = "09_udp_wrong_verify_spi_gm.pcap"
    return report([capture(name, 8, 8, start, 1.467)], [whole], [agreement], found)


def case_a_without_keys() -> Report:
    """The same capture, its ESP unread: what is left is what ESP alone shows."""
    with_keys = case_a()
    [whole] = with_keys.exchanges
    [agreement] = with_keys.agreements
    start = START_09
    ue_to_p, p_to_ue = (UE, PCSCF), (PCSCF, UE)
    esp: dict[str, Any] = {"protection": "esp", "inferred": True}
    steps = [
        *whole.steps[:2],
        step("verify", 3, at(start, 1.373), ue_to_p, spi=4097, seq=1, sa="uc>ps", **esp),
        step("result", 4, at(start, 1.415), p_to_ue, spi=572653568, seq=1, sa="pc>us", **esp),
    ]
    blind = exchange(
        start,
        call_id=whole.call_id,
        registration=Registration(
            state="registered",
            basis="inferred",
            signs=["ESP answered on pc>us (#4)", "later ESP on the same SAs (#5 to #8)"],
            duration_ms=1415.0,
        ),
        outcome="incomplete",
        agreed=SERVER_09,
        ended=at(start, 1.415),
        duration_ms=1415.0,
        steps=steps,
        coverage=coverage(protected_part="unread", keys="missing"),
        not_checked={
            "ESP not read: no keys": ["VER-05", "VER-10", "PRT-05"],
            "no Mw capture": ["LEAK-02", "LEAK-03", "LEAK-06"],
        },
    )
    unread = Agreement(
        id=agreement.id,
        exchange="E1",
        mechanism="ipsec-3gpp",
        created=agreement.created,
        association=association_09(0),
    )
    notes = [f for f in with_keys.findings if f.rule == "OFR-14"]
    name = "09_udp_wrong_verify_spi_gm.pcap"
    return report([capture(name, 8, 2, start, 1.467)], [blind], [unread], notes)


START_16 = "2026-11-22T08:54:51.116000000Z"


def case_b() -> Report:
    """16_udp_multi_offer_phh_merged.pcapng, as it reads with keys."""
    start = START_16
    tail = "prot=esp;mod=trans;spi-c=286326784;spi-s=572653568;port-c=6062;port-s=6063"
    offers = [
        mechanism(f"ipsec-3gpp;{tail};ealg={ealg};alg={alg}")
        for alg in ("hmac-sha-1-96", "hmac-md5-96")
        for ealg in ("null", "aes-cbc")
    ]
    server = mechanism(SERVER_09.raw.replace("hmac-sha-1-96", "hmac-md5-96"))
    p, s = "198.51.100.1:5060", "198.51.100.2:5060"
    mw: dict[str, Any] = {"leg": "mw"}
    steps = [
        step(
            "offer", 1, start, CLEAR, method="REGISTER", client=offers, via=UE,
            hops=[
                step(
                    "offer", 3, at(start, 0.040), (p, s), method="REGISTER", client=offers[:1],
                    frames=[Frame(0, 2), Frame(0, 3)], **mw,
                )
            ],
        ),
        step(
            "challenge", 5, at(start, 0.094), CLEAR[::-1], code=401, server=[server],
            hops=[
                step("challenge", 4, at(start, 0.052), (s, p), code=401, marks=["ck", "ik"], **mw)
            ],
        ),
        step(
            "verify", 7, at(start, 1.295), ("192.0.2.10:6062", "192.0.2.1:6100"),
            method="REGISTER", protection="esp", spi=4097, seq=1, sa="uc>ps", client=offers,
            frames=[Frame(0, 6), Frame(0, 7)],
            verify=[server], comparison=Comparison(level="identical", against=Frame(0, 5)),
            hops=[
                step(
                    "verify", 9, at(start, 1.318), (p, s), method="REGISTER",
                    client=offers[:1], verify=[server], frames=[Frame(0, 8), Frame(0, 9)], **mw,
                )
            ],
        ),
        step(
            "result", 11, at(start, 1.356), ("192.0.2.1:5100", "192.0.2.10:6063"),
            code=200, reason="OK", protection="esp", spi=572653568, seq=1, sa="pc>us",
            hops=[step("result", 10, at(start, 1.340), (s, p), code=200, reason="OK", **mw)],
        ),
    ]  # fmt: skip
    core: dict[str, Any] = {"party": "pcscf", "peer": "198.51.100.1"}
    found = [
        finding(
            1, "LEAK-02", "secagree-forwarded", "warning", frame=Frame(0, 3),
            title="Security-* headers go to the S-CSCF", **core,
        ),
        finding(
            2, "LEAK-03", "require-forwarded", "warning", frame=Frame(0, 3),
            title="Proxy-Require: sec-agree goes to the S-CSCF", **core,
        ),
        finding(
            3, "LEAK-06", "no-integrity-protected", "warning", frame=Frame(0, 9),
            title="integrity-protected is missing", **core,
        ),
        finding(4, "OFR-14", "pani-in-clear", "info", title="PANI in clear", frame=Frame(0, 1)),
        finding(
            5, "DWN-07", "weaker-chosen", "info", title="hmac-md5-96 in use", frame=Frame(0, 5)
        ),
    ]  # fmt: skip
    whole = exchange(
        start,
        registration=Registration(
            state="registered", basis="seen", code=200, reason="OK", duration_ms=1356.0,
            answer=Frame(0, 11),
        ),
        agreed=server,
        ended=at(start, 1.356),
        duration_ms=1356.0,
        steps=steps,
    )  # fmt: skip
    name = "16_udp_multi_offer_phh_merged.pcapng"
    return report([capture(name, 15, 12, start, 1.402)], [whole], None, found)


START_03 = "2026-11-22T09:14:36.577000000Z"


def case_c() -> Report:
    """03_udp_3des_md5_gm.pcap, no keys."""
    start = START_03
    offer = mechanism(
        "ipsec-3gpp;alg=hmac-md5-96;ealg=des-ede3-cbc;mod=trans;port-c=6062;port-s=6063;"
        "prot=esp;spi-c=286326784;spi-s=572653568"
    )
    server = mechanism(
        "ipsec-3gpp;prot=esp;mod=trans;spi-c=2147482624;spi-s=2147482625;port-c=5100;"
        "port-s=6100;alg=hmac-md5-96;ealg=des-ede3-cbc"
    )
    esp: dict[str, Any] = {
        "protection": "esp", "inferred": True, "spi": 2147482625, "sa": "uc>ps", "length": 1324,
    }  # fmt: skip
    ends = (UE, PCSCF)
    steps = [
        step("offer", 1, start, CLEAR, method="REGISTER", client=[offer], via=UE),
        step("challenge", 2, at(start, 0.100), CLEAR[::-1], code=401, server=[server]),
        step("verify", 3, at(start, 1.553), ends, seq=1, **esp),
        step("retransmission", 4, at(start, 3.566), ends, seq=2, **esp),
        step("retransmission", 5, at(start, 7.585), ends, seq=3, **esp),
    ]
    whole = exchange(
        start,
        call_id="ue-5a6f0f0c829b@192.0.2.10",
        registration=Registration(state="no-answer", basis="none"),
        stopped_at="result",
        layer="protection",
        outcome="failed",
        agreed=server,
        ended=at(start, 7.585),
        duration_ms=7585.0,
        steps=steps,
        missing=["result"],
        coverage=coverage(protected_part="unread", keys="missing"),
        not_checked={"ESP not read: no keys": ["VER-05"]},
    )
    return report([capture("03_udp_3des_md5_gm.pcap", 5, 2, start, 7.585)], [whole])


def case_d() -> Report:
    """Fifty phones over two files: 45 register, four get no answer, one is refused by the HSS."""
    [healthy] = case_b().exchanges
    [silent] = case_c().exchanges
    exchanges = []
    found = []
    start = "2026-11-22T08:00:00.000000000Z"
    for number in range(1, 51):
        kind = "silent" if number % 12 == 0 else "refused" if number == 7 else "healthy"
        like = silent if kind == "silent" else healthy
        members = {name: getattr(like, name) for name in like.__struct_fields__}
        members |= {
            "id": f"E{number}",
            "key": f"key{number:013d}",
            "started": at(start, number * 10),
            "ended": at(start, number * 10 + 2),
            "identity": Identity(imsi=f"00101{number:010d}"),
            "user_agent": "SM-G991B" if kind == "silent" else "iPhone14,2",
        }
        if kind == "refused":
            members |= {
                "registration": Registration(
                    state="rejected", basis="seen", code=403, reason="Forbidden"
                ),
                "layer": "authentication",
                "outcome": "failed",
            }
        exchanges.append(Exchange(**members))
        if kind == "healthy":
            found.append(
                finding(
                    number, "OFR-14", "pani-in-clear", "info", title="PANI in clear",
                    frame=Frame(0, number), exchange=f"E{number}", peer=PCSCF,
                )
            )  # fmt: skip
    captures = [
        capture("ring_00001.pcap", 400, 350, start, 300.0),
        capture("ring_00002.pcap", 500, 450, at(start, 300.0), 301.0),
    ]
    return report(captures, exchanges, None, found)


_CASES: dict[str, Callable[[], Report]] = {
    "a": case_a,
    "a_without_keys": case_a_without_keys,
    "b": case_b,
    "c": case_c,
    "d": case_d,
}


@pytest.fixture
def sample() -> Callable[[str], Report]:
    """One of the cases by its letter."""
    return lambda name: _CASES[name]()
