"""The rooms import each other in one direction, as the contracts in pyproject.toml say."""

import subprocess
import sys
from pathlib import Path


def test_import_contracts_hold(project: Path) -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_is_in_the_contracts(project: Path) -> None:
    text = (project / "pyproject.toml").read_text()
    contracts = text[text.index("[tool.importlinter]") :]
    rooms = {
        entry.stem
        for entry in (project / "analyzer").iterdir()
        if (entry.is_dir() or entry.suffix == ".py") and not entry.name.startswith((".", "_"))
    }
    assert {room for room in rooms if f"analyzer.{room}" not in contracts} == set()
