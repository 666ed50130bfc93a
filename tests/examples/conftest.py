"""The translated rooms, as the tests of the plugin have them."""

from tests.plugins.conftest import rooms

__all__ = ["rooms"]
