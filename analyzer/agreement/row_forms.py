"""Rows of a Security-* header that differ in SPIs and ports alone.

What the phones of one make write, and what one server answers, is the same row but for four
numbers. A row without its digits says of which form it may be. The expression of a form holds all
but the numbers, so where it fits, the list is that of the row which the form was made from, with
other numbers; whatever else there is `security_list.parse_list` reads.
"""

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from analyzer import limits
from analyzer.agreement.mechanism import Mechanism, MechanismList, draws_well
from analyzer.agreement.parameters import PORT_MAX, SPI_MAX
from analyzer.agreement.security_list import NUMBERED, parse_list
from analyzer.sip.headers import decode

DIGITS: Final = b"0123456789"
NAMES: Final = ("spi-c", "spi-s", "port-c", "port-s")

Reader = Callable[[str], MechanismList | None]
"""Reads a row; None where it is of another form, or has a number out of range."""


class RowForms:
    """The forms met so far; beyond `limits.ROW_FORMS` of them none gets an expression."""

    __slots__ = ("_made", "_met")

    def __init__(self) -> None:
        self._made: dict[bytes, Reader] = {}  # by a row without its digits
        self._met: Counter[bytes] = Counter()

    def read(self, octets: bytes) -> MechanismList:
        """The list of a row, given the octets of its value; the same that `parse_list` reads."""
        row = decode(octets)
        bare = octets.translate(None, DIGITS)
        reader = self._made.get(bare)
        if reader is not None:
            return reader(row) or parse_list((row,))
        found = parse_list((row,))
        if len(octets) <= limits.READING and len(self._made) < limits.ROW_FORMS:
            self._meet(bare, row, found)
        return found

    def _meet(self, bare: bytes, row: str, found: MechanismList) -> None:
        """A row was read without an expression."""
        self._met[bare] += 1
        if self._met[bare] == limits.ROW_MET:
            reader = _reader(row, found)
            if reader is not None:
                self._made[bare] = reader
        elif len(self._met) > limits.READINGS:
            self._met.clear()


def _reader(row: str, found: MechanismList) -> Reader | None:
    """What reads rows of the form of this one: one element without fault, with each of the four
    numbers. None for other rows."""
    if '"' in row or "\r" in row or "\n" in row:
        return None  # numbers in quotes are none, and the text of a folded row is another
    pieces = NUMBERED.split(row)
    names = pieces[1::3]
    if len(found.signalling) != 1 or len(found.elements) != 1 or found.defects:
        return None
    element = found.elements[0]
    if element.raw != row or element.defects or sorted(names) != sorted(NAMES):
        return None
    expression = re.escape(pieces[0])
    for name, behind in zip(names, pieces[3::3], strict=True):
        expression += rf";{name}=([0-9]{{1,10}}){re.escape(behind)}"
    return _reader_of(expression, names, element)


def _reader_of(form: str, names: list[str], element: Mechanism) -> Reader:
    """The same, given the expression of the form, the numbers it gives, and an element of it."""
    fullmatch = re.compile(form).fullmatch
    name, key, q, thousandths = element.name, element.key, element.q, element.q_thousandths
    alg, ealg, prot, mod = element.alg, element.ealg, element.prot, element.mod
    d_alg, d_qop, d_ver = element.d_alg, element.d_qop, element.d_ver
    groups = [names.index(name) + 1 for name in NAMES]

    def read(row: str) -> MechanismList | None:
        found = fullmatch(row)
        if found is None:
            return None
        spi_c_text, spi_s_text, port_c_text, port_s_text = found.group(*groups)
        spi_c, spi_s = int(spi_c_text), int(spi_s_text)
        port_c, port_s = int(port_c_text), int(port_s_text)
        if spi_c > SPI_MAX or spi_s > SPI_MAX:
            return None
        if not (0 < port_c <= PORT_MAX and 0 < port_s <= PORT_MAX):
            return None
        made = Mechanism(
            name, key, row, 0, (0, len(row)), None, q, thousandths,
            alg, ealg, prot, mod, spi_c, spi_s, port_c, port_s,
            spi_c_text, spi_s_text, port_c_text, port_s_text, d_alg, d_qop, d_ver,
        )  # fmt: skip
        alone = (made,)
        return MechanismList((row,), row, alone, alone, (), form=form if draws_well(made) else "")

    return read


read_row: Final = lru_cache(limits.LISTS_CACHED)(RowForms().read)
