"""Where reports go: standard output or files, each in the format its suffix names."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any, TextIO

import click

from analyzer.report import formats
from analyzer.report.model import Report
from analyzer.report.text import TextOptions, to_text
from analyzer.wireshark.files import open_private


def format_of(path: str, default: str | None) -> str:
    """The format of an output file. Raises UsageError where neither suffix nor option names one."""
    chosen = formats.of_path(path)
    if chosen is not None:
        return chosen.name
    if default is None:
        raise click.UsageError(f"-o {path}: give a suffix ({formats.suffixes()}) or --format")
    return default


def write_file(report: Report, path: str, form: str, options: TextOptions) -> None:
    """Write one file, its owner's alone where it shows keys. Raises UsageError where that fails."""
    try:
        with open_private(Path(path)) if options.show_keys else Path(path).open("wb") as stream:
            plain = replace(options, colour=False, ascii_only=True)
            formats.named(form).write(report, stream, plain)
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror}") from error


def write_stdout(report: Report, form: str, options: TextOptions) -> None:
    """Write to standard output; a reader that has gone away ends the writing, nothing else."""
    try:
        if form == "text":
            to_text(report, sys.stdout, options)
        else:
            formats.named(form).write(report, sys.stdout.buffer, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # what is buffered still would raise again when the interpreter shuts down
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def write_octets(data: bytes) -> None:
    """Write to standard output; nothing where its reader has gone away."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
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
