"""What the translator does not know, it refuses: with the place, and what stands there."""


class Unknown(Exception):
    """A construct that has no translation yet."""
