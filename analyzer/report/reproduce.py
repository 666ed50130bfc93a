"""The commands that show the same frames in tshark."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from analyzer.report.finding_text import frames_of
from analyzer.report.layout import WIDTH
from analyzer.report.model import Frame, KeySource
from analyzer.report.verdict import anchor
from analyzer.report.view import Case, View

_LEAD: Final = len("verify")
_INDENT: Final = 3  # of the further pieces of a command
_FRAMES: Final = 10
_CAPTURES: Final = 3
_NULL: Final = "-o esp.enable_null_encryption_decode_heuristic:TRUE"
_OPTIONS: Final = {"usim": "--usim", "esp_sa": "--keys", "xfrm": "--keys", "json": "--keys"}


class Command(NamedTuple):
    """A command in the pieces that stand on a line each, `lead` before it: how it follows on the
    one before (`verify`, `then`, `and`)."""

    lead: str
    pieces: tuple[str, ...]


def reproduce(case: Case, view: View) -> Iterator[str]:
    """The commands as lines of the text report, `verify: tshark -r FILE -O sip`."""
    for lead, (first, *rest) in commands(case, view):
        lines = [f"{lead:>{_LEAD}}: {first}", *(f"{'':{_INDENT}}{piece}" for piece in rest)]
        yield from (f"{line} \\" for line in lines[:-1])
        yield lines[-1]


def commands(case: Case, view: View) -> Iterator[Command]:
    """What shows the frames of the steps that were read.

    Where keys opened them tshark needs these keys too: the exported profile has them, but for
    AES-GMAC, which Wireshark does not know. What is printed runs as it stands, where secagree ran;
    keys themselves are never in it (`--ck CK`).
    """
    if case.exchange.coverage.synthetic:
        return  # lines of a text are no frames
    steps = [step for step in case.exchange.steps if not step.inferred]
    decrypted = any(step.protection == "esp" for step in steps)
    options = _NULL if any(step.protection == "esp-null" for step in steps) else ""
    frames = _frames(case)
    captures = sorted({frame.capture for frame in frames})
    lead, tshark = "verify", "tshark"
    if decrypted and _gmac(case):
        yield _secagree("secagree", ("--decrypted open.pcapng",), case, captures, view)
        numbers = sorted({frame.frame for frame in frames})[:_FRAMES]
        wanted = f"-Y 'frame.number in {{{_listed(numbers)}}}'"
        yield Command("then", (f"tshark -r open.pcapng -O sip {wanted}",))
        return
    if decrypted:
        words = ("--wireshark-profile install",)
        yield _secagree("secagree keys", words, case, captures, view)
        lead, tshark, options = "then", "tshark -C secagree", ""
    for capture in captures[:_CAPTURES]:
        yield Command(lead, tuple(_tshark(tshark, capture, frames, options, view)))
        lead = "and"


def display_filter(case: Case, view: View) -> list[tuple[str, str]]:
    """File and display filter of each capture that the frames of the exchange are in."""
    if case.exchange.coverage.synthetic:
        return []
    frames = _frames(case)
    found = []
    for capture in sorted({frame.capture for frame in frames})[:_CAPTURES]:
        numbers = sorted({frame.frame for frame in frames if frame.capture == capture})[:_FRAMES]
        path = view.captures[capture].path if capture < len(view.captures) else "-"
        found.append((path, f"frame.number in {{{_listed(numbers)}}}"))
    return found


def _frames(case: Case) -> set[Frame]:
    """Those of the steps that were read, and of the findings."""
    steps = [step for step in case.exchange.steps if not step.inferred]
    frames = {anchor(step) for step in steps}
    frames |= {anchor(hop) for step in steps for hop in step.hops}
    for finding in case.findings:
        frames.update(frames_of(finding))
    return frames


def _secagree(
    command: str, what: Sequence[str], case: Case, captures: list[int], view: View
) -> Command:
    """The command that gives what tshark needs, with the captures and files the keys came from."""
    held = [a.association.keys for a in case.agreements if a.association is not None]
    sources = [keys for keys in held if keys is not None]
    needed = {*captures, *(keys.frame.capture for keys in sources if keys.frame is not None)}
    words = [_short(_path(one, view), "CAPTURE") for one in sorted(needed)]
    for keys in sources:
        words += _given(keys, view)
    pieces: list[str] = []
    line, before = command, _LEAD + 2
    for word in dict.fromkeys((*words, *what)):
        if before + len(line) + len(word) + 3 > WIDTH:
            pieces.append(line)
            line, before = word, _INDENT
        else:
            line += f" {word}"
    return Command("verify", (*pieces, line))


def _short(word: str, otherwise: str) -> str:
    """What fits into a line with its backslash; else a word that stands for it."""
    return word if len(word) + 14 <= WIDTH else otherwise


def _given(keys: KeySource, view: View) -> list[str]:
    """The options that gave these keys."""
    option = _OPTIONS.get(keys.source)
    if keys.source == "option":
        return ["--ck CK --ik IK"]
    if option is None:
        return []
    paths = [path for name, path in view.given if name == option]
    if option == "--keys":
        paths = [path for path in paths if Path(path).name == keys.name] or [keys.name or "FILE"]
    return [f"{option} {_short(_word(path), 'FILE')}" for path in paths or ["FILE"]]


def _tshark(
    tshark: str, capture: int, frames: set[Frame], options: str, view: View
) -> Iterator[str]:
    numbers = sorted({frame.frame for frame in frames if frame.capture == capture})[:_FRAMES]
    path = _path(capture, view)
    head = f"{tshark} -r {path} -O sip"
    if _LEAD + 2 + len(head) + 2 <= WIDTH:
        yield head
    else:
        yield f"{tshark} -O sip"
        yield f"-r {_short(path, 'CAPTURE')}"
    if options:
        yield options
    yield f"-Y 'frame.number in {{{_listed(numbers)}}}'"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _gmac(case: Case) -> bool:
    held = [a.association for a in case.agreements if a.association is not None]
    return any(association.alg == "aes-gmac" for association in held)


def _path(capture: int, view: View) -> str:
    """The path as a shell word; `CAPTURE` where it cannot be printed as it is."""
    path = view.captures[capture].path if capture < len(view.captures) else "-"
    return "CAPTURE" if path == "-" else _word(path, "CAPTURE")


def _word(path: str, otherwise: str = "FILE") -> str:
    return shlex.quote(path) if path.isascii() and path.isprintable() else otherwise
