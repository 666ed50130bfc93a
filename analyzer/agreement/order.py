"""Where something stands in the order of a sweep: what several processes found is merged by it.

An order is a tuple of integers. It begins with the number of the packet, among all of the sweep,
because of which it came about; then a phase of what that packet set off, then what tells equals of
one phase apart. So orders depend on the captures alone, and not on how the work was shared.
"""

from typing import Final

Order = tuple[int, ...]

START: Final[Order] = (-1,)
END: Final = 1 << 62  # stands for the number of a packet behind all of them

# What the passing of time sets off before the packet itself is looked at.
OVERDUE: Final = 0  # TCP gaps given up
CLOSING: Final = 1  # runs of which nothing more is expected
PACKET: Final = 2

# What the end of the captures sets off, behind OVERDUE.
UNFINISHED: Final = 1  # TCP messages without their end
OPEN: Final = 2  # runs
ASKED: Final = 3  # requests without an answer
IN_FORCE: Final = 4  # agreements
STRAY: Final = 5  # ESP that nobody announced
