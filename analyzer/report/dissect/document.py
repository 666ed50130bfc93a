"""Frames taken apart, as JSON (`docs/formats.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from analyzer.report.dissect.frame import Dissection, Source, shown_octets
from analyzer.report.escape import changed, mask, whole_text
from analyzer.report.json_writer import written_out
from analyzer.report.model import Tool
from analyzer.report.show.frame import Fact

SCHEMA: Final = "secagree-dissect/1"


def head(tool: Tool) -> dict[str, Any]:
    """What the document begins with."""
    return {"schema": SCHEMA, "tool": msgspec.to_builtins(tool)}


def described(
    found: Dissection,
    path: str,
    time: str,
    facts: Sequence[Fact],
    findings: Sequence[str],
    show_keys: bool,
) -> dict[str, Any]:
    """One frame, and the ids of the findings that name it. Octets are hexadecimal, `**` in place of
    each that is hidden."""

    def safe(text: str) -> str:
        return whole_text(text) if show_keys else mask(whole_text(text))

    return {
        "capture": found.frame.capture,
        "frame": found.frame.frame,
        "path": safe(path),
        "time": time,
        "sources": [_source(one, safe) for one in found.sources],
        **({"parts": msgspec.to_builtins(found.parts)} if found.parts else {}),
        "findings": list(findings),
        "analysis": [{"name": name, "text": safe(text)} for name, text in facts],
    }


def _source(source: Source, safe: Any) -> dict[str, Any]:
    octets = "".join("**" if octet is None else f"{octet:02x}" for octet in shown_octets(source))
    return {
        "name": source.name,
        "length": len(source.octets),
        "octets": octets,
        **({"frames": msgspec.to_builtins(source.frames)} if source.frames else {}),
        **({"hidden": [list(span) for span in source.hidden]} if source.hidden else {}),
        "fields": msgspec.to_builtins(changed(source.fields, safe)),
    }


def encoded(document: dict[str, Any]) -> bytes:
    """The document, indented, with nothing in it that drives a terminal."""
    return written_out(msgspec.json.format(msgspec.json.encode(document), indent=1)) + b"\n"
