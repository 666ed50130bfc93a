"""Numbers that a client offers again while a set of its own still has them (TS 33.203 7.1, 7.4)."""

from collections.abc import Iterable

from analyzer.agreement.association import Association
from analyzer.agreement.mechanism import with_inherited
from analyzer.agreement.place import Place


def reused(associations: Iterable[Association], offer: Place) -> Association | None:
    """The living set of this client whose port_uc or SPIs the offer names, None for none."""
    listed = offer.client
    if listed is None:
        return None
    elements = [one for one in with_inherited(listed) if one.key == "ipsec-3gpp"]
    for association in associations:
        client = association.client
        if client is None or not association.lives(offer.message.time):
            continue
        taken = {client.spi_c, client.spi_s} - {None}
        for one in elements:
            if one.spi_c in taken or one.spi_s in taken:
                return association
            if one.port_c is not None and one.port_c == client.port_c:
                return association
    return None
