"""The way from captures to a report: the only room that knows all others.

`analyze` is the whole machine as one function. A sweep is one pass over the captures (`sweeping`);
where they are large, several processes share it (`shared`). Where keys came later than the packets
that they open, the captures are swept again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from analyzer.capture import Captures, align, open_captures
from analyzer.keys.files import KeysError
from analyzer.keys.keyring import KeyRing
from analyzer.limits import SWEEPS
from analyzer.pipeline.conductor import Conductor
from analyzer.pipeline.results import Told, Watch
from analyzer.pipeline.second import asked
from analyzer.pipeline.settings import Input, Settings, engine, ring
from analyzer.pipeline.sweeping import Swept, sweep
from analyzer.report import assembly, model

if TYPE_CHECKING:
    from analyzer.wireshark.sa_keys import EspWatch

__all__ = [
    "Conductor",
    "KeysError",
    "Settings",
    "Swept",
    "Told",
    "Watch",
    "analyze",
    "follow",
    "run",
    "sweep",
]


def analyze(
    inputs: Sequence[Input], settings: Settings | None = None, watch: Watch | None = None
) -> model.Report:
    """The whole machine as one function: captures in, report out.

    `inputs` are paths, globs, folders or `-`. Raises `BookError` where the rules, the policy or
    the selection cannot be used, `KeysError` where the keys given cannot, `ClockError` where a
    clock is given of what is no capture; what is wrong with a capture stands in the report.
    """
    return run(inputs, settings or Settings(), watch).report


def run(
    inputs: Sequence[Input],
    settings: Settings,
    watch: Watch | None = None,
    esp: EspWatch | None = None,
) -> Swept:
    """As `analyze`, with the keys that the last sweep knew; `esp` hears of what it opened."""
    captures = open_captures(inputs)
    rules, known = engine(settings), ring(settings)
    align(captures, settings.clocks)
    one_process = partial(
        sweep,
        captures,
        rules,
        settings.strict,
        ring=known,
        watch=watch,
        esp=esp,
        show_keys=settings.show_keys,
    )
    watched = watch is not None or esp is not None
    for number in range(1, SWEEPS + 1):
        together = None if watched else _shared(captures, settings, known)
        swept = one_process() if together is None else together
        if number == SWEEPS or not captures.repeatable or not swept.keys_came_late:
            break
    second = asked(captures, settings)
    if second is None:
        return swept
    if not second.datagrams:
        for number, problem in second.problems:
            swept.report.captures[number].problems.append(assembly.problem(problem))
        return swept
    return one_process(second=second)


def _shared(captures: Captures, settings: Settings, known: KeyRing) -> Swept | None:
    """One sweep by several processes; None where it is not worth it, or cannot be done."""
    if settings.jobs == 1 or not captures.repeatable or captures.size < settings.shared_from:
        return None
    from analyzer.pipeline.shared import shared_sweep

    return shared_sweep(captures, settings, known)


def follow(stream: BinaryIO, told: Told, settings: Settings | None = None) -> model.Report:
    """As `analyze`, of one stream as it comes: `told` hears of every exchange in time."""
    settings = settings or Settings()
    captures = open_captures([stream])
    return sweep(
        captures, engine(settings), settings.strict, told, ring(settings),
        show_keys=settings.show_keys,
    ).report  # fmt: skip
