"""What `agreement/` hands on beside closed exchanges."""

from typing import Literal

import msgspec

from analyzer.agreement.access import Access
from analyzer.agreement.association import Association, Flow
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.mechanism import Mechanism
from analyzer.agreement.place import Place
from analyzer.keys.sa_table import Sa


class SaEvent(msgspec.Struct):
    """A set came to life or died; the conductor applies it to the `SaTable`."""

    kind: Literal["announced", "ended"]
    sas: tuple[Sa, ...]


class Loose(msgspec.Struct):
    """A message outside every exchange."""

    place: Place


class LooseTransaction(msgspec.Struct):
    """A request outside every exchange, with its final response on the same hop."""

    request: Place
    response: Place


class Request(msgspec.Struct, gc=False):
    """One later request on an agreement (times in nanoseconds; `code` 0: no answer seen)."""

    time: int
    capture: int
    frame: int
    method: str
    sa: str
    protection: str
    code: int = 0
    answer: tuple[int, int] = (-1, -1)
    delay: int = 0


class Agreement(msgspec.Struct):
    """What an exchange settled, with the set it owns and the requests that followed."""

    number: int
    exchange: int
    mechanism: Mechanism
    created: int
    access: Access
    association: Association | None = None
    established: int | None = None
    ended: int | None = None
    end_reason: str = ""
    expires: int | None = None
    traffic: list[Request] = []


class StrayFlow(msgspec.Struct):
    """ESP between two ends of an Access whose SPI no readable list announced."""

    access: Access
    flow: Flow
    sealed: bool  # a list may have travelled in ESP that could not be opened
    exchange: Exchange | None


Item = Exchange | Loose | LooseTransaction | Agreement | StrayFlow
