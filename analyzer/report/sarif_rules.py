"""The rules of a SARIF run and the clauses they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from analyzer.report.model import Finding, Report, RuleText

Object = dict[str, Any]

REGISTRATION: Final = "registration"
CLAUSES: Final = "clauses"

_LEVELS: Final = {"critical": "error", "error": "error", "warning": "warning", "info": "note"}


class Catalogue(NamedTuple):
    """The descriptors of the rules with findings, in their order, and the taxonomy of clauses."""

    rules: list[Object]
    taxonomies: list[Object]
    places: dict[str, int]

    def reference(self, rule: str) -> Object:
        """How a result names its rule."""
        return {"ruleId": rule, "ruleIndex": self.places[rule]}


def catalogue(report: Report, failed: bool, safe: Callable[[str], str]) -> Catalogue:
    """Describe the rules that found something; with `failed` also that of a failed registration."""
    known = {rule.id: rule for rule in report.rules}
    used: dict[str, RuleText] = {}
    for finding in report.findings:
        if finding.rule not in used:
            used[finding.rule] = known.get(finding.rule) or _from(finding)
    clauses = list(dict.fromkeys(one.clause for one in used.values() if one.clause))
    numbers = {clause: number for number, clause in enumerate(clauses)}
    rules = [_registration()] * failed
    rules += [_descriptor(one, numbers, safe) for one in used.values()]
    taxonomies = [_taxonomy(clauses)] if clauses else []
    return Catalogue(rules, taxonomies, {rule["id"]: place for place, rule in enumerate(rules)})


def _from(finding: Finding) -> RuleText:
    """What a finding tells of its rule, where the book of the report is not at hand."""
    return RuleText(
        finding.rule, finding.name, finding.title, finding.severity, (), finding.spec,
        finding.means or "", finding.cause or "", finding.fix or "",
    )  # fmt: skip


def _registration() -> Object:
    text = "A registration, or a request in its place, did not succeed."
    return {
        "id": REGISTRATION,
        "name": "RegistrationFailed",
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": "The message says where it stopped, and who has to act."},
        "defaultConfiguration": {"level": "error"},
    }


def _descriptor(rule: RuleText, numbers: dict[str, int], safe: Callable[[str], str]) -> Object:
    fields = list(_fields(rule))
    text = "\n".join(f"{name}: {value}" for name, value in fields)
    lines = [f"**{name}**: {value}" for name, value in fields]
    found: Object = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")) or rule.id,
        "shortDescription": {"text": safe(rule.title)},
        "fullDescription": {"text": safe(rule.means or rule.title)},
        "help": {
            "text": text or rule.title,
            "markdown": "\n\n".join(lines) or rule.title,
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family, *rule.dialects]},
    }
    if rule.clause in numbers:
        found["relationships"] = [
            {
                "target": {
                    "id": rule.clause,
                    "index": numbers[rule.clause],
                    "toolComponent": {"name": CLAUSES, "index": 0},
                },
                "kinds": ["relevant"],
            }
        ]
    return found


def _fields(rule: RuleText) -> Iterator[tuple[str, str]]:
    for name, value in (
        ("What it means", rule.means),
        ("Likely cause", rule.cause),
        ("Fix", rule.fix),
        ("Clause", rule.clause or "clause unverified"),
        ("In full", f"secagree rules {rule.id}"),
    ):
        if value:
            yield name, value


def _taxonomy(clauses: list[str]) -> Object:
    return {
        "name": CLAUSES,
        "shortDescription": {"text": "Clauses of RFCs and 3GPP specifications."},
        "taxa": [{"id": clause} for clause in clauses],
    }
