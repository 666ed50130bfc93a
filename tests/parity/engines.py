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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

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


class Tshark:
    """A tshark of this machine, or of a Debian that is unpacked into a folder; `options` are
    further ones of its command line."""

    def __init__(self, name: str, unpacked: str = "", options: Sequence[str] = ()) -> None:
        self.name = name
        self._unpacked = unpacked
        self._options = options

    def missing(self) -> str | None:
        """See `Engine`."""
        if self._unpacked:
            return fetch.absent(self._unpacked)
        return None if shutil.which("tshark") else "tshark is not installed"

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
        with self._folder() as folder:
            inside = folder if not self._unpacked else Path("/") / folder.name
            (folder / "plugin.lua").write_text(plugin, encoding="latin-1")
            for capture in captures:
                shutil.copyfile(capture, folder / "capture")
                yield self._call(
                    inside,
                    "tshark", "-n", *wanted, "-X", f"lua_script:{inside / 'plugin.lua'}",
                    "-r", str(inside / "capture"), *shown, *self._options,
                )  # fmt: skip

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder that anybody may read, inside the unpacked Debian where there is one."""
        parent = fetch.FOLDER / self._unpacked if self._unpacked else None
        with tempfile.TemporaryDirectory(dir=parent) as name:
            os.chmod(name, 0o777)
            yield Path(name)

    def _call(self, home: Path, *command: str) -> Output:
        environment = {"HOME": str(home), "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        user: int | None = NOBODY if os.geteuid() == 0 else None
        if self._unpacked:
            root = str(fetch.FOLDER / self._unpacked)
            command = ("chroot", f"--userspec={NOBODY}:{NOBODY}", "--groups=", root, *command)
            user = None  # who changes the root is root
        done = subprocess.run(
            command, env=environment, user=user, group=user, extra_groups=() if user else None,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        errors = done.stderr.decode("utf-8", "replace")
        if done.returncode:
            errors += f"exit code {done.returncode}"
        return Output(done.stdout.decode("utf-8", "replace"), None, errors)


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
        wanted = dict(preferences)
        if esp_sa:
            wanted["esp.enable_encryption_decode"] = "TRUE"
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
