"""Which element of the server's list the two sides have in common (RFC 3329 2.3.1)."""

from collections.abc import Iterable

from analyzer.agreement.mechanism import Mechanism, MechanismList, with_inherited
from analyzer.agreement.strength import Shape, shape


def common(client: MechanismList | None, server: MechanismList) -> list[Mechanism]:
    """The server's signalling elements that the client offered, best first.

    Best is the highest q; without q, or with equal ones, the server's order stands. An `ipsec-3gpp`
    element is common when name, alg and ealg were offered together, any other when its name was.
    """
    elements = [element for element in with_inherited(server) if not element.mediasec]
    if client is not None:
        offered = {shape(element) for element in client.signalling}
        elements = [element for element in elements if shape(element) in offered]
    return sorted(elements, key=_preference)


def choose(client: MechanismList | None, server: MechanismList) -> Mechanism | None:
    """What the agreement settles on, as far as the lists say.

    Where the lists have nothing in common the server's first element stands: the set is built from
    it whatever the rules make of that.
    """
    if len(server.elements) == 1:
        return None if server.media else server.elements[0]
    best = common(client, server)
    if best:
        return best[0]
    return next((element for element in with_inherited(server) if not element.mediasec), None)


def matching(client: MechanismList | None, chosen: Mechanism) -> Mechanism | None:
    """The client's own element for the chosen one: it holds the client's SPIs and ports."""
    if client is None:
        return None
    if len(client.elements) == 1:
        return client.elements[0] if client.elements[0].key == chosen.key else None
    elements = [element for element in with_inherited(client) if element.key == chosen.key]
    return _first(elements, shape(chosen)) or (elements[0] if elements else None)


def _first(elements: Iterable[Mechanism], wanted: Shape) -> Mechanism | None:
    return next((element for element in elements if shape(element) == wanted), None)


def _preference(element: Mechanism) -> int:
    return -(element.q_thousandths if element.q_thousandths is not None else 0)
