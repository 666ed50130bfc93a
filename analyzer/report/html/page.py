"""The page itself: one template, what belongs to it, and the data."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, BinaryIO, Final

from analyzer.report.html.chosen import chosen
from analyzer.report.html.data import Data
from analyzer.report.html.packing import encoded, packed
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, view_of

_SCRIPTS: Final = (
    "dom.js", "data.js", "text.js", "state.js", "filters.js", "icons.js", "copy.js",
    "ladder.js", "saving.js", "lists.js", "tree.js", "message.js", "finding.js", "lives.js",
    "whole.js", "exchange.js", "chips.js", "charts.js", "overview.js", "rows.js", "main.js",
)  # fmt: skip
_STYLES: Final = ("base.css", "exchange.css", "overview.css", "print.css")
_IMPORT: Final = re.compile(r"^import (\{[^}]*\}) from \"\./(\w+)\.js\";$", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:const|function|class) (\w+))", re.MULTILINE)


def to_html(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    """Write the page, a block of data at a time."""
    report = chosen(report) if options.selected else report
    view = replace(view_of(report, options), ascii_only=False)
    data = Data(report, view, options.selected)
    shell = _environment().get_template("report.html.j2")
    script, style = joined(_SCRIPTS), "".join(map(_read, _STYLES))
    page = shell.generate(
        script=script,
        style=style,
        script_hash=_hash(script),
        style_hash=_hash(style),
        blocks=data.blocks(),
        index=(packed(encoded(one)) for one in data.index()),
        report=report,
        title=data.title(),
        plain=data.plain(options),
    )
    stream.writelines(piece.encode("utf-8") for piece in page)


@lru_cache(maxsize=2)
def joined(names: tuple[str, ...]) -> str:
    """Modules as one script, each in a scope of its own behind those that it imports."""
    return "".join(map(_scoped, names))


def _scoped(name: str) -> str:
    text = _read(name)
    exported = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = \2_;", text))
    return (
        f"const {name.removesuffix('.js')}_ = (() => {{\n{body}return {{ {exported} }};\n}})();\n"
    )


def _read(name: str) -> str:
    return files("analyzer.report").joinpath("templates", "html", name).read_text("utf-8")


def _hash(text: str) -> str:
    """The source that a Content-Security-Policy knows the element by (CSP 3, 2.3.1)."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("analyzer.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
