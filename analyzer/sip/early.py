"""Responses that seem to come before their request: the clocks of two taps are set right to some
milliseconds only, or a capture took packets of two queues out of order.

A response whose request was not seen is kept for `limits.RESIDUAL`. Its request sets it free, and
so does what shows that the capture has gone on: the passing of time, a later message of its call or
between a phone and its first hop, or ESP there, which the response may be needed to open.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from analyzer.limits import EARLY, RESIDUAL, Bounds
from analyzer.sip.message import SipMessage

Place = tuple[int, ...]
Held = tuple[SipMessage, Place]
Ends = tuple[bytes, bytes]


class _Waiting(NamedTuple):
    message: SipMessage
    place: Place
    near: bool


NONE: Final[list[_Waiting]] = []


class Early:
    """Those that wait, at most `limits.EARLY`; each with a place in an order, which comes back with
    it, and whether it is `near`: between a phone and its first hop. `count`: how many wait."""

    __slots__ = ("_calls", "_most", "_waiting", "count")

    def __init__(self) -> None:
        self._waiting: dict[Ends, list[_Waiting]] = {}  # in the order of the first of each
        self._calls: dict[str, dict[Ends, int]] = {}  # how many of a call wait where
        self.count = 0
        self._most = 0

    @property
    def bounds(self) -> Bounds:
        """How near each bound came."""
        return {"early": (self._most, EARLY)}

    def takes(self, message: SipMessage, place: Place, near: bool = True) -> bool:
        """Whether it is kept: a response without a request, or what repeats one."""
        if message.is_request or message.request is not None or self.count >= EARLY:
            return False
        ends = _ends(message.src, message.dst)
        waiting = self._waiting.get(ends, NONE)
        original = message.original
        if original is not None and all(one.message is not original for one in waiting):
            return False
        one = _Waiting(message, place, near)
        if waiting:
            waiting.append(one)
        else:
            self._waiting[ends] = [one]
        of_call = self._calls.setdefault(message.call_id, {})
        of_call[ends] = of_call.get(ends, 0) + 1
        self.count += 1
        self._most = max(self._most, self.count)
        return True

    def answers(self, request: SipMessage) -> list[Held]:
        """Those that answer this request, set behind it in time."""
        freed = self._free(
            _ends(request.src, request.dst),
            lambda one: (one.message.original or one.message).request is request,
        )
        for message, _ in freed:
            message.time = max(message.time, request.time + 1)
        return freed

    def in_clear(self, src: bytes, dst: bytes) -> list[Held]:
        """Those in clear between a phone and its first hop, either way."""
        return self._free(_ends(src, dst), lambda one: one.near and one.message.spi < 0)

    def before(self, message: SipMessage) -> list[Held]:
        """Those to be handed on before this message: they waited long enough, and are of its call
        or between its ends; or it is a later request of their call, so its client has gone on."""
        latest = message.time - RESIDUAL
        call, own = message.call_id, _ends(message.src, message.dst)
        later = message.cseq if message.is_request else -1

        def wanted(one: _Waiting) -> bool:
            same = one.message.call_id == call
            return (same and one.message.cseq < later) or (
                one.message.time < latest and (one.near or same)
            )

        freed = self._free(own, wanted)
        for ends in [other for other in self._calls.get(call, ()) if other != own]:
            freed += self._free(
                ends, lambda one: one.message.time < latest and one.message.call_id == call
            )
        return freed

    def due(self, time: int) -> list[Held]:
        """Those that waited long enough, at this time."""
        latest = time - RESIDUAL
        freed: list[Held] = []
        for ends in list(self._waiting):
            freed += self._free(ends, lambda one: one.message.time < latest)
        return sorted(freed, key=_place)

    def finish(self) -> list[Held]:
        """All of them."""
        freed = [(one.message, one.place) for held in self._waiting.values() for one in held]
        self._waiting.clear()
        self._calls.clear()
        self.count = 0
        return sorted(freed, key=_place)

    def _free(self, ends: Ends, wanted: Callable[[_Waiting], bool]) -> list[Held]:
        waiting = self._waiting.get(ends)
        if waiting is None:
            return []
        freed = [one for one in waiting if wanted(one)]
        if freed:
            left = [one for one in waiting if not wanted(one)]
            if left:
                self._waiting[ends] = left
            else:
                del self._waiting[ends]
            for one in freed:
                self._forget(one.message.call_id, ends)
            self.count -= len(freed)
        return [(one.message, one.place) for one in freed]

    def _forget(self, call_id: str, ends: Ends) -> None:
        of_call = self._calls[call_id]
        of_call[ends] -= 1
        if not of_call[ends]:
            del of_call[ends]
            if not of_call:
                del self._calls[call_id]


def _place(held: Held) -> Place:
    return held[1]


def _ends(src: bytes, dst: bytes) -> Ends:
    return (src, dst) if src < dst else (dst, src)
