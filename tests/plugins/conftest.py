"""The translated rooms in the oldest and the newest Lua that Wireshark has."""

import pytest

from tests.plugins.lua import RUNTIMES
from tests.plugins.translated import Lua


@pytest.fixture(params=list(RUNTIMES), scope="session")
def rooms(request: pytest.FixtureRequest) -> Lua:
    """Modules without state: shared by all tests."""
    return Lua(request.param)
