"""One pass over the captures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from analyzer.capture import Captures
from analyzer.capture.packet import CaptureInfo, Problem
from analyzer.collector import paused
from analyzer.keys.files import KeysError, read_esp_sa
from analyzer.keys.keyring import KeyRing
from analyzer.pipeline.conductor import Conductor
from analyzer.pipeline.reporting import (
    report,
)
from analyzer.pipeline.results import Results, Told, Watch
from analyzer.pipeline.second import (
    TwoEngines,
    interleaved,
)
from analyzer.report import model
from analyzer.rules.engine import Engine
from analyzer.rules.judge import Judge

if TYPE_CHECKING:
    from analyzer.wireshark.sa_keys import EspWatch
    from analyzer.wireshark.second import Second


class Secrets:
    """Keys of ESP that pcapng files bring themselves, as lines of `esp_sa`; each block once."""

    def __init__(self, infos: Sequence[CaptureInfo], ring: KeyRing) -> None:
        self._infos = infos
        self._ring = ring
        self._known = set(ring.given)
        self._read: Counter[int] = Counter()

    def read(self) -> None:
        """Take what was read of the files so far; as a rule it stands before the packets."""
        for number, info in enumerate(self._infos):
            for text in info.esp_secrets[self._read[number] :]:
                self._read[number] += 1
                self._take(info, text.decode("utf-8", "replace"))

    def _take(self, info: CaptureInfo, text: str) -> None:
        try:
            for given in read_esp_sa(info.path, text, "secrets"):
                if given not in self._known:
                    self._known.add(given)
                    self._ring.give(given)
        except KeysError as error:
            info.problems.append(Problem("secrets", detail=str(error)))


class Swept(NamedTuple):
    """What one sweep gives. `keys_came_late`: packets stayed closed whose keys the ring has now."""

    report: model.Report
    ring: KeyRing
    keys_came_late: bool


def sweep(
    captures: Captures,
    engine: Engine,
    strict: bool = False,
    told: Told | None = None,
    ring: KeyRing | None = None,
    second: Second | None = None,
    watch: Watch | None = None,
    esp: EspWatch | None = None,
    show_keys: bool = False,
) -> Swept:
    """One pass over the captures; a function of what they hold, of what a second engine read of
    them, and of the keys in `ring`, to which it adds those it finds."""
    conductor = Conductor(ring, esp) if second is None else TwoEngines(second, ring, esp)
    conductor.reconstruction.dialect = engine.dialect
    kept = Results(Judge(engine), told, watch, show_keys)
    for one in (watch, esp):
        if one is not None:
            one.begin()
    count = len(captures.infos)
    if told is not None:
        conductor.reconstruction.known = []
    secrets = Secrets(captures.infos, conductor.table.ring)
    with paused():
        packets = iter(captures if second is None else interleaved(captures, second))
        beginning = list(islice(packets, 1))
        secrets.read()
        for packet in chain(beginning, packets):
            items = conductor.pass_time(packet)
            if items:
                kept.take(items, count)
            items = conductor.pass_on(packet)
            if told is not None:
                kept.preview(engine, conductor, count)
            if items:
                kept.take(items, count)
        kept.take(conductor.finish(), count)
    secrets.read()
    made = report(captures, conductor.seen, [kept.share()], engine, strict, kept.sigcomp, second)
    return Swept(made, conductor.table.ring, conductor.flows.keys_came_late)
