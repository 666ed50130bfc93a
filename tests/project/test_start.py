"""What an analysis loads: nothing that is slow to import, nothing that it does not use."""

import re
import subprocess
import sys
from pathlib import Path

HEAVY = {"cryptography", "jinja2", "pyshark", "rich", "scapy"}


def test_an_analysis_imports_nothing_heavy(project: Path, real: Path) -> None:
    capture = real / "02_udp_null_md5_gm.pcap"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "analyzer.cli", str(capture)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = set(re.findall(r"^import time:.*\|\s+(\w+)", done.stderr, re.MULTILINE))
    assert "analyzer" in loaded
    assert loaded & HEAVY == set()
