"""Wireshark with the plugin on a registration that failed, on a screen of its own.

`python -m tests.parity.window docs/wireshark.png` takes the picture of the README.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from analyzer.wireshark import profile
from tests.captures import SAMPLES
from tests.parity.desktop import Desktop, desktop

CAPTURE: Final = SAMPLES / "pcaps" / "ver_05_fires.pcap"
FRAME: Final = 3  # the REGISTER whose Security-Verify was changed
SIZE: Final = (1500, 920)

# Tools, its last entry, which is ours, and in it by the order of letters
MENU: Final = ("alt+t", "Up", "Right")
EXCHANGES: Final = (*MENU, "Return")
FINDINGS: Final = (*MENU, "Down", "Return")
TIMELINE: Final = (*MENU, "Down", "Down", "Return")
KEYS: Final = (*MENU, "Down", "Down", "Down", "Return")

DRAWN: Final = "<drawn>"  # on the terminal: Wireshark told its statistics of frames
PROBE: Final = ("-X", "lua_script:probe.lua")

_RECENT: Final = "".join(
    f"gui.geometry_main_{name}: {value}\n"
    for name, value in {
        "x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1], "upper_pane": 170,
    }.items()
)  # fmt: skip
_LAYOUT: Final = "gui.layout_content_3: NONE\n"  # no octets
_ITEM: Final = (200, 377)  # of the plugin in the tree
_ASIDE: Final = (800, 410, 690, 480)  # where the timeline is put
_NOWHERE: Final = (1490, 10)


def installed(home: Path) -> None:
    """`secagree plugin --install`, for the user of this home."""
    done = subprocess.run(
        (sys.executable, "-m", "analyzer.cli", "plugin", "--install"),
        env=os.environ | {"HOME": str(home)}, cwd=SAMPLES.parent, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# On the terminal: what the windows say, with their titles, and that statistics were drawn.
_PROBE: Final = """
local real = TextWindow.new
_G.TextWindow = { new = function(title)
    local window, methods = real(title), {}
    local function call(_, name)
        return function(_, ...)
            if name == "set" then io.stderr:write("<", title, ">\\n", ..., "</", title, ">\\n") end
            return window[name](window, ...)
        end
    end
    return setmetatable(methods, { __index = call })
end }
local drawn = Listener.new("frame")
function drawn.draw() io.stderr:write("<drawn>\\n") end
"""


def said(screen: Desktop, title: str) -> list[str]:
    """All that a window of this title said, the newest last."""
    pattern = f"<SEC-AGREE {title}>\n(.*?)</SEC-AGREE {title}>"
    return re.findall(pattern, screen.complaints, re.DOTALL)


def failures(screen: Desktop) -> str:
    """What the terminal says of Lua, beside what the windows say: nothing, where nothing failed."""
    beside = re.sub(r"<(SEC-AGREE [^>]*)>\n.*?</\1>", "", screen.complaints, flags=re.DOTALL)
    return "\n".join(row for row in beside.splitlines() if "lua" in row.lower())


def told(screen: Desktop, title: str, *words: str) -> str:
    """Wait until a window says all of this; what it says."""

    def look() -> str:
        newest = (said(screen, title) or [""])[-1]
        return newest if all(word in newest for word in words) else ""

    return screen.wait(look, f"{title} with {words}")


@contextmanager
def prepared(preferences: str = "") -> Iterator[Desktop]:
    """A screen where Wireshark has the plugin, the profile of `secagree keys`, and `PROBE`."""
    settings = profile.files(()) | {"recent": _RECENT, "recent_common": _RECENT}
    settings["preferences"] += _LAYOUT + preferences

    def prepare(home: Path) -> None:
        installed(home)
        (home / "probe.lua").write_text(_PROBE)

    with desktop(prepare, settings) as screen:
        yield screen


@contextmanager
def opened(capture: Path = CAPTURE, frame: int = FRAME, preferences: str = "") -> Iterator[Desktop]:
    """Wireshark with this frame of a capture selected."""
    with prepared(preferences) as screen, screen.wireshark(capture, *PROBE, "-g", str(frame)):
        yield screen


def main(arguments: list[str]) -> None:
    """Take the picture: the failing step in the tree, and its timeline."""
    (path,) = arguments
    with opened() as screen:
        screen.click(*_ITEM)
        screen.keys("shift+Right", *TIMELINE)
        screen.place(screen.focus("SEC-AGREE timeline"), *_ASIDE)
        screen.point(*_NOWHERE)
        screen.picture(Path(path))


if __name__ == "__main__":
    main(sys.argv[1:])
