"""What all tests share: where the project is, its real captures, and tests that need tshark."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "project")

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is marked `tshark` where there is none."""
    if shutil.which("tshark"):
        return
    absent = pytest.mark.skip(reason="tshark is not installed")
    for item in items:
        if item.get_closest_marker("tshark"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of the real captures and their truth."""
    return ROOT / "samples" / "real"
