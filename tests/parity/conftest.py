"""Each Wireshark that is here, as a parameter."""

import pytest

from tests.parity.engines import ENGINES, Engine


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of them that is here."""
    wanted: Engine = request.param
    reason = wanted.missing()
    if reason:
        pytest.skip(reason)
    return wanted
