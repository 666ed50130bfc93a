"""The elements of Security-* lists, and their comparison, as rules see them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, overload

from msgspec import Struct

from analyzer import limits
from analyzer.agreement.comparison import Comparison, PlaneComparison
from analyzer.agreement.mechanism import DEFAULTS, Mechanism, MechanismList, with_inherited
from analyzer.agreement.parameters import SA_NAMES
from analyzer.rules.subjects.lazy import fact

VALUE_MISSING: Final = "value-missing"
QUOTED: Final = "quoted-token"
NOTHING: Final[list[str]] = []
# What an ipsec-3gpp element needs (TS 33.203 Annex H); RFC 3329 Appendix A names it otherwise.
NEEDED: Final = (
    ("alg", "alg"),
    ("spi-c", "spi_c_text"),
    ("spi-s", "spi_s_text"),
    ("port-c", "port_c_text"),
    ("port-s", "port_s_text"),
)

SPI_DIGITS: Final = 10  # RFC 3329 App. A, TS 33.203 Annex H
OLD_NAMES: Final = ("spi", "port1", "port2")  # RFC 3329 App. A
DIGEST_NAMES: Final = ("d-alg", "d-qop", "d-ver")  # RFC 3329 2.2
ANNEX_H_NAMES: Final = frozenset(
    {"q", "alg", "ealg", "prot", "mod", "spi-c", "spi-s", "port-c", "port-s", "mediasec"}
)


class Names(Struct, frozen=True):
    """What the names of an element's parameters say, in lower case and in order."""

    old: list[str]
    private: list[str]
    digest: list[str]
    repeated: list[str]


@lru_cache(limits.READINGS)
def read_names(written: tuple[str, ...]) -> Names:
    """Sort the names of an element's parameters; phones of one make write the same ones."""
    names = [name.lower() for name in written]
    return Names(
        [name for name in OLD_NAMES if name in names],
        [name for name in names if name not in ANNEX_H_NAMES and name not in OLD_NAMES],
        [name for name in DIGEST_NAMES if name in names],
        [name for name in dict.fromkeys(names) if names.count(name) > 1],
    )


class MechanismFacts:
    """One element of `listed` (vocabulary: mechanism). `twins`: what it may be a copy of."""

    def __init__(
        self,
        element: Mechanism,
        header: str,
        twins: tuple[Mechanism, ...] = (),
        listed: MechanismList | None = None,
    ) -> None:
        self.element = element
        self.header = header
        self.key = element.key
        self.mediasec = element.mediasec
        # asked of every element that a peer states
        self.spi_c, self.spi_s = element.spi_c, element.spi_s
        self.port_c, self.port_s = element.port_c, element.port_s
        self._twins = twins
        self._listed = listed

    def __getattr__(self, name: str) -> Any:
        """What is not worked out here stands in the element itself."""
        return getattr(self.element, name)

    @property
    def q(self) -> int | None:
        return self.element.q_thousandths

    @fact
    def alg(self) -> str | None:
        return _lower(self.element.alg) or None

    @fact
    def ealg(self) -> str | None:
        return _lower(self.element.ealg) or None

    @property
    def prot(self) -> str | None:
        return _lower(self.element.prot)

    @fact
    def mod(self) -> str | None:
        return _lower(self.element.mod)

    @fact
    def d_alg(self) -> str | None:
        return _lower(self.element.d_alg)

    @fact
    def d_qop(self) -> str | None:
        return _lower(self.element.d_qop)

    @fact
    def defects(self) -> list[str]:
        if not self.element.defects:
            return NOTHING
        return list(dict.fromkeys(code.partition(":")[0] for code in self.element.defects))

    @property
    def has_q(self) -> bool:
        return self.element.q is not None

    @fact
    def missing_values(self) -> list[str]:
        return self._named(VALUE_MISSING)

    @fact
    def quoted(self) -> list[str]:
        return self._named(QUOTED)

    def _named(self, defect: str) -> list[str]:
        """The parameters that have this defect."""
        if not self.element.defects:
            return NOTHING
        found = (one.partition(":") for one in self.element.defects)
        return [name for code, _, name in found if code == defect]

    @fact
    def _names(self) -> Names:
        return read_names(tuple([name for name, _, _ in self.element.params]))

    @property
    def repeated(self) -> list[str]:
        return self._names.repeated

    @fact
    def short_spis(self) -> list[str]:
        element = self.element
        texts = [text for text in (element.spi_c_text, element.spi_s_text) if text]
        return [text for text in texts if len(text) != SPI_DIGITS]

    @property
    def old_names(self) -> list[str]:
        return self._names.old

    @property
    def private_names(self) -> list[str]:
        return self._names.private

    @fact
    def pref(self) -> str | None:
        return self._value("pref")

    @fact
    def mediasec_value(self) -> str | None:
        return self._value("mediasec")

    def _value(self, wanted: str) -> str | None:
        """The value of a parameter without a field of its own; None without value."""
        found = (value for name, value, _ in self.element.params if name.lower() == wanted)
        return next(found, None)

    @property
    def digest_names(self) -> list[str]:
        return self._names.digest

    @fact
    def lacks(self) -> list[str]:
        if self.key != "ipsec-3gpp" or self.mediasec or self.element.complete:
            return NOTHING
        whole = self._with_inherited
        lacking = [name for name, field in NEEDED if not getattr(whole, field)]
        if "spi" in self._names.old:
            return [name for name in lacking if name == "alg"]
        return lacking

    @property
    def _with_inherited(self) -> Mechanism:
        """With the SPIs and ports that stand on the last alternative only."""
        listed = self._listed
        if listed is not None:
            for element, whole in zip(listed.elements, with_inherited(listed), strict=True):
                if element is self.element:
                    return whole
        return self.element

    @property
    def place(self) -> int | None:
        """Which element of its list it is; None outside of a list."""
        elements = () if self._listed is None else self._listed.elements
        return next((at for at, one in enumerate(elements) if one is self.element), None)

    @fact
    def mirrored(self) -> bool:
        return any(set(self.element.defects) <= set(twin.defects) for twin in self._twins)


class Elements(Sequence["MechanismFacts"]):
    """The elements of a list, made when somebody looks at them; most rules ask whether there is a
    list at all."""

    def __init__(self, listed: MechanismList, header: str, twins: MechanismList | None) -> None:
        self._listed = listed
        self._header = header
        self._twins = () if twins is None else twins.elements
        self._made: list[MechanismFacts] | None = None

    @property
    def made(self) -> list[MechanismFacts]:
        """All of them."""
        if self._made is None:
            self._made = [
                MechanismFacts(element, self._header, self._twins, self._listed)
                for element in self._listed.elements
            ]
        return self._made

    def __iter__(self) -> Iterator[MechanismFacts]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self._listed.elements)

    @overload
    def __getitem__(self, index: int) -> MechanismFacts: ...
    @overload
    def __getitem__(self, index: slice) -> list[MechanismFacts]: ...
    def __getitem__(self, index: int | slice) -> MechanismFacts | list[MechanismFacts]:
        return self.made[index]

    @property
    def flawed(self) -> bool:
        """Some element has a defect."""
        for element in self._listed.elements:  # noqa: SIM110  (asked of every list)
            if element.defects:
                return True
        return False


class HeaderFacts:
    """One list as a whole (vocabulary: header)."""

    def __init__(self, listed: MechanismList, header: str) -> None:
        self.listed = listed
        self.header = header

    @fact
    def raw(self) -> str:
        return self.listed.text

    @property
    def defects(self) -> list[str]:
        return list(self.listed.defects) if self.listed.defects else NOTHING

    @property
    def equal_q(self) -> int | None:
        seen: set[int] = set()
        for element in self.listed.signalling:
            q = element.q_thousandths
            if q is not None and q in seen:
                return q
            if q is not None:
                seen.add(q)
        return None

    @property
    def lacks_q(self) -> bool:
        elements = self.listed.signalling
        return len(elements) > 1 and any(element.q is None for element in elements)

    @property
    def ports_on_last(self) -> bool:
        elements = [element for element in self.listed.signalling if element.key == "ipsec-3gpp"]
        return len(elements) > 1 and [_has_ports(element) for element in elements] == [
            *(False for _ in elements[1:]),
            True,
        ]


def _has_ports(element: Mechanism) -> bool:
    return any(name.lower() in SA_NAMES for name, _, _ in element.params)


class ComparisonFacts:
    """One plane of a comparison (vocabulary: comparison)."""

    def __init__(self, plane: PlaneComparison, whole: Comparison, mediasec: bool) -> None:
        level = plane.level
        if level == "identical" and not mediasec and whole.level == "equivalent":
            level = "equivalent"  # the same elements, other text between them
        self.level = level
        self.kind = plane.kind
        self.mediasec = mediasec
        self.edit = plane.edit
        change = plane.changes[0] if plane.changes else None
        self.parameter = None if change is None else change.parameter
        self.server_value = None if change is None else change.server
        self.verify_value = None if change is None else change.verify
        self._plane = plane

    @fact
    def defaults_only(self) -> bool:
        changes = self._plane.changes
        return bool(changes) and all(
            {change.server or "", change.verify or ""}
            <= {"", DEFAULTS.get(change.parameter or "", "")}
            for change in changes
        )


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
