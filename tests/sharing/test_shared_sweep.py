"""The report is the same, octet for octet, however many processes share the work."""

import io
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from analyzer import pipeline
from analyzer.capture import open_captures
from analyzer.pipeline import Settings, Swept
from analyzer.pipeline import shared as pipeline_shared
from analyzer.pipeline.settings import ring
from analyzer.report.json_writer import to_json
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text
from analyzer.sharing import crew
from analyzer.sharing.crew import Inbox
from tests.benchmarks import registrations
from tests.captures import ENGINE, SAMPLES, SECOND, pcap
from tests.sharing.population import START, Gm, Timed, frames

EVERY = sorted(path for folder in ("real", "pcaps") for path in (SAMPLES / folder).glob("*.pcap*"))


class _Thread(threading.Thread):
    """A process of the crew that is none: started quickly, with everything loaded already."""

    def terminate(self) -> None:
        """It ends with its pipe."""


class _Threads:
    Pipe = staticmethod(Pipe)

    @staticmethod
    def Process(target: Callable[..., None], args: Sequence[Any], daemon: bool) -> _Thread:  # noqa: N802
        inbox, *others = args  # the end given is closed here, as where it is another process's
        own = Inbox(Connection(os.dup(inbox.pipe.fileno())), inbox.slots)
        return _Thread(target=target, args=(own, *others), daemon=daemon)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares are worked on by threads, with rules that are compiled once."""
    monkeypatch.setattr(crew, "get_context", lambda method: _Threads)
    monkeypatch.setattr(pipeline_shared, "engine", lambda settings: ENGINE)


def written(report: Report) -> tuple[bytes, str]:
    json, text = io.BytesIO(), io.StringIO()
    to_json(report, json)
    to_text(report, text, TextOptions(verbose=True, every=True))
    return json.getvalue(), text.getvalue()


def one(paths: Sequence[str]) -> tuple[bytes, str]:
    return written(pipeline.sweep(open_captures(paths), ENGINE).report)


def shared(paths: Sequence[str], jobs: int) -> Swept | None:
    settings = Settings(jobs=jobs)
    return pipeline_shared.shared_sweep(open_captures(paths), settings, ring(settings))


def together(path: Path, timed: Sequence[Timed]) -> str:
    path.write_bytes(pcap(list(timed)))
    return str(path)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_every_sample(path: Path) -> None:
    alone = one([str(path)])
    for jobs in (2, 3):
        swept = shared([str(path)], jobs)
        assert swept is None or written(swept.report) == alone


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("jobs", [2, 3, 5])
def test_a_population(jobs: int, tmp_path: Path) -> None:
    path = together(tmp_path / "all.pcap", frames(260))
    swept = shared([path], jobs)
    assert swept is not None, "its phones have nothing to do with one another"
    assert len(swept.report.exchanges) > 260
    assert written(swept.report) == one([path])


@pytest.mark.usefixtures("threads")
def test_two_taps(tmp_path: Path) -> None:
    """Gm and Mw in a file each, Gm also seen twice."""
    every = frames(90)
    core = [timed for timed in every if b"mw\r\n" in timed[1]]
    access = [timed for timed in every if b"mw\r\n" not in timed[1]]
    paths = [
        together(tmp_path / "gm.pcap", access),
        together(tmp_path / "mw.pcap", core),
        together(tmp_path / "copy.pcap", access[: len(access) // 2]),
    ]
    swept = shared(paths, 3)
    assert swept is not None
    assert written(swept.report) == one(paths)


@pytest.mark.usefixtures("threads")
def test_what_cannot_be_taken_apart_is_not(tmp_path: Path) -> None:
    """A call between phones of two shares: no result, and the report is that of one process."""
    mixed = []
    for number in range(40):
        steps = [Gm(*one) for one in registrations.registration(number, START + number * SECOND)]
        for step in steps[2:]:
            step.sip = re.sub(rb"Call-ID: [^\r]*", b"Call-ID: one call for all", step.sip)
        mixed += [(step.time, step.frame()) for step in steps]
    mixed.sort()
    path = together(tmp_path / "tangled.pcap", mixed)
    assert shared([path], 3) is None
    settings = Settings(jobs=3, shared_from=0)
    assert written(pipeline.analyze([path], settings)) == one([path])


def deregistration(start: int) -> list[Gm]:
    """Phone 0 says goodbye and is challenged, which announces a set of its own."""
    steps = [Gm(*timed) for timed in registrations.registration(0, start)]
    for step in steps:
        step.sip = re.sub(
            rb"(?<=CSeq: )\d", lambda found: b"%d" % (int(found[0]) + 2), step.sip
        ).replace(b"branch=z9hG4bK", b"branch=z9hG4bKx")
        step.sip = re.sub(
            rb"(spi-[cs]=)(\d+)", lambda found: found[1] + b"%d" % (int(found[2]) + 64), step.sip
        ).replace(b"600000", b"0")
        step.spi += 64 if step.spi else 0
    return steps


def test_what_a_run_ends_goes_in_one_order_whoever_else_is_there(tmp_path: Path) -> None:
    """A phone that is refused meanwhile and tries anew, which closes its run, changes nothing."""
    first = [Gm(*timed) for timed in registrations.registration(0, START)]
    own = [*first, *deregistration(START + 40 * SECOND)]
    refused = [Gm(*timed) for timed in registrations.registration(1, START + 41 * SECOND)][:2]
    refused[1].sip = refused[1].sip.replace(b"401 Unauthorized", b"403 Forbidden", 1)
    again = Gm(*next(iter(registrations.registration(1, START + 43 * SECOND))))
    again.sip = again.sip.replace(b"CSeq: 1", b"CSeq: 2").replace(b"z9hG4bK", b"z9hG4bKx")
    refused.append(again)
    alone, beside = (
        pipeline.sweep(
            open_captures(
                [
                    together(
                        tmp_path / f"{len(steps)}.pcap",
                        [(step.time, step.frame()) for step in steps],
                    )
                ]
            ),
            ENGINE,
        ).report
        for steps in (own, own + refused)
    )
    assert [one.end_reason for one in alone.agreements] == ["deregistered", "not-established"]
    assert [one.created for one in beside.agreements] == [one.created for one in alone.agreements]


@pytest.fixture
def another_thread() -> Iterator[None]:
    """A thread that runs beside."""
    over = threading.Event()
    beside = threading.Thread(target=over.wait)
    beside.start()
    yield
    over.set()
    beside.join()


def test_with_real_processes(tmp_path: Path) -> None:
    path = together(tmp_path / "all.pcap", frames(60))
    settings = Settings(jobs=2, shared_from=0)
    swept = shared([path], 2)
    assert swept is not None
    assert written(swept.report) == written(pipeline.analyze([path], settings)) == one([path])


@pytest.mark.usefixtures("another_thread")
def test_beside_other_threads_processes_start_anew(tmp_path: Path) -> None:
    """A copy would inherit locks that nobody in it will ever release."""
    path = together(tmp_path / "all.pcap", frames(60))
    swept = shared([path], 2)
    assert swept is not None
    assert written(swept.report) == one([path])
