"""The translated rooms in a Lua of this process, and values of both sides as comparable text."""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from plugins.translate.lua import member
from tests.plugins.lua import RUNTIMES

PLUGINS = Path(__file__).parents[2] / "plugins"

LOADER = """
local read = ...
local loaded = {}
local function import(name)
  local found = loaded[name]
  if found == nil then
    local text, path = read(name)
    found = assert((loadstring or load)(text, "@" .. path))()(import)
    loaded[name] = found
  end
  return found
end
return import
"""


def found(name: str) -> Path:
    """The file of a module of the plugin."""
    parts = name.split(".")
    for folder in (PLUGINS / "rooms", PLUGINS):
        path = folder.joinpath(*parts).with_suffix(".lua")
        if path.exists():
            return path
    raise FileNotFoundError(name)


class Lua:
    """One Lua with the plugin's modules; strings are octets on its way in and out."""

    def __init__(self, version: str, rules: bytes | None = None) -> None:
        self.runtime = RUNTIMES[version].LuaRuntime(encoding=None, unpack_returned_tuples=True)

        def read(name: bytes) -> tuple[bytes, bytes]:
            if name == b"rules.compiled" and rules is not None:
                return rules, name
            path = found(name.decode())
            return path.read_bytes(), str(path.relative_to(PLUGINS)).encode()

        self.modules = self.runtime.execute(LOADER.encode(), read)
        text = (Path(__file__).parent / "dump.lua").read_bytes()
        tables = (self._names(one) for one in (SHOWN, PRIVATE, DERIVED))
        self._dump = self.runtime.execute(text, self.modules, *tables)

    def __call__(self, name: str) -> Any:
        """A module."""
        return self.modules(name.encode())

    def list(self, *values: Any) -> Any:
        """A list of values that Lua has already, or that are text or numbers."""
        made = self.runtime.table()
        for number, value in enumerate(values, 1):
            made[number] = value.encode() if isinstance(value, str) else value
        made[b"n"] = len(values)
        return made

    def dump(self, value: Any) -> str:
        """A value of Lua as text."""
        text: bytes = self._dump(value)
        return text.decode()

    def _names(self, of: Mapping[str, tuple[str, ...]]) -> Any:
        """Names of members, by class."""
        return self.runtime.table_from(
            {name.encode(): self.list(*map(member, members)) for name, members in of.items()}
        )


SHOWN: dict[str, tuple[str, ...]] = {
    "Finding": (
        *("rule", "name", "severity", "class_", "effect", "party", "title", "frame"),
        *(
            "frames",
            "spec",
            "grade",
            "clause",
            "means",
            "cause",
            "fix",
            "explains",
            "detail",
            "exchange",
        ),
        *("agreement", "role", "peer", "expected", "seen", "parameter", "lowered_by"),
        *("count", "again", "exchanges", "order"),
    ),
    "SipMessage": (
        *("frame", "frames", "time", "src", "dst", "sport", "dport", "protection", "spi", "code"),
        *("method", "call_id", "cseq", "cseq_method", "branch", "branches", "sent_by", "defects"),
        *("truncated", "retransmissions", "body_start", "body_end", "from_uri", "from_tag"),
        *("to_uri", "to_tag", "contact", "expires", "sightings", "challenges", "credentials"),
    ),
    "Access": ("ue", "first_hop", "sealed", "cut", "demands", "spoken", "esp_interfaces"),
    "Standing": ("applied", "earlier", "spoken", "agreement", "challenged", "tls_port"),
    "Exchange": (
        *("number", "born", "order", "access", "call_id", "method", "begun", "last_time"),
        *("end_time", "state", "round", "steps", "dropped", "octets", "pending", "association"),
        *("under", "granted", "standing", "evidence", "far", "later", "orphans", "used", "keys"),
        *("refused", "superseded_by", "closed", "deregistration", "start_seen", "previous"),
        "verdict",
    ),
    "Association": (
        *("number", "client", "server", "announced_time", "established_time", "until"),
        *("first_until", "granted", "rekeyed", "left", "echoed", "unechoed", "unechoed_frames"),
        *("state", "announced_at", "rows", "exchange_number", "call_id", "flows", "sas", "alg"),
        *("ealg", "nonce", "impi"),
    ),
    "Place": (
        *("message", "role", "leg", "from_client", "protection", "sa", "life", "enclosed"),
        *("tls_port", "client", "server", "verify", "against", "comparison"),
    ),
    "Flow": (
        *("announced", "direction", "dst", "first_seq", "first_time", "frames", "last_seq"),
        *("last_time", "late", "moved", "moved_frames", "moved_to", "name", "null_unagreed"),
        *("opened", "packets", "peak", "ports", "provisional", "restarted", "spi", "src", "tried"),
        *("unanswered", "unanswered_frames"),
    ),
}
"""What is compared of objects that have no fields of their own."""

PRIVATE = {"MechanismList": ("form",), "Mechanism": ("written",)}
"""Fields that are not compared: they say how a value was come by, which what was read before it
decides, and what Lua has not."""

DERIVED = {"Mechanism": ("params",)}
"""What is compared of structs beside their fields."""


def dump(value: Any) -> str:
    """The same of a value of Python; an object is written once, then named."""
    return Dump().text(value)


class Dump:
    """One value as text."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._met: dict[int, str] = {}

    def text(self, value: Any) -> str:
        """All of it."""
        self._write(value, "")
        return "".join(self._out)

    def _write(self, value: Any, indent: str) -> None:
        inner = indent + " "
        out = self._out
        if value is None or isinstance(value, bool):
            out.append({None: "nil", True: "true", False: "false"}[value])
        elif isinstance(value, Enum):
            self._write(value.value, indent)
        elif isinstance(value, int):
            out.append(str(value))
        elif isinstance(value, (str, bytes)):
            out.append(quoted(value))
        elif isinstance(value, (set, frozenset)):
            out.append("set(" + ", ".join(sorted(dump(one) for one in value)) + ")")
        elif isinstance(value, Mapping):
            out.append("{")
            for key, one in value.items():
                out.append(f"\n{inner}{dump(key)}: ")
                self._write(one, inner)
            out.append("}")
        elif type(value).__name__ in SHOWN and not is_model(value):
            self._object(value, inner)
        elif (names := fields(value)) is not None:
            of = type(value).__name__
            out.append(of)
            private = PRIVATE.get(of, ())
            shown = [name for name in names if name not in private]
            self._members(value, [*shown, *DERIVED.get(of, ())], inner)
        elif isinstance(value, (list, tuple, deque)):
            out.append("[")
            for one in value:
                out.append(f"\n{inner}")
                self._write(one, inner)
            out.append("]")
        else:
            out.append(f"<{type(value).__name__}>")

    def _object(self, value: Any, inner: str) -> None:
        known = self._met.get(id(value))
        if known is None:
            name = type(value).__name__
            self._met[id(value)] = known = f"{name} #{len(self._met) + 1}"
            self._out.append(known)
            self._members(value, SHOWN[name], inner)
        else:
            self._out.append(f"<{known}>")

    def _members(self, value: Any, names: Iterable[str], inner: str) -> None:
        for name in names:
            one = getattr(value, name)
            if one is not None:
                self._out.append(f"\n{inner}{name} = ")
                self._write(one, inner)


def is_model(value: Any) -> bool:
    """Whether it is of the report: its exchange is called as that of the agreement."""
    return type(value).__module__ == "analyzer.report.model"


def fields(value: Any) -> tuple[str, ...] | None:
    """The fields of a struct, None where it is none."""
    of = type(value)
    found = getattr(of, "__struct_fields__", None) or getattr(of, "_fields", None)
    if found is None and hasattr(of, "__dataclass_fields__"):
        found = tuple(of.__dataclass_fields__)
    return found


def quoted(value: str | bytes) -> str:
    """A text as its octets."""
    octets = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return (
        '"'
        + "".join(
            chr(octet) if 0x20 <= octet < 0x7F and octet not in b'"\\' else f"\\{octet:03d}"
            for octet in octets
        )
        + '"'
    )
