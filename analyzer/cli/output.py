"""Where reports go: standard output or files, each in the format its suffix names."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import click

from analyzer.report.json_writer import to_json, to_jsonl
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text
from analyzer.wireshark.files import open_private

_SUFFIXES: Final = {".txt": "text", ".json": "json", ".jsonl": "jsonl"}


def format_of(path: str, default: str | None) -> str:
    """The format of an output file. Raises UsageError where neither suffix nor option names one."""
    suffix = Path(path).suffix.lower()
    chosen = _SUFFIXES.get(suffix, default)
    if chosen is None:
        known = ", ".join(_SUFFIXES)
        raise click.UsageError(f"-o {path}: give a suffix ({known}) or --format")
    return chosen


def write_file(report: Report, path: str, form: str, options: TextOptions) -> None:
    """Write one file, its owner's alone where it shows keys. Raises UsageError where that fails."""
    try:
        with open_private(Path(path)) if options.show_keys else Path(path).open("wb") as stream:
            _write(report, stream, form, replace(options, colour=False, ascii_only=True))
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from error


def write_stdout(report: Report, form: str, options: TextOptions) -> None:
    """Write to standard output; a reader that has gone away ends the writing, nothing else."""
    try:
        if form == "text":
            to_text(report, sys.stdout, options)
        else:
            _write(report, sys.stdout.buffer, form, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # what is buffered still would raise again when the interpreter shuts down
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def echo(text: str) -> None:
    """One line to standard output, at once; nothing where its reader has gone away."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def text_options(zone: tzinfo, threshold: frozenset[str], **more: Any) -> TextOptions:
    """How standard output wants its text."""
    return TextOptions(
        zone=zone,
        threshold=threshold,
        ascii_only=not speaks_utf8(sys.stdout),
        colour=wants_colour(sys.stdout),
        **more,
    )


def speaks_utf8(stream: TextIO) -> bool:
    """Whether it is a terminal that says UTF-8; everything else gets ASCII."""
    encoding = (stream.encoding or "").lower().replace("-", "")
    return stream.isatty() and encoding == "utf8"


def wants_colour(stream: TextIO) -> bool:
    """Colour on a terminal, unless NO_COLOR is set or the terminal is dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write(report: Report, stream: BinaryIO, form: str, options: TextOptions) -> None:
    if form == "json":
        to_json(report, stream, options.show_keys)
    elif form == "jsonl":
        to_jsonl(report, stream, options.show_keys)
    else:
        with io.TextIOWrapper(stream, encoding="utf-8", newline="\n") as text:
            to_text(report, text, options)
