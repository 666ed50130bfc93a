"""What `agreement/` hands on beside closed exchanges.

`order` says where each stands among all that was handed on, `born` where it began.
"""

from typing import Literal

import msgspec

from analyzer.agreement.access import Access
from analyzer.agreement.association import Association
from analyzer.agreement.esp_flow import Flow
from analyzer.agreement.exchange import Exchange
from analyzer.agreement.order import START, Order
from analyzer.agreement.place import Place
from analyzer.keys.keyring import KeyPair
from analyzer.keys.sa_table import Sa


class SaEvent(msgspec.Struct, gc=False):
    """A set came to life or died, or keys were found; the conductor applies it to the `SaTable`.

    With `keys` there are no `sas`, but the RAND (16 octets) and what belongs to it.
    """

    kind: Literal["announced", "ended", "keys"]
    sas: tuple[Sa, ...] = ()
    rand: bytes = b""
    keys: KeyPair | None = None


class Loose(msgspec.Struct):
    """A message outside every exchange."""

    place: Place
    order: Order = START


class LooseTransaction(msgspec.Struct):
    """A request outside every exchange, with its final response on the same hop."""

    request: Place
    response: Place
    order: Order = START


class Dialog(msgspec.Struct, gc=False):
    """One dialog that a request opened: the tags of both sides (RFC 3261 12), with the last
    response in it, its frame and how long after the request it came (ns)."""

    tags: frozenset[str]
    code: int
    frame: tuple[int, int]
    delay: int


class Request(msgspec.Struct):
    """One later request on an agreement (times in nanoseconds; `code` 0: no answer seen).

    `answer` and `delay` are those of the first final response, `provisional` the highest 1xx.
    `due` is False for ACK, which nothing answers. `dialogs` are those it opened, `dialog` the tags
    of the one it was sent in.
    """

    time: int
    capture: int
    frame: int
    method: str
    sa: str
    protection: str
    code: int = 0
    answer: tuple[int, int] = (-1, -1)
    delay: int = 0
    tries: int = 1
    from_client: bool = True
    due: bool = True
    provisional: int = 0
    call_id: str = ""
    in_dialog: bool = False
    dialog: frozenset[str] = frozenset()
    dialogs: list[Dialog] = []
    transport: str = ""


class Agreement(msgspec.Struct, gc=False):
    """What an exchange settled, with the set it owns and the requests that followed.

    `renewed` is when the last 2xx came that said how long it holds (`expires`, in seconds);
    `seen_until` how far the captures had come when it was handed on; `capture` is where it was
    announced.
    """

    number: int
    exchange: int
    mechanism: str
    created: int
    access: Access
    association: Association | None = None
    established: int | None = None
    ended: int | None = None
    end_reason: str = ""
    expires: int | None = None
    renewed: int = 0
    seen_until: int = 0
    capture: int = 0
    traffic: list[Request] = []
    born: Order = START
    order: Order = START


class StrayFlow(msgspec.Struct):
    """ESP between two ends of an Access whose SPI no readable list announced."""

    access: Access
    flow: Flow
    sealed: bool  # a list may have travelled in ESP that could not be opened
    exchange: Exchange | None
    order: Order = START


def release(item: "Item") -> None:
    """Cut the links between the messages of what was judged, so that they are freed at once.

    Requests and responses refer to one another; without this they would wait for the collector.
    """
    if isinstance(item, Exchange):
        if item.association is not None:
            item.association.slim()
        for step in item.steps:
            if step.place is not None:
                _let_go(step.place)
        for place in item.far:
            _let_go(place)
    elif isinstance(item, Loose):
        _let_go(item.place)
    elif isinstance(item, LooseTransaction):
        _let_go(item.request)
        _let_go(item.response)


def _let_go(place: Place) -> None:
    place.exchange = None
    message = place.message
    message.request = message.final = message.provisional = None
    message.forward = message.source = None
    message.slim()


Item = Exchange | Loose | LooseTransaction | Agreement | StrayFlow
