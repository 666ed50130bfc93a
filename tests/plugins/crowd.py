"""Many small exchanges in one capture, each a scenario of the samples made otherwise by a seed:
another phone, first hop, SPIs and ports, other lists, hostile text in headers, packets lost, late
or doubled. `Exchange.deeds` says of which scenario and what was done to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Final, NamedTuple

from samples import scenario as scenarios
from samples.build import Builder
from samples.scenario import ScenarioError, Table
from tests.captures import SECOND, Record
from tests.examples.examples import VALUES

START: Final = 1_700_000_000 * SECOND
FIRST_HOPS: Final = 5
CHANGED: Final = ("parties", "values", "sets", "step")
REFERENCES: Final = ("name", "again", "answers", "quotes", "forward")
LISTS: Final = ("Security-Client", "Security-Server", "Security-Verify")
OTHERS: Final = (
    *("Require", "Proxy-Require", "Supported", "Via", "CSeq", "From", "To", "Call-ID", "Contact"),
    *("Expires", "Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Content-Length"),
    *("Path", "P-Access-Network-Info", "Max-Forwards", "Security-Mechanism", "Reason", "Warning"),
)
PIECES: Final = (
    *("\0", "%", "%1", "%s%d", "]]", "]=]", "--[[", '"', "\\", "\r\n ", "\n", " ", "\t", ",", ";"),
    *(
        "=",
        "<",
        ">",
        ":",
        "\x7f",
        "é",
        "日",
        "q=0.5",
        "q=",
        "alg=",
        "4294967296",
        "-1",
        "1e9",
        "0x10",
    ),
    *("sec-agree", "ipsec-3gpp", "tls", "digest", "mediasec", ";spi-c=1", ";port-s=65536", "*"),
    *('nonce=""', 'd-ver="x"', "00000000000000000000000000000001", "AKAv1-MD5"),
)


class Exchange(NamedTuple):
    """One of them: its seed, what was done, its packets with their times."""

    seed: int
    deeds: tuple[str, ...]
    packets: list[Record]


@cache
def shapes() -> tuple[str, ...]:
    """The scenarios that can stand in one capture with others: of Ethernet, in one file, their
    clock right."""
    found = []
    for name in scenarios.names():
        table = scenarios.load(name)
        if table["link"] == "ethernet" and "" in table["files"] and not table["clocks"]:
            found.append(name)
    assert len(found) > 400
    return tuple(found)


@cache
def _loaded(name: str) -> Table:
    return scenarios.load(name)


def _own(name: str) -> Table:
    """A scenario to be changed: what is not changed here, templates above all, is not copied."""
    table = _loaded(name)
    return {**table, **{word: deepcopy(table[word]) for word in CHANGED}}


def crowd(seeds: list[int]) -> list[Record]:
    """The exchanges of these seeds beside each other."""
    packets = [one for seed in seeds for one in exchange(seed).packets]
    return sorted(packets, key=lambda one: one[0])


def exchange(seed: int) -> Exchange:
    """One of them. Seeds that follow each other take all shapes by turns."""
    chance = Random(seed)
    name = shapes()[seed * 97 % len(shapes())]
    table = _own(name)
    deeds = [name]
    _move(table, seed, chance)
    while chance.random() < 0.6:
        deeds.append(_change(table, chance))
    start = START + seed % 200 * 130_000_000
    try:
        packets = _played(table, seed)
    except (
        ScenarioError,
        ValueError,
        LookupError,
    ) as error:  # an edit that took away what a later step needs
        deeds += [str(error), "left as it was"]
        table = _own(name)
        _move(table, seed, Random(seed))
        packets = _played(table, seed)
    packets = [(start + time, data) for time, data in packets]
    if chance.random() < 0.5:
        packets = list(_lossy(packets, chance, deeds))
    return Exchange(seed, tuple(deeds), packets)


def _played(table: Table, seed: int) -> list[Record]:
    builder = Builder(f"crowd-{seed}", table)
    return [(time * 1000, data) for step in table["step"] for time, data in builder.play(step)[0]]


def _move(table: Table, seed: int, chance: Random) -> None:
    """Another phone at a first hop among a few, with SPIs, ports and branches of its own."""
    hop = chance.randrange(FIRST_HOPS)
    parties = table["parties"]
    parties["ue"] = _party(10, seed)
    parties["pcscf"] = _party(172, hop)
    if chance.random() < 0.8:  # else it shares the subscriber with others
        table["values"]["user"] = f"00101{seed:010d}" if "user" in table["values"] else ""
    for numbers in table["sets"].values():
        first = chance.randrange(256, 1 << 32, 2)
        for offset, word in enumerate(("spi_uc", "spi_us")):
            numbers[word] = first ^ offset
        first = chance.randrange(256, 1 << 32, 2)
        for offset, word in enumerate(("spi_pc", "spi_ps")):
            numbers[word] = first ^ offset
        if chance.random() < 0.5:
            port = chance.randrange(1024, 65534)
            numbers["port_uc"], numbers["port_us"] = port, port + 1
    for step in table["step"]:
        for word in REFERENCES:
            if word in step:
                step[word] = f"{step[word]}.{seed}"


def _party(net: int, number: int) -> Table:
    high, low = divmod(number + 10, 250)
    return {
        "address": f"{net}.{16 + high // 250 % 16}.{high % 250}.{low + 1}",
        "address6": f"2001:db8:{net:x}::{number + 10:x}",
    }


def _change(table: Table, chance: Random) -> str:
    """Change one header of one step."""
    spoken = [one for one in table["step"] if "message" in one]
    if not spoken:
        return "nothing to change"
    step = chance.choice(spoken)
    name = chance.choice(LISTS if chance.random() < 0.6 else OTHERS)
    kind = chance.randrange(4)
    if kind == 0:
        step.setdefault("remove", [])
        step["remove"] = [*step["remove"], name]
        return f"{step['name']}: no {name}"
    rows = [_text(name, chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    if kind == 1:
        step["append"] = [*step.get("append", []), *(f"{name}: {row}" for row in rows)]
    else:
        step["set"] = {**step.get("set", {}), name: rows}
    return f"{step['name']}: {name} {rows!r}"


def _text(name: str, chance: Random) -> str:
    if name in LISTS:
        text = chance.choice(_values())
        if chance.random() < 0.3:
            text = "{server}" if chance.random() < 0.5 else "{client}"
    else:
        text = chance.choice(
            ("sec-agree", "1 REGISTER", "<sip:a@b:5061>;tag=1", 'Digest realm="x"', "0")
        )
    if chance.random() < 0.6:
        text = mangled(text, chance)
    return text


@cache
def _values() -> tuple[str, ...]:
    return tuple(row for value in VALUES for row in value.rows)


def mangled(text: str, chance: Random) -> str:
    """The text with some of it taken away, doubled, or followed by what nobody expects."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(text))
        end = min(len(text), at + chance.choice((0, 0, 1, 4, 15)))
        piece = chance.choice(PIECES)
        if chance.random() < 0.15:
            piece = text[at : at + 60] * 2
        text = text[:at] + piece + text[end:]
    return text.replace("{", "(").replace("}", ")") if "{" not in text[:1] else text


def _lossy(packets: list[Record], chance: Random, deeds: list[str]) -> Iterator[Record]:
    for number, (time, data) in enumerate(packets, 1):
        fate = chance.random()
        if fate < 0.12:
            deeds.append(f"packet {number} lost")
            continue
        if fate < 0.2:
            deeds.append(f"packet {number} late")
            time += chance.randrange(SECOND)
        yield time, data
        if fate > 0.9:
            deeds.append(f"packet {number} again")
            yield time + chance.randrange(SECOND), data
