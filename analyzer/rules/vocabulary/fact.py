"""A row of the vocabulary: one fact of one kind of object."""

import msgspec


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One attribute of a kind of object. `withheld` names what the plugin lacks for it."""

    name: str
    type: str
    meaning: str
    needs: tuple[str, ...] = ()
    wireshark: bool = True
    values: tuple[str, ...] = ()
    withheld: str = ""
