"""Batches reach the processes in order, whichever way they go, and one that is gone is missed."""

import os
import select
import signal
import sys
from multiprocessing import Pipe, get_context
from typing import IO

import pytest

from analyzer.sharing import crew
from analyzer.sharing.crew import NO_MORE, NOBODY, SLOT, WAITING, Crew, Inbox, Lost

Files = list[IO[bytes]]


def _later(inbox: Inbox, files: Files) -> None:
    """Gives back all batches when the last has come."""
    for batch in list(inbox.batches(bytes)):
        inbox.answer(batch)
    inbox.answer(NO_MORE)


def _go(inbox: Inbox, files: Files, after: int) -> None:
    """Is gone after so many batches."""
    for number, _ in enumerate(inbox.batches(bytes), 1):
        if number == after:
            os._exit(1)


@pytest.fixture(params=[True, False], ids=["copies", "anew"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that have memory in common with this one, and such that have not."""
    if request.param and not crew._copies():
        pytest.skip("no copies here")
    monkeypatch.setattr(crew, "_copies", lambda: request.param)


SIZES = (1, 8, 9, SLOT - 1, SLOT, SLOT + 1, 3 * SLOT)


@pytest.mark.usefixtures("ways")
def test_batches_of_every_size() -> None:
    with Crew(2, _later) as both:
        sent: tuple[list[bytes], list[bytes]] = ([], [])
        for number, size in enumerate(SIZES * WAITING):
            for member in (0, 1):
                batch = bytes([number, member]) * (size // 2) + b"."[: size % 2]
                sent[member].append(batch)
                both.send(member, bytearray(batch))
        both.finish()
        assert [list(both.received(member)) for member in (0, 1)] == list(sent)


@pytest.mark.usefixtures("ways")
def test_one_alone_gets_many() -> None:
    """All slots are there for one, and each serves again and again."""
    with Crew(3, _later) as three:
        sent = [b"%d" % number for number in range(9 * WAITING)]
        for batch in sent:
            three.send(1, batch)
        three.finish()
        assert [list(three.received(member)) for member in range(3)] == [[], sent, []]


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("after", [1, 2, WAITING, 2 * WAITING + 1])
@pytest.mark.parametrize("size", [5, SLOT + 1])
def test_one_that_is_gone(after: int, size: int) -> None:
    """It is noticed while batches are sent, or at the latest when all is to be received."""
    with Crew(2, _go, after) as both, pytest.raises(Lost):  # noqa: PT012
        for _ in range(8 * WAITING):
            both.send(0, bytes(size))
        both.finish()
        both.received_one(0)


def _killed() -> None:
    """Reads for two, and is killed before it can tell them."""
    Crew(2, _later)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="no copies here")
def test_none_is_left_by_one_that_was_killed() -> None:
    """All that it began hold the end of this pipe, until they have gone."""
    end, held = os.pipe()
    reader = get_context("fork").Process(target=_killed)
    reader.start()
    os.close(held)
    reader.join()
    gone, _, _ = select.select([end], [], [], 10)
    os.close(end)
    assert reader.exitcode == -signal.SIGKILL
    assert gone


def test_who_has_the_least_to_do() -> None:
    """Told by the slots that each has not given back."""
    slots = crew._Slots(WAITING)
    (one, its_one), (other, its_other) = Pipe(), Pipe()
    for pipe in (one, other):
        slots.join(pipe)
    busy, idle = Inbox(its_one, slots.octets), Inbox(its_other, slots.octets)
    for batch in (b"first", b"second", b"third"):
        slots.lend(one, batch)
    slots.lend(other, b"fourth")
    assert next(idle.batches(bytes)) == b"fourth"
    slots.lend(one, b"fifth")
    assert list(slots.lent.values()) == [WAITING, 0]
    assert next(busy.batches(bytes)) == b"first"
    slots.lend(other, b"sixth")
    assert list(slots.lent.values()) == [WAITING - 1, 1]


@pytest.mark.usefixtures("ways")
def test_nobody_is_idlest_at_first() -> None:
    with Crew(2, _later) as both:
        assert both.idlest() == NOBODY
        for _ in range(8 * WAITING):
            both.send(0, b"batch")
            assert both.idlest() in (NOBODY, 1)
        both.finish()
