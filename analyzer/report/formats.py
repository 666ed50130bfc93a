"""What a report can be written as: one row a format, each loaded when it is used."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from analyzer.report.model import Report
    from analyzer.report.text import TextOptions

    Write = Callable[[Report, BinaryIO, TextOptions], None]


class Format(NamedTuple):
    """A format by its `name`, the suffixes of its files (the first is the usual one), and what
    writes it: a function of the report, a binary stream and the options."""

    name: str
    suffixes: tuple[str, ...]
    write: Write


def _text(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.text import to_text

    with io.TextIOWrapper(stream, encoding="utf-8", newline="\n") as text:
        to_text(report, text, options)


def _json(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.json_writer import to_json

    to_json(report, stream, options.show_keys)


def _jsonl(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.json_writer import to_jsonl

    to_jsonl(report, stream, options.show_keys)


def _html(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.html import to_html

    to_html(report, stream, options)


def _markdown(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.markdown.document import to_markdown

    to_markdown(report, stream, options)


def _sarif(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.sarif import to_sarif

    to_sarif(report, stream, options)


def _csv(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.findings_csv import to_csv

    to_csv(report, stream, options)


def _junit(report: Report, stream: BinaryIO, options: TextOptions) -> None:
    from analyzer.report.junit import to_junit

    to_junit(report, stream, options)


FORMATS: Final[tuple[Format, ...]] = (
    Format("text", (".txt",), _text),
    Format("json", (".json",), _json),
    Format("jsonl", (".jsonl",), _jsonl),
    Format("html", (".html", ".htm"), _html),
    Format("markdown", (".md", ".markdown"), _markdown),
    Format("sarif", (".sarif", ".sarif.json"), _sarif),
    Format("csv", (".csv",), _csv),
    Format("junit", (".xml",), _junit),
)

NAMES: Final = tuple(one.name for one in FORMATS)
SUFFIXES: Final = {suffix: one for one in FORMATS for suffix in one.suffixes}


def named(name: str) -> Format:
    """The format of that name, which is one of `NAMES`."""
    return next(one for one in FORMATS if one.name == name)


def of_path(path: str) -> Format | None:
    """The format that the suffix of a file names, whatever its case; None where it names none."""
    lower = path.lower()
    fitting = [suffix for suffix in SUFFIXES if lower.endswith(suffix)]
    return SUFFIXES[max(fitting, key=len)] if fitting else None


def suffixes() -> str:
    """The usual suffix of each, as people list them: `.txt, .json or .jsonl`."""
    *most, last = (one.suffixes[0] for one in FORMATS)
    return f"{', '.join(most)} or {last}"
