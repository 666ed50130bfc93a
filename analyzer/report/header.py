"""The block under the verdict: when, who, between whom, what was agreed, what was captured."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from analyzer.report.layout import GLUE, WIDTH, clip, plural, seconds, wrap
from analyzer.report.model import Exchange, KeySource, Mechanism, Step
from analyzer.report.times import clock
from analyzer.report.verdict import server_name, step_of
from analyzer.report.view import Case, View, host, shown, who

_ENDS: Final = {
    "registered": "registered",
    "deregistered": "deregistered",
    "rejected": "refused",
}
_FILES: Final = 4  # captures of one exchange that are named


def header(case: Case, view: View) -> Iterator[str]:
    """Five to seven lines, each behind its name."""
    for name, text in fields(case, view):
        yield from _named(name, text)


def fields(case: Case, view: View) -> Iterator[tuple[str, str]]:
    """Name and text of each line; `GLUE` stands where no line is to be broken."""
    exchange = case.exchange
    for name, text in (
        ("when", _when(exchange, view)),
        ("who", _who(exchange)),
        *_path(exchange),
        ("agreed", _agreed(exchange)),
        ("capture", _capture(exchange, view)),
        ("files", _files(exchange, view)),
        ("keys", keys(case, view)),
    ):
        if text:
            yield name, text


def _named(name: str, text: str) -> list[str]:
    """Two blanks between the parts of a line are kept where it fits."""
    line = f" {name:<8} {text}"
    if len(line) <= WIDTH:
        return [line.replace(GLUE, " ")]
    return wrap(text, f" {name:<8} ", " " * 10)


def _when(exchange: Exchange, view: View) -> str:
    text = clock(exchange.started, view.zone)
    registration = exchange.registration
    if registration is None or registration.duration_ms is None:
        return text
    end = _ENDS.get(registration.state)
    return f"{text}; {end} after {seconds(registration.duration_ms / 1000)}" if end else text


def _who(exchange: Exchange) -> str:
    identity = exchange.identity
    parts = [who(exchange)]
    if parts[0] != exchange.client.address:
        parts.append(exchange.client.address)
    if identity.msisdn:
        parts.append(f"+{identity.msisdn.lstrip('+')}")
    if exchange.user_agent:
        parts.append(f'"{clip(exchange.user_agent, 40)}"')
    if identity.cell:
        parts.append(f"cell {identity.cell}")
    return "  ".join(part.replace(" ", GLUE) for part in parts)


def _path(exchange: Exchange) -> Iterator[tuple[str, str]]:
    server = server_name(exchange)
    call = f"Call-ID {clip(exchange.call_id, 40)}" if exchange.call_id else ""
    hop = next((hop for step in exchange.steps for hop in step.hops if hop.method), None)
    if hop is None:
        yield server, "   ".join(filter(None, (exchange.server.address, call)))
        return
    ends = (exchange.client.address, f"{exchange.server.address}|{host(hop.src)}", host(hop.dst))
    names = ("UE", server, "S-CSCF" if exchange.dialect == "ims" else "next hop")
    yield "path", " - ".join(f"{name} {end}" for name, end in zip(names, ends, strict=True))
    yield "Call-ID", exchange.call_id or ""


def _agreed(exchange: Exchange) -> str:
    agreed = exchange.agreed
    if agreed is None:
        kept = exchange.under if exchange.kind in ("refresh", "deregistration") else None
        return f"as before ({kept})" if kept else ""
    offer = step_of(exchange, "offer")
    parts = [mechanism(agreed)]
    if agreed.name.lower() == "ipsec-3gpp":
        parts.append(f"{agreed.prot or 'esp'} {agreed.mod or 'trans'}")
    if offer is not None:
        if offer.transport != "unknown":  # the offer itself was not read
            parts.append(offer.transport.upper())
        place = _place(agreed, offer)
        if place:
            parts.append(place)
    return "  ".join(parts)


def mechanism(agreed: Mechanism) -> str:
    """`ipsec-3gpp  hmac-sha-1-96 / aes-cbc`."""
    algorithms = " / ".join(filter(None, (agreed.alg, agreed.ealg or ("null" * bool(agreed.alg)))))
    return "  ".join(filter(None, (agreed.name, algorithms or agreed.d_alg)))


def _place(agreed: Mechanism, offer: Step) -> str:
    """Which of several offers it was."""
    if len(offer.client) < 2:
        return ""
    wanted = _key(agreed)
    places = [n for n, element in enumerate(offer.client, 1) if _key(element) == wanted]
    return f"(offer {places[0]} of {len(offer.client)})" if places else "(in no offer)"


def _key(element: Mechanism) -> tuple[str, str, str]:
    return (
        element.name.lower(),
        (element.alg or "").lower(),
        (element.ealg or "null").lower(),
    )


def _capture(exchange: Exchange, view: View) -> str:
    parts = []
    legs = {m.leg for step in exchange.steps for m in (step, *step.hops)}
    where = ""
    if exchange.dialect == "ims" and "gm" in legs:
        where = "Gm and Mw" if "mw" in legs else "Gm only"
    if view.alone and len(view.captures) == 1:
        capture = view.captures[0]
        text = f"{plural(capture.packets, 'frame')}, {capture.sip_messages} SIP"
        if capture.sip_in_esp:
            text += f" ({capture.sip_in_esp} in ESP)"
        if capture.sip_forwards and "mw" in legs:
            text += f" = {capture.sip_messages - capture.sip_forwards} seen on {where}"
            where = ""
        parts.append(text)
    if where:
        parts.append(where)
    coverage = exchange.coverage
    parts.append("start seen" if coverage.start else "start not seen")
    parts.append("both directions" if coverage.both_directions else "one direction only")
    if coverage.synthetic:
        parts.append("addresses are synthetic")
    if any(view.captures[m].format.startswith("text") for m in {s.capture for s in exchange.steps}):
        parts.append("frames are lines of the text")
    return "; ".join(parts)


def _files(exchange: Exchange, view: View) -> str:
    """What the letters of its frames stand for; nothing where there is one capture."""
    if len(view.captures) < 2:
        return ""
    used = {m.capture for step in exchange.steps for m in (step, *step.hops)}
    names = files(used, view)
    return "  ".join(names[:_FILES] + [f"{len(names) - _FILES}{GLUE}more"] * (len(names) > _FILES))


def files(used: Collection[int], view: View) -> list[str]:
    """`b = gm.pcap` of each of these captures; no blank of it breaks a line."""
    return [
        f"{view.letter(n)} = {shown(view.captures[n].path, view)}".replace(" ", GLUE)
        for n in sorted(used)
    ]


def keys(case: Case, view: View) -> str:
    """Where the keys came from and how many ICVs they fit; nothing where there was no ESP."""
    held = [a.association for a in case.agreements if a.association is not None]
    total = sum(association.esp_frames for association in held)
    read = sum(association.decrypted_frames for association in held)
    if not total:
        return ""
    found = [association.keys for association in held if association.keys is not None]
    bad = sum(association.icv_bad or 0 for association in held)
    if found:
        sources = dict.fromkeys(_source(one, view) for one in found)
        good = sum(one.icv_good for one in found)
        parts = [*sources, f"ICV good {good} of {total}"]
        variants = dict.fromkeys(one.variant for one in found if one.variant)
        return "; ".join([*parts, *variants, *dict.fromkeys(_themselves(found))])
    if bad:
        other = case.exchange.coverage.autn == "wrong"
        why = "; the USIM file is another one's: its K and OP do not make this AUTN"
        return f"do not fit: ICV bad {bad} of {total}{why if other else ''}"
    if read == total:
        return f"not needed (ESP-NULL); ESP read {read} of {total}"
    none = "none of those given is for these SAs" if view.given else "none"
    return f"{none}; ESP " + (f"read {read}" if read else f"not read {total}") + f" of {total}"


def _themselves(found: list[KeySource]) -> Iterator[str]:
    """The keys, where they are to be shown."""
    for one in found:
        if one.integrity_key:
            yield f"integrity key {one.integrity_key}"
        if one.cipher_key:
            yield f"cipher key {one.cipher_key}"


_FILES_OF_KEYS: Final = {
    "esp_sa": "esp_sa file",
    "xfrm": "ip xfrm state",
    "json": "keys file",
    "secrets": "secrets in the capture",
    "option": "--ck --ik",
}


def _source(keys: KeySource, view: View) -> str:
    challenge = "" if keys.challenge is None else view.frame(keys.challenge)
    if keys.source in ("mw", "gm", "cx"):
        frame = "" if keys.frame is None else view.frame(keys.frame)
        if keys.source == "cx":
            return f"ck/ik of the Cx answer {frame}, RAND equals Gm {challenge}"
        if keys.frame == keys.challenge:
            return f"ck/ik leaked in the Gm 401 {frame}"
        return f"ck/ik of the {keys.source.title()} 401 {frame}, RAND equals Gm {challenge}"
    if keys.source == "usim":
        return f"K and OPc of the USIM file, RAND of {challenge}"
    return _FILES_OF_KEYS[keys.source]
