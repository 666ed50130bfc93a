"""The open runs: found by what a message shows of them, due when nothing more is expected."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

from analyzer.agreement.exchange import Exchange
from analyzer.agreement.meaning import identity
from analyzer.agreement.states import ANSWERED, BEGUN, CHALLENGED, DONE, HEARD, OFFERED
from analyzer.limits import (
    ANSWER_WAIT,
    EXCHANGES,
    EXCHANGES_BUFFER,
    OVERLAP,
    REG_AWAIT_AUTH,
    SECOND,
    Bounds,
)
from analyzer.sip.message import SipMessage

# Nothing more of a run is expected this long after its last step.
PATIENCE: Final = {
    DONE: ANSWER_WAIT,
    HEARD: OVERLAP,
    OFFERED: REG_AWAIT_AUTH,
    CHALLENGED: REG_AWAIT_AUTH,
    ANSWERED: REG_AWAIT_AUTH,
    BEGUN: ANSWER_WAIT,
}


class Runs:
    """All of them; `begun` counts those there were, `dropped` those that were let go because too
    many were open. `octets` are those of their messages; at more than `limits.EXCHANGES_BUFFER`
    runs are to be dropped."""

    __slots__ = (
        "_calls",
        "_looks",
        "_most",
        "_most_octets",
        "_open",
        "_refused",
        "_running",
        "_seconds",
        "begun",
        "dropped",
        "octets",
    )

    def __init__(self) -> None:
        self._open: dict[tuple[bytes, str], Exchange] = {}  # by client and Call-ID
        self._calls: dict[str, Exchange] = {}
        self._refused: dict[tuple[bytes, bytes, str], Exchange] = {}  # by ends and identity
        self._running: dict[int, Exchange] = {}  # by number
        self._looks: dict[int, list[tuple[int, int]]] = {}  # by second: when to look at it, number
        self._seconds: list[int] = []  # heap of these
        self.begun = 0
        self._most = 0
        self.octets = self._most_octets = 0
        self.dropped = 0

    # ---- looking for one

    def __contains__(self, number: int) -> bool:
        return number in self._running

    def of_client(self, client: bytes, call_id: str) -> Exchange | None:
        """That of this client and Call-ID."""
        return self._open.get((client, call_id))

    def of_call(self, call_id: str) -> Exchange | None:
        """The newest of this Call-ID, whoever its client is."""
        return self._calls.get(call_id)

    def of_request(self, message: SipMessage) -> Exchange | None:
        """That which a request may belong to: by Call-ID, after 421 and 494 by identity."""
        run = self._open.get((message.src, message.call_id))
        if run is None and self._refused:
            key = message.src, message.dst, identity(message)
            run = self._refused.get(key)
            if run is not None and (run.closed or run.state is not CHALLENGED):
                del self._refused[key]
                run = None
            elif run is not None:
                self._find_by(run, (message.src, message.call_id))
        return run

    # ---- coming and going

    def add(self, run: Exchange) -> None:
        """It begins."""
        self.begun += 1
        self._running[run.number] = run
        if len(self._running) > self._most:
            self._most = len(self._running)
        self._find_by(run, (run.access.ue, run.call_id))
        self._calls[run.call_id] = run
        self._look(run.begun + ANSWER_WAIT, run.number)

    def refuse(self, run: Exchange, name: str) -> None:
        """Its first request was refused: the next one may come under another Call-ID."""
        key = run.access.ue, run.access.first_hop, name
        self._refused[key] = run
        run.refused += (key,)

    def remove(self, run: Exchange) -> None:
        """It is closed."""
        del self._running[run.number]
        self._weigh()
        self.octets -= run.octets
        for key in run.keys:
            if self._open.get(key) is run:
                del self._open[key]
        if self._calls.get(run.call_id) is run:
            del self._calls[run.call_id]
        for refused in run.refused:
            if self._refused.get(refused) is run:
                del self._refused[refused]

    def _weigh(self) -> None:
        """They grow until one is removed."""
        if self.octets > self._most_octets:
            self._most_octets = self.octets

    def _find_by(self, run: Exchange, key: tuple[bytes, str]) -> None:
        self._open[key] = run
        run.keys.append(key)

    # ---- which to close

    @property
    def full(self) -> bool:
        """No further one may begin."""
        return len(self._running) >= EXCHANGES

    @property
    def oldest(self) -> Exchange:
        """The one that began first."""
        return next(iter(self._running.values()))

    def overdue(self, now: int) -> Iterator[tuple[int, Exchange]]:
        """Those of which nothing more is expected (`now` in ns), with when each was looked at."""
        for looked, number in self._take(now):
            run = self._running.get(number)
            if run is not None:
                due = run.last_time + PATIENCE[run.state]
                if due <= now:
                    yield looked, run
                else:
                    self._look(due, number)

    def _look(self, time: int, number: int) -> None:
        """The run of that number is to be looked at, at this time."""
        second = time // SECOND
        looks = self._looks.get(second)
        if looks is None:
            heappush(self._seconds, second)
            self._looks[second] = [(time, number)]
        else:
            looks.append((time, number))

    def _take(self, now: int) -> list[tuple[int, int]]:
        """What is to be looked at by now, in order of time and number."""
        looks: list[tuple[int, int]] = []
        while self._seconds and self._seconds[0] * SECOND <= now:
            second = self._seconds[0]
            some = self._looks[second]
            if second == now // SECOND:
                looks += [one for one in some if one[0] <= now]
                self._looks[second] = [one for one in some if one[0] > now]
                break
            looks += some
            heappop(self._seconds)
            del self._looks[second]
        looks.sort()
        return looks

    def remaining(self) -> list[Exchange]:
        """All, as they began."""
        return sorted(self._running.values(), key=lambda run: run.number)

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        self._weigh()
        return {
            "exchanges": (self._most, EXCHANGES),
            "exchange-octets": (self._most_octets, EXCHANGES_BUFFER),
        }
