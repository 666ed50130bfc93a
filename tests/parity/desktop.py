"""Wireshark's windows on a screen of their own (Xvfb), driven by keys, as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.parity.engines import NOBODY

TOOLS: Final = ("wireshark", "Xvfb", "xdotool", "import")
SIZE: Final = (1500, 920)
PATIENCE: Final = 40.0  # seconds until what is waited for has to be there
STEP: Final = 0.1
BUTTON: Final = (90, 24)  # width of a button with its gap; its middle above the window's end


def missing() -> str | None:
    """Why there is no desktop here, None where there is."""
    lacking = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"{', '.join(lacking)} not installed" if lacking else None


class Desktop:
    """A screen, and a home folder with what Wireshark loads from there."""

    def __init__(self, home: Path, display: str) -> None:
        self.home = home
        self._environment = {
            "HOME": str(home), "DISPLAY": display, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(home / "run"), "QT_QPA_PLATFORM": "xcb",
        }  # fmt: skip

    def run(self, *command: str) -> str:
        """What a command says; as that user, on that screen."""
        done = subprocess.run(
            command, env=self._environment, user=_user(), group=_user(), cwd=self.home,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, text=True, check=False,
        )  # fmt: skip
        return done.stdout

    @contextmanager
    def wireshark(self, capture: Path, *options: str) -> Iterator[None]:
        """Wireshark with this capture open; what it complains of is `complaints`."""
        shutil.copyfile(capture, self.home / capture.name)
        with self._running(capture.name, *options, "-r", capture.name):
            yield

    @contextmanager
    def capturing(self, *options: str) -> Iterator[Path]:
        """Wireshark that captures from a pipe, which is given: see `Feed`."""
        pipe = self.home / "pipe"
        os.mkfifo(pipe)
        pipe.chmod(0o666)
        try:
            with self._running("Wireshark", *options, "-k", "-i", str(pipe)):
                yield pipe
        finally:
            with suppress(OSError):  # what still waits for somebody to write ends
                os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))

    @contextmanager
    def _running(self, title: str, *options: str) -> Iterator[None]:
        with (self.home / "complaints").open("wb") as complaints:
            running = subprocess.Popen(
                ("wireshark", *options), env=self._environment, user=_user(),
                group=_user(), cwd=self.home, stdin=subprocess.DEVNULL,
                stdout=complaints, stderr=complaints,
            )  # fmt: skip
            try:
                self.focus(title)
                yield
            finally:
                running.terminate()
                running.wait(PATIENCE)

    @property
    def complaints(self) -> str:
        """What Wireshark and its plugins wrote to the terminal."""
        return (self.home / "complaints").read_text(errors="replace")

    def windows(self) -> list[str]:
        """Titles of what is on the screen."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", ".+").split()
        return [self.run("xdotool", "getwindowname", one).strip() for one in found]

    def focus(self, title: str) -> str:
        """Wait for the window with this in its title, and type into it from now on."""

        def look() -> str:
            found = self.run("xdotool", "search", "--onlyvisible", "--name", title).split()
            return found[-1] if found else ""

        window = self.wait(look, f"a window called {title}")
        self.run("xdotool", "windowfocus", "--sync", window)
        return window

    def wait(self, look: Callable[[], str], what: str) -> str:
        """Ask until there is an answer."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = look()
            if found:
                return found
            time.sleep(STEP)
        raise AssertionError(f"{what} did not come; there are {self.windows()}\n{self.complaints}")

    def keys(self, *names: str) -> None:
        """Press keys one after another."""
        for name in names:
            self.run("xdotool", "key", name)
            time.sleep(STEP)

    def point(self, x: int, y: int) -> None:
        """Move the mouse."""
        self.run("xdotool", "mousemove", str(x), str(y))

    def click(self, x: int, y: int) -> None:
        """Move the mouse and press its button."""
        self.point(x, y)
        self.run("xdotool", "click", "1")
        time.sleep(STEP)

    def button(self, title: str, place: int) -> None:
        """Press the button of a plugin's window that is so many from the right; quickly."""
        search = ("xdotool", "search", "--onlyvisible", "--name", title)
        shape = self.run(*search, "getwindowgeometry", "--shell")
        at = {name: int(value) for name, value in (row.split("=") for row in shape.split())}
        right, bottom = at["X"] + at["WIDTH"], at["Y"] + at["HEIGHT"]
        x, y = right - BUTTON[0] * place + BUTTON[0] // 2, bottom - BUTTON[1]
        self.run("xdotool", "mousemove", str(x), str(y), "click", "1")

    def place(self, window: str, x: int, y: int, width: int, height: int) -> None:
        """Move and size a window."""
        self.run("xdotool", "windowsize", "--sync", window, str(width), str(height))
        self.run("xdotool", "windowmove", window, str(x), str(y))

    def picture(self, path: Path) -> None:
        """The screen as it is once all is drawn, as a PNG."""
        time.sleep(10 * STEP)
        self.run("import", "-window", "root", "screen.png")
        shutil.copyfile(self.home / "screen.png", path)


@contextmanager
def desktop(prepare: Callable[[Path], None], profile: dict[str, str]) -> Iterator[Desktop]:
    """A fresh screen and home. `prepare` puts into the home what is to be there; `profile` are
    files of Wireshark's personal configuration."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        configuration = home / ".config" / "wireshark"
        configuration.mkdir(parents=True)
        for file, text in profile.items():
            (configuration / file).write_text(text, encoding="utf-8")
        (home / "run").mkdir(mode=0o700)
        prepare(home)
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        with _screen() as display:
            yield Desktop(home, display)


@contextmanager
def _screen() -> Iterator[str]:
    """An X server of its own, whose number it chooses itself."""
    reading, writing = os.pipe()
    size = "{}x{}x24".format(*SIZE)
    server = subprocess.Popen(
        ("Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-ac"),
        pass_fds=(writing,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _user() -> int | None:
    return NOBODY if os.geteuid() == 0 else None
