"""The packets of the decryption benchmark open, every one of them."""

import pytest

from tests.benchmarks.decryption import PAIRS, opened


@pytest.mark.parametrize(("alg", "ealg"), PAIRS)
def test_every_packet_is_opened(alg: str, ealg: str) -> None:
    assert opened(alg, ealg, 50)[1] == 50
