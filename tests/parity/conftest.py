"""Each Wireshark that is here, as a parameter."""

import pytest

from tests.parity.engines import ENGINES, SHARKDS, Engine


def here(wanted: Engine) -> Engine:
    """Skips where it is not."""
    reason = wanted.missing()
    if reason:
        pytest.skip(reason)
    return wanted


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each of those that run any plugin."""
    return here(request.param)


@pytest.fixture(params=(*ENGINES, *SHARKDS), ids=lambda engine: engine.name)
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """Those that show the tree of ours alone, too."""
    return here(request.param)
