"""Wireshark in several versions, each as one call: these captures with this plugin, what came out.

As root, Wireshark from 4.2 on runs no Lua of the user and says nothing of it. So an engine always
runs as an ordinary user, and `Output.printed` holds what the plugin printed: a test asserts a line
that nothing else prints.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from tests.parity import fetch

NOBODY: Final = 65534
SECONDS: Final = 120
FIELDS: Final = "secagree"

PREFERENCES: Final = {
    "esp.enable_null_encryption_decode_heuristic": "TRUE",
    "tcp.try_heuristic_first": "TRUE",
    "udp.try_heuristic_first": "TRUE",
    "tcp.reassemble_out_of_order": "TRUE",
    "sigcomp.decomp.msg": "TRUE",
}
"""Those of the profile that `secagree keys` exports, as far as they need no keys."""


class Item(NamedTuple):
    """An item of the packet tree: its filter is `field == value` where it has a value."""

    frame: int
    filter: str
    label: str


class Output(NamedTuple):
    """What one capture gave.

    `printed` is standard output, with the summary of `-z` where the engine has taps; `items` are
    those of the tree, None of an engine that has taps. `errors` is what it complained of.
    """

    printed: str
    items: list[Item] | None
    errors: str


class Engine(Protocol):
    """One Wireshark."""

    name: str

    def missing(self) -> str | None:
        """Why it cannot be asked here, None where it can."""

    def run(
        self,
        captures: Sequence[Path],
        plugin: str,
        *,
        tap: str = "",
        preferences: Mapping[str, str] = PREFERENCES,
        esp_sa: str = "",
    ) -> Iterator[Output]:
        """The outputs for these captures, in their order; `esp_sa` is a table of keys."""


class Place:
    """Where programs are run, as an ordinary user: this machine, or a Debian that is unpacked into
    a folder."""

    def __init__(self, unpacked: str) -> None:
        self._unpacked = unpacked

    def missing(self, program: str) -> str | None:
        """Why it cannot be run here."""
        if self._unpacked:
            return fetch.absent(self._unpacked)
        return None if shutil.which(program) else f"{program} is not installed"

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A home that anybody may read, inside the unpacked Debian where there is one."""
        parent = fetch.FOLDER / self._unpacked if self._unpacked else None
        with tempfile.TemporaryDirectory(dir=parent) as name:
            os.chmod(name, 0o777)
            yield Path(name)

    def inside(self, folder: Path) -> Path:
        """The folder as a program there calls it."""
        return Path("/") / folder.name if self._unpacked else folder

    def command(self, *command: str) -> tuple[str, ...]:
        """The command that runs this one there."""
        if not self._unpacked:
            return command
        root = str(fetch.FOLDER / self._unpacked)
        return ("chroot", f"--userspec={NOBODY}:{NOBODY}", "--groups=", root, *command)

    def options(self, folder: Path) -> dict[str, Any]:
        """Those of `subprocess` that make it the user, at home in the folder."""
        home = str(self.inside(folder))
        said: dict[str, Any] = {
            "env": {"HOME": home, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        }
        if os.geteuid() == 0 and not self._unpacked:  # who changes the root is root
            said |= {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
        return said


class Tshark:
    """The tshark of such a place; `options` are further ones of its command line."""

    def __init__(self, name: str, unpacked: str = "", options: Sequence[str] = ()) -> None:
        self.name = name
        self._place = Place(unpacked)
        self._options = options

    def missing(self) -> str | None:
        """See `Engine`."""
        return self._place.missing("tshark")

    def run(
        self,
        captures: Sequence[Path],
        plugin: str,
        *,
        tap: str = "",
        preferences: Mapping[str, str] = PREFERENCES,
        esp_sa: str = "",
    ) -> Iterator[Output]:
        """See `Engine`."""
        wanted = [word for item in preferences.items() for word in ("-o", "{}:{}".format(*item))]
        for row in _rows(esp_sa):
            wanted += ["-o", "esp.enable_encryption_decode:TRUE", "-o", f"uat:esp_sa:{row}"]
        shown = ("-q", "-z", tap) if tap else ()
        with self._place.folder() as folder:
            inside = self._place.inside(folder)
            (folder / "plugin.lua").write_text(plugin, encoding="latin-1")
            for capture in captures:
                shutil.copyfile(capture, folder / "capture")
                yield self._call(
                    folder,
                    "tshark", "-n", *wanted, "-X", f"lua_script:{inside / 'plugin.lua'}",
                    "-r", str(inside / "capture"), *shown, *self._options,
                )  # fmt: skip

    def _call(self, folder: Path, *command: str) -> Output:
        done = subprocess.run(
            self._place.command(*command), **self._place.options(folder),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        errors = done.stderr.decode("utf-8", "replace")
        if done.returncode:
            errors += f"exit code {done.returncode}"
        return Output(done.stdout.decode("utf-8", "replace"), None, errors)


class Sharkd:
    """The sharkd beside such a tshark: one process reads all captures, and shows trees as the GUI
    does, from frames that were dissected before. It has no taps of Lua."""

    def __init__(self, name: str, unpacked: str = "") -> None:
        self.name = name
        self._place = Place(unpacked)

    def missing(self) -> str | None:
        """See `Engine`."""
        return self._place.missing("sharkd")

    def run(
        self,
        captures: Sequence[Path],
        plugin: str,
        *,
        tap: str = "",
        preferences: Mapping[str, str] = PREFERENCES,
        esp_sa: str = "",
    ) -> Iterator[Output]:
        """See `Engine`."""
        wanted = _decrypting(preferences, esp_sa)
        with self._place.folder() as folder:
            _write(folder / ".local/lib/wireshark/plugins/plugin.lua", plugin)
            _write(folder / ".config/wireshark/esp_sa", esp_sa)
            lines = [f"{name}: {value}\n" for name, value in wanted.items()]
            _write(folder / ".config/wireshark/preferences", "".join(lines))
            with self._started(folder) as session:
                for capture in captures:
                    shutil.copyfile(capture, folder / "capture")
                    yield session.shown(str(self._place.inside(folder) / "capture"))

    @contextmanager
    def _started(self, folder: Path) -> Iterator[_Session]:
        with subprocess.Popen(
            self._place.command("sharkd", "-"), **self._place.options(folder),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            watch = threading.Timer(SECONDS, process.kill)
            watch.start()
            try:
                yield _Session(process)
            finally:
                process.kill()
                watch.cancel()


class _Session:
    """A sharkd that waits for questions."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._loaded: list[str] = []  # what was printed before the first capture
        self._number = 0

    def shown(self, path: str) -> Output:
        """What there is of one capture."""
        printed: list[str] = []
        failed = self._ask(printed, "load", file=path).get("error")
        if self._number == 1:
            self._loaded, printed = printed, []
        items: list[Item] = []
        errors = [str(failed)] if failed else []
        if "error" in self._ask(printed, "check", filter=FIELDS):
            errors.append("the plugin registered nothing")
        count = self._ask(printed, "status")["result"]["frames"]
        for last in (False, True):  # a frame shows what is known by then: all are shown once before
            for frame in range(1, count + 1):
                answer = self._ask(printed, "frame", frame=frame, proto=True)
                if last:
                    _collect(answer["result"]["tree"], frame, items, errors)
        return Output("\n".join([*self._loaded, *printed]), items, "\n".join(errors[:3]))

    def _ask(self, printed: list[str], method: str, **wanted: Any) -> dict[str, Any]:
        self._number += 1
        question = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": wanted}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith('{"jsonrpc"'):
                answer: dict[str, Any] = json.loads(line)
                return answer
            printed.append(line.rstrip("\n"))
        raise AssertionError(f"sharkd ended at {method} {wanted}")


def _collect(
    nodes: Sequence[dict[str, Any]], frame: int, items: list[Item], errors: list[str]
) -> None:
    for node in nodes:
        if node["l"].startswith("Lua Error"):
            errors.append(f"#{frame} {node['l']}")
        if node.get("f", "").startswith(FIELDS):
            items.append(Item(frame, node["f"], node["l"]))
        _collect(node.get("n", ()), frame, items, errors)


def _decrypting(preferences: Mapping[str, str], esp_sa: str) -> dict[str, str]:
    return {**preferences, **({"esp.enable_encryption_decode": "TRUE"} if esp_sa else {})}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="latin-1")


class Wiregasm:
    """Wireshark as WebAssembly, run by Node: it has a tree, and no taps."""

    name = "wiregasm"

    def missing(self) -> str | None:
        """See `Engine`."""
        return fetch.absent("npm") or (None if shutil.which("node") else "node is not installed")

    def run(
        self,
        captures: Sequence[Path],
        plugin: str,
        *,
        tap: str = "",
        preferences: Mapping[str, str] = PREFERENCES,
        esp_sa: str = "",
    ) -> Iterator[Output]:
        """See `Engine`."""
        module = fetch.FOLDER / "npm/node_modules/@goodtools/wiregasm/dist/wiregasm.js"
        wanted = _decrypting(preferences, esp_sa)
        job = {
            "module": str(module),
            "plugins": {"plugin.lua": plugin},
            "preferences": [[*name.split(".", 1), value] for name, value in wanted.items()],
            "esp_sa": esp_sa,
            "captures": [str(capture) for capture in captures],
            "fields": FIELDS,
        }
        done = subprocess.run(
            ("node", str(Path(__file__).with_name("wiregasm.mjs"))),
            input=json.dumps(job).encode(), capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        errors = done.stderr.decode("utf-8", "replace")
        assert done.returncode == 0, errors[-2000:]
        for line in done.stdout.splitlines():
            said = json.loads(line)
            items = [Item(*item) for item in said["items"]]
            errors = said["error"] if said["known"] else "the plugin registered nothing"
            yield Output("\n".join(said["printed"]), items, errors)


def _rows(esp_sa: str) -> list[str]:
    return [row for row in esp_sa.splitlines() if row and not row.startswith("#")]


ENGINES: Final[tuple[Engine, ...]] = (
    Tshark("tshark"),
    Wiregasm(),
    Tshark("trixie", "trixie"),
    Tshark("sid", "sid"),
)
SHARKDS: Final[tuple[Engine, ...]] = (
    Sharkd("sharkd"),
    Sharkd("sharkd-trixie", "trixie"),
    Sharkd("sharkd-sid", "sid"),
)
