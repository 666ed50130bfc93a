"""Registrations seen beyond the first hop: what a capture of Mw alone can tell.

The agreement is between the phone and its first hop, and what there is of it is taken out before
a request goes on (TS 24.229 5.2.2): none of it is in such a file.
"""

from collections.abc import Container, Iterable

import msgspec

from analyzer.limits import CORE_RUNS
from analyzer.sip.message import SipMessage

FrameId = tuple[int, int]


class CoreRegistration(msgspec.Struct, gc=False):
    """The REGISTER requests of one Call-ID on Mw, with their last final answer (0: none).

    Frames are (capture, frame), `time` that of the first in nanoseconds.
    """

    impu: str
    time: int
    first: FrameId
    last: FrameId
    code: int = 0
    reason: str = ""
    deregistration: bool = False


class Core:
    """Those of a sweep, the first `limits.CORE_RUNS` of them."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: dict[str, CoreRegistration] = {}

    def take(self, message: SipMessage) -> None:
        """A message beyond the first hop that belongs to no run on the access side."""
        if message.cseq_method != "REGISTER":
            return
        frame = message.capture, message.frame
        run = self._runs.get(message.call_id)
        if run is None:
            if len(self._runs) >= CORE_RUNS:
                return
            run = CoreRegistration(message.to_uri, message.time, frame, frame)
            self._runs[message.call_id] = run
        run.last = frame
        if message.is_request:
            run.deregistration = message.expires == 0
        elif message.code >= 200:
            run.code, run.reason = message.code, message.reason

    @property
    def runs(self) -> list[CoreRegistration]:
        """All of them."""
        return list(self._runs.values())


def alone(runs: Iterable[CoreRegistration], seen: Container[str]) -> list[CoreRegistration]:
    """Those of identities that no run on the access side was seen of, in the order of time; the
    first `limits.CORE_RUNS` of them."""
    rising = sorted(runs, key=lambda run: (run.time, run.first))[:CORE_RUNS]
    return [run for run in rising if run.impu not in seen]
