"""The elements of Security-* lists, and their comparison, as rules see them."""

from analyzer.agreement.comparison import Comparison, PlaneComparison
from analyzer.agreement.mechanism import DEFAULTS, Mechanism, MechanismList
from analyzer.rules.subjects.lazy import fact

VALUE_MISSING = "value-missing"


class MechanismFacts:
    """One element (vocabulary: mechanism). `twins`: what it may have been copied from."""

    def __init__(self, element: Mechanism, header: str, twins: tuple[Mechanism, ...] = ()) -> None:
        self.element = element
        self.header = header
        self.name = element.name
        self.key = element.key
        self.q = element.q_thousandths
        self.spi_c = element.spi_c
        self.spi_s = element.spi_s
        self.port_c = element.port_c
        self.port_s = element.port_s
        self.d_ver = element.d_ver
        self.mediasec = element.mediasec
        self.complete = element.complete
        self.raw = element.raw
        self._twins = twins

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
        return list(dict.fromkeys(code.partition(":")[0] for code in self.element.defects))

    @fact
    def missing_values(self) -> list[str]:
        return [
            name
            for code, _, name in (defect.partition(":") for defect in self.element.defects)
            if code == VALUE_MISSING
        ]

    @fact
    def mirrored(self) -> bool:
        return any(set(self.element.defects) <= set(twin.defects) for twin in self._twins)


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


def elements(listed: MechanismList | None, header: str) -> list[MechanismFacts] | None:
    """The elements of one list; None where the header is absent."""
    if listed is None:
        return None
    return [MechanismFacts(element, header) for element in listed.elements]


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
