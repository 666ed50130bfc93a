"""What Wireshark lists of captures: fields of each frame, as `tshark -T fields` prints them.

A sharkd, which comes with Wireshark, reads all captures in one process; without it tshark reads
them one by one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

Rows = list[tuple[int, list[str]]]
"""Frames with the values of the fields, several values of one field joined by commas."""


def listed(
    paths: Sequence[Path], fields: Sequence[str], options: Sequence[str] = ()
) -> dict[Path, Rows]:
    """The frames of each capture; `options` are preferences that are switched on."""
    if shutil.which("sharkd"):
        return _by_sharkd(paths, fields, options)
    return {path: by_tshark(path, fields, options) for path in paths}


def by_tshark(
    path: Path, fields: Sequence[str], options: Sequence[str] = (), keys: Sequence[str] = ()
) -> Rows:
    """Those of one capture, with rows of Wireshark's table of ESP keys."""
    command = ["tshark", "-n", "-r", str(path), "-T", "fields"]
    for option in options:
        command += ["-o", f"{option}:TRUE"]
    for row in keys:
        command += ["-o", f"uat:esp_sa:{row}"]
    for field in ("frame.number", *fields):
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [(int(number), values) for number, *values in rows if number]


def _by_sharkd(
    paths: Sequence[Path], fields: Sequence[str], options: Sequence[str]
) -> dict[Path, Rows]:
    columns = {f"column{place}": f"{field}:0" for place, field in enumerate(fields)}
    asked = [("setconf", {"name": option, "value": "TRUE"}) for option in options]
    for path in paths:
        asked += [("load", {"file": str(path)}), ("frames", columns)]
    questions = "".join(
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"
        for number, (method, params) in enumerate(asked, 1)
    )
    done = subprocess.run(
        ["sharkd", "-"], input=questions, capture_output=True, text=True, check=True
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in answers] == list(range(1, len(asked) + 1))
    assert all("result" in one for one in answers)
    results = [one["result"] for one in answers[len(options) + 1 :: 2]]
    return {
        path: [(row["num"], row["c"]) for row in rows]
        for path, rows in zip(paths, results, strict=True)
    }
