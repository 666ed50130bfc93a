"""`docs/report.svg`: what a terminal shows of one real capture, drawn as it was written.

`make docs` runs it; `tests/project/test_docs.py` fails where the report reads otherwise by now.
"""

import io
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from analyzer import analyze
from analyzer.report.layout import WIDTH
from analyzer.report.text import TextOptions, to_text

TARGET: Final = Path(__file__).with_name("report.svg")
FOLDER: Final = Path(__file__).parents[1] / "samples" / "real"
CAPTURE: Final = "03_udp_3des_md5_gm.pcap"

CELL: Final = (8.4, 18)  # pixels of one character and of one line
MARGIN: Final = 16
BAR: Final = 28
BACK, INK, DIM, ALARM = "#16181d", "#d7dae0", "#8b919c", "#ff6b68"


def picture() -> str:
    """The whole file."""
    lines = [f"$ secagree {CAPTURE}", "", *report()]
    width = round(WIDTH * CELL[0]) + 2 * MARGIN
    height = len(lines) * CELL[1] + BAR + 2 * MARGIN
    return "\n".join([*_frame(width, height), *_text(lines), "</svg>"]) + "\n"


def report() -> list[str]:
    """The lines of the report, as they go to a file."""
    stream = io.StringIO()
    with chdir(FOLDER):
        to_text(analyze([CAPTURE]), stream, TextOptions())
    return stream.getvalue().splitlines()


def _frame(width: int, height: int) -> Iterator[str]:
    size = f'width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size}>'
    yield f"<title>secagree {CAPTURE}</title>"
    yield f'<rect {size} rx="8" fill="{BACK}"/>'
    for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{20 + 20 * place}" cy="18" r="6" fill="{colour}"/>'
    yield (
        "<g font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" "
        f'font-size="14" fill="{INK}" xml:space="preserve">'
    )


def _text(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if line:
            x, y = MARGIN, BAR + MARGIN + number * CELL[1] + 12
            length = f'textLength="{len(line) * CELL[0]:.1f}"'
            yield f'<text x="{x}" y="{y}" {length}{_colour(line)}>{escape(line)}</text>'
    yield "</g>"


def _colour(line: str) -> str:
    if line.startswith("NOT REGISTERED"):
        return f' fill="{ALARM}"'
    return f' fill="{DIM}"' if line.startswith("$") else ""


if __name__ == "__main__":
    TARGET.write_text(picture(), encoding="utf-8")
