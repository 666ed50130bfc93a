"""The translated rooms are those of the Python that stands beside them."""

import pytest

from plugins.translate import profile
from plugins.translate.project import ROOMS, translated


@pytest.mark.slow
def test_rooms_are_fresh() -> None:
    """`make plugin` was run after the last change."""
    made = dict(translated()) | dict(profile.made())
    assert set(ROOMS.rglob("*.lua")) == set(made)
    stale = [
        str(path.relative_to(ROOMS)) for path, text in made.items() if path.read_text() != text
    ]
    assert not stale
