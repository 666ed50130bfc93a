"""Responses that seem to come before their request: the clocks of two taps are set right to some
milliseconds only, or a capture took packets of two queues out of order.

A response whose request was not seen is kept for `limits.RESIDUAL`. Its request sets it free, and
so does what shows that the capture has gone on: time, a later request of the same Call-ID, or ESP
between the same two ends, which the response may be needed to open.
"""

from collections.abc import Callable
from typing import Final

from analyzer.limits import EARLY, RESIDUAL
from analyzer.sip.message import SipMessage

Held = tuple[SipMessage, int]
Ends = tuple[bytes, bytes]

NONE: Final[list[Held]] = []


class Early:
    """Those that wait, at most `limits.EARLY`; each with a number, which comes back with it."""

    __slots__ = ("_count", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[Ends, list[Held]] = {}  # in the order of the first of each
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def takes(self, message: SipMessage, number: int) -> bool:
        """Whether it is kept: a response without a request, or what repeats one."""
        if message.is_request or message.request is not None or self._count >= EARLY:
            return False
        ends = _ends(message.src, message.dst)
        waiting = self._waiting.get(ends, NONE)
        original = message.original
        if original is not None and all(one is not original for one, _ in waiting):
            return False
        if waiting:
            waiting.append((message, number))
        else:
            self._waiting[ends] = [(message, number)]
        self._count += 1
        return True

    def answers(self, request: SipMessage) -> list[Held]:
        """Those that answer this request, set behind it in time."""
        freed = self._free(
            _ends(request.src, request.dst),
            lambda one: (one.original or one).request is request,
        )
        for message, _ in freed:
            message.time = max(message.time, request.time + 1)
        return freed

    def before(self, request: SipMessage) -> list[Held]:
        """Those of its Call-ID to an earlier request: the client has gone on since they came."""
        return self._free(
            _ends(request.src, request.dst),
            lambda one: one.call_id == request.call_id and one.cseq < request.cseq,
        )

    def in_clear(self, src: bytes, dst: bytes) -> list[Held]:
        """Those in clear between these two ends, either way."""
        return self._free(_ends(src, dst), lambda one: one.spi < 0)

    def due(self, time: int) -> list[Held]:
        """Those that waited long enough, at this time."""
        freed: list[Held] = []
        latest = time - RESIDUAL
        while self._waiting:
            ends, waiting = next(iter(self._waiting.items()))
            if waiting[0][0].time >= latest:
                break
            freed += self._free(ends, lambda one: one.time < latest)
            if ends in self._waiting:  # the others came later than what other ends wait with
                self._waiting[ends] = self._waiting.pop(ends)
        return freed

    def finish(self) -> list[Held]:
        """All of them."""
        freed = [one for waiting in self._waiting.values() for one in waiting]
        self._waiting.clear()
        self._count = 0
        return sorted(freed, key=lambda held: held[1])

    def _free(self, ends: Ends, wanted: Callable[[SipMessage], bool]) -> list[Held]:
        waiting = self._waiting.get(ends)
        if waiting is None:
            return NONE
        freed = [held for held in waiting if wanted(held[0])]
        if freed:
            left = [held for held in waiting if not wanted(held[0])]
            if left:
                self._waiting[ends] = left
            else:
                del self._waiting[ends]
            self._count -= len(freed)
        return freed


def _ends(src: bytes, dst: bytes) -> Ends:
    return (src, dst) if src < dst else (dst, src)
