"""The elements of Security-* lists, and their comparison, as rules see them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

from analyzer.agreement.comparison import Comparison, PlaneComparison
from analyzer.agreement.mechanism import DEFAULTS, Mechanism, MechanismList
from analyzer.rules.subjects.lazy import fact

VALUE_MISSING: Final = "value-missing"
NOTHING: Final[list[str]] = []


class MechanismFacts:
    """One element (vocabulary: mechanism). `twins`: what it may have been copied from."""

    def __init__(self, element: Mechanism, header: str, twins: tuple[Mechanism, ...] = ()) -> None:
        self.element = element
        self.header = header
        self.key = element.key
        self.mediasec = element.mediasec
        self._twins = twins

    def __getattr__(self, name: str) -> Any:
        """What is not worked out here stands in the element itself."""
        return getattr(self.element, name)

    @fact
    def q(self) -> int | None:
        return self.element.q_thousandths

    @fact
    def alg(self) -> str | None:
        return _lower(self.element.alg)

    @fact
    def ealg(self) -> str | None:
        return _lower(self.element.ealg) or None

    @fact
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

    @fact
    def missing_values(self) -> list[str]:
        if not self.element.defects:
            return NOTHING
        return [
            name
            for code, _, name in (defect.partition(":") for defect in self.element.defects)
            if code == VALUE_MISSING
        ]

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

    def _all(self) -> list[MechanismFacts]:
        if self._made is None:
            self._made = [
                MechanismFacts(element, self._header, self._twins)
                for element in self._listed.elements
            ]
        return self._made

    def __iter__(self) -> Iterator[MechanismFacts]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._listed.elements)

    @overload
    def __getitem__(self, index: int) -> MechanismFacts: ...
    @overload
    def __getitem__(self, index: slice) -> list[MechanismFacts]: ...
    def __getitem__(self, index: int | slice) -> MechanismFacts | list[MechanismFacts]:
        return self._all()[index]

    @property
    def flawed(self) -> bool:
        """Some element has a defect."""
        return any(element.defects for element in self._listed.elements)


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
