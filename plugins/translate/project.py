"""What of the project is translated, and where what is not is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mypy import build
from mypy.modulefinder import BuildSource
from mypy.options import Options

from plugins.translate.base import Module, Rooms
from plugins.translate.errors import Unknown
from plugins.translate.modules import Whole

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ROOT / "plugins" / "rooms"

SIP: Final = (
    *("headers", "fields", "digest", "message", "aging", "copies", "transactions", "early"),
)
AGREEMENT: Final = (
    *("access", "apart", "association", "attempt", "beyond", "choice", "comparison", "core"),
    *("coverage", "dialects", "esp_flow", "evidence", "exchange", "found_keys", "hidden", "items"),
    *("later", "leaving", "legs", "listed", "meaning", "mechanism", "naming", "older", "order"),
    *("outcome", "parameters", "place", "placing", "reconstruction", "reuse", "runs"),
    *("security_list", "settlements", "states", "strays", "strength"),
)
SUBJECTS: Final = (
    *("association", "connection", "credentials", "exchange", "given", "lists", "media"),
    *("message", "older", "pair", "server", "wire"),
)
RULES: Final = (
    *("claims", "conclusion", "effects", "finding", "folding", "judge", "notes", "rendering"),
)

WHOLE: Final = (
    "analyzer.limits",
    "analyzer.flows.datagram",
    "analyzer.sip",
    *(f"analyzer.sip.{name}" for name in SIP),
    *(f"analyzer.agreement.{name}" for name in AGREEMENT),
    *(f"analyzer.rules.subjects.{name}" for name in SUBJECTS),
    *(f"analyzer.rules.{name}" for name in RULES),
    "analyzer.report.closed",
    "analyzer.report.evidence",
    "analyzer.report.naming",
    "analyzer.report.steps",
    "analyzer.report.verdict",
)
"""Modules that the plugin needs all of."""

PARTS: Final[dict[str, frozenset[str]]] = {
    "analyzer.capture.packet": frozenset({"Problem"}),
    "analyzer.capture.text": frozenset({"SYNTHETIC"}),
    "analyzer.capture.scan": frozenset({"SIP_PORTS"}),
    "analyzer.flows.esp": frozenset({"NULL_UNANNOUNCED"}),
    "analyzer.flows.tls": frozenset({"ALERTS", "VERSIONS", "version_name"}),
    "analyzer.keys.algorithms": frozenset({"KEY_OCTETS"}),
    "analyzer.keys.esp_cipher": frozenset({"EspKey"}),
    "analyzer.keys.keyring": frozenset({"KeyPair", "Origin"}),
    "analyzer.keys.sa_table": frozenset({"Sa"}),
    "analyzer.rules.rule": frozenset({"SEVERITIES", "UNVERIFIED"}),
    "analyzer.rules.vocabulary": frozenset({"NEEDS"}),
    "analyzer.flows.dns": frozenset({"CODES"}),
    "analyzer.report.model": frozenset(
        {"Comparison", "Coverage", "Endpoint", "Exchange", "Frame", "Identity", "Mechanism"}
        | {"Registration", "Sighting", "Signal", "Step"}
    ),
}
"""Modules of which it needs some names."""

HAND: Final[dict[str, str]] = {
    "analyzer.flows.problems": "problems",
    "analyzer.sip.framing": "framing",
    "analyzer.sip.layouts": "layouts",
    "analyzer.agreement.row_forms": "row_forms",
    "analyzer.rules.engine": "engine",
}
"""Modules that are written by hand for Lua."""

REPLACED: Final[dict[str, str]] = {
    "analyzer.sip.headers.row_names": 'import("usual").row_names',
    "analyzer.agreement.parameters._WELL_FORMED": 'import("usual").well_formed',
    "analyzer.agreement.security_list.NUMBERED": 'import("usual").numbered',
    "analyzer.agreement.parameters._PARAMS": 'import("usual").parameters',
    "analyzer.agreement.naming.exchange_key": 'import("substitutes").exchange_key',
    "analyzer.rules.subjects.lazy.forget": 'import("substitutes").forget',
    "analyzer.report.times.iso": 'import("substitutes").iso',
    "analyzer.rules.finding.fingerprint": 'import("substitutes").fingerprint',
}
"""What Lua has otherwise."""


def lua_name(module: str) -> str:
    """`agreement.comparison` of analyzer.agreement.comparison."""
    return module.removeprefix("analyzer.")


def target(module: str) -> Path:
    """The file that its translation goes to."""
    return ROOMS.joinpath(*lua_name(module).split(".")).with_suffix(".lua")


def sources(modules: list[str]) -> list[BuildSource]:
    """Where mypy finds them."""
    found = []
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        found.append(BuildSource(str(path.relative_to(ROOT)), module, None))
    return found


def translated() -> Iterator[tuple[Path, str]]:
    """Each file of `plugins/rooms` with its text."""
    modules = [*WHOLE, *PARTS]
    options = Options()
    options.export_types = True
    options.preserve_asts = True
    options.incremental = False
    options.python_version = (3, 11)
    options.namespace_packages = True
    options.explicit_package_bases = True
    options.ignore_missing_imports = True
    result = build.build(sources(modules), options)
    if result.errors:
        raise Unknown("\n".join(result.errors))
    rooms = Rooms({**{module: lua_name(module) for module in modules}, **HAND}, REPLACED)
    for module in modules:
        tree = result.files[module]
        yield target(module), Whole(Module(tree, result.types, rooms), PARTS.get(module)).write()
