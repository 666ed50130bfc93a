"""The command that shows the same frames in tshark."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from analyzer.report.finding_text import frames_of
from analyzer.report.layout import WIDTH
from analyzer.report.model import Frame
from analyzer.report.verdict import anchor
from analyzer.report.view import Case, View

_FRAMES: Final = 10
_CAPTURES: Final = 3
_NULL: Final = "-o esp.enable_null_encryption_decode_heuristic:TRUE"
_WITH_KEYS: Final = "verify: secagree keys ... --wireshark-profile install, then"
_WITHOUT_WIRESHARK: Final = "verify: secagree ... --decrypted open.pcapng, then"


def reproduce(case: Case, view: View) -> Iterator[str]:
    """`verify: tshark -r FILE -O sip` with the frames of the steps that were read.

    Where keys opened them tshark needs these keys too: the exported profile has them, but for
    AES-GMAC, which Wireshark does not know.
    """
    if case.exchange.coverage.synthetic:
        return  # lines of a text are no frames
    steps = [step for step in case.exchange.steps if not step.inferred]
    decrypted = any(step.protection == "esp" for step in steps)
    options = _NULL if any(step.protection == "esp-null" for step in steps) else ""
    frames = {anchor(step) for step in steps}
    frames |= {anchor(hop) for step in steps for hop in step.hops}
    for finding in case.findings:
        frames.update(frames_of(finding))
    captures = sorted({frame.capture for frame in frames})
    lead = "verify: tshark"
    if decrypted and _gmac(case):
        yield _WITHOUT_WIRESHARK
        numbers = sorted({frame.frame for frame in frames})[:_FRAMES]
        yield f" tshark -r open.pcapng -O sip -Y 'frame.number in {{{_listed(numbers)}}}'"
        return
    if decrypted:
        yield _WITH_KEYS
        lead, options = " tshark -C secagree", ""
    for capture in captures[:_CAPTURES]:
        yield from _command(lead, capture, frames, options, view)
        lead = " tshark -C secagree" if decrypted else "   and: tshark"


def _command(
    lead: str, capture: int, frames: set[Frame], options: str, view: View
) -> Iterator[str]:
    numbers = sorted({frame.frame for frame in frames if frame.capture == capture})[:_FRAMES]
    wanted = _listed(numbers)
    path = _path(capture, view)
    head = f"{lead} -r {path} -O sip"
    if len(head) + 2 <= WIDTH:
        yield f"{head} \\"
    else:
        yield f"{lead} -O sip \\"
        long = len(path) + 8 > WIDTH
        yield f"   -r {'CAPTURE' if long else path} \\"
    if options:
        yield f"   {options} \\"
    yield f"   -Y 'frame.number in {{{wanted}}}'"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _gmac(case: Case) -> bool:
    held = [a.association for a in case.agreements if a.association is not None]
    return any(association.alg == "aes-gmac" for association in held)


def _path(capture: int, view: View) -> str:
    """The path as a shell word; `CAPTURE` where it cannot be printed as it is."""
    path = view.captures[capture].path if capture < len(view.captures) else "-"
    if path == "-" or not (path.isascii() and path.isprintable()):
        return "CAPTURE"
    return shlex.quote(path)
