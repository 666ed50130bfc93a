"""The same message at two places, as rules see it (vocabulary: pair)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzer.agreement.comparison import compare
from analyzer.agreement.place import HEADERS
from analyzer.rules.subjects.lazy import fact
from analyzer.rules.subjects.message import MessageFacts

SEC_AGREE: Final = "sec-agree"
OPTIONS: Final = {"require": "Require: sec-agree", "proxy-require": "Proxy-Require: sec-agree"}
SHOWN: Final = {
    "client": "Security-Client",
    "server": "Security-Server",
    "verify": "Security-Verify",
}


class PairFacts:
    """A message, and either its forward beyond the first hop or what another tap of the same hop
    shows of it (`same_hop`)."""

    leg = "gm"

    def __init__(self, near: MessageFacts, far: MessageFacts) -> None:
        self.near = near
        self.far = far
        self.same_hop = far.message.variant_of is near.message

    @property
    def frames(self) -> tuple[tuple[int, int], ...]:
        """(capture, frame): the far one, then the near one."""
        return (*self.far.frames, *self.near.frames)

    @fact
    def dialect(self) -> str:
        return self.near.dialect

    @fact
    def changed(self) -> str | None:
        return next(self._changes(), None)

    @fact
    def stripped(self) -> str | None:
        gone = [SHOWN[name] for name in HEADERS if self._once(name)]
        near, far = self.near.message, self.far.message
        for header, shown in OPTIONS.items():
            if (SEC_AGREE in near.tokens(header)) != (SEC_AGREE in far.tokens(header)):
                gone.append(shown)
        return ", ".join(gone) or None

    def _changes(self) -> Iterator[str]:
        """What differs between two lists that both places show, in words."""
        near, far = self.near.place.lists, self.far.place.lists
        for name in HEADERS:
            if name in near and name in far and near[name].text != far[name].text:
                compared = compare(far[name], near[name])
                if compared.level == "different":
                    yield f"{SHOWN[name]}: {compared.edit}"

    def _once(self, name: str) -> bool:
        """A list that one place shows and the other does not."""
        return (name in self.near.place.lists) != (name in self.far.place.lists)
