"""The JSON report (one document) and its `jsonl` form, written as the report streams by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import msgspec

from analyzer.report.escape import changed, mask, whole_text
from analyzer.report.model import SCHEMA, Report

_ENCODER: Final = msgspec.json.Encoder()
_BATCH: Final = 256  # objects encoded between two writes
_UNSEEN: Final = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2[\x80\x81]|\xef\xbb\xbf")
_DRIVING: Final = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_KEY_HINTS: Final = (b"k=", b"K=", b" =", b"\\t=", b"\\n=")  # `ck` or `ik` may stand there


def to_json(report: Report, stream: BinaryIO, show_keys: bool = False) -> None:
    """Write the document of the contract, one object a line, never holding more than a batch."""
    stream.write(b'{"schema":' + _encode(SCHEMA))
    stream.write(b',\n"tool":' + _encode(report.tool))
    for name, items in _lists(report):
        stream.write(b',\n"' + name + b'":[')
        lead = b"\n"
        for batch in _batches(items, show_keys):
            stream.write(lead + b",\n".join(batch))
            lead = b",\n"
        stream.write(b"]")
    stream.write(b',\n"summary":' + _encode(report.summary) + b"}\n")


def to_jsonl(report: Report, stream: BinaryIO, show_keys: bool = False) -> None:
    """Write the same objects one a line, each behind its kind: `{"exchange": {...}}`.

    The first line is `{"schema", "tool"}`, the last one `{"summary"}`.
    """
    stream.write(_encode({"schema": SCHEMA, "tool": report.tool}) + b"\n")
    for name, items in _lists(report):
        lead = b'{"' + name[:-1] + b'":'
        stream.writelines(
            lead + line + b"}\n" for batch in _batches(items, show_keys) for line in batch
        )
    stream.write(_encode({"summary": report.summary}) + b"\n")


def _lists(report: Report) -> Iterator[tuple[bytes, Iterable[msgspec.Struct]]]:
    yield b"captures", report.captures
    yield b"exchanges", report.exchanges
    yield b"agreements", report.agreements
    yield b"findings", report.findings
    if report.signals:
        yield b"signals", report.signals
    if report.core_registrations:
        yield b"core_registrations", report.core_registrations


def _encode(value: Any, show_keys: bool = False) -> bytes:
    """One object, keys masked unless they are to be shown.

    Octets that were no UTF-8 (lone surrogates) cannot stand in JSON; they become `\\xNN`.
    """
    try:
        data = _ENCODER.encode(value)
    except UnicodeEncodeError:
        data = _ENCODER.encode(changed(value, whole_text))
    if not show_keys and may_hold_keys(data):
        data = _ENCODER.encode(changed(value, lambda text: mask(whole_text(text))))
    return data if _UNSEEN.search(data) is None else written_out(data)


def may_hold_keys(data: bytes) -> bool:
    """Whether `ck` or `ik` with a value may stand in this JSON."""
    return any(hint in data for hint in _KEY_HINTS)


def written_out(data: bytes) -> bytes:
    """The same JSON with what drives a terminal, or turns its text around, as `\\uNNNN`."""
    text = data.decode("utf-8")
    return _DRIVING.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode("utf-8")


def _batches(items: Iterable[msgspec.Struct], show_keys: bool) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for item in items:
        batch.append(_encode(item, show_keys))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
