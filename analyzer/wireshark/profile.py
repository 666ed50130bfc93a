"""A Wireshark configuration profile: settings, keys, columns, colours and buttons in one folder.

`tshark -C secagree` and the profile menu of the GUI load it from `profiles/secagree` in the
personal configuration folder. The columns are those of the plugin and empty without it; colours
and buttons use fields of Wireshark alone: a filter it cannot compile is an error at every start.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from analyzer.wireshark.esp_sa import esp_sa
from analyzer.wireshark.files import write_private
from analyzer.wireshark.sa_keys import SaKeys

NAME: Final = "secagree"

_PREFERENCES: Final = (
    ("esp.enable_encryption_decode", "TRUE"),
    ("esp.enable_authentication_check", "TRUE"),
    ("esp.enable_null_encryption_decode_heuristic", "TRUE"),
    # SIP on the ports of an agreement belongs to no dissector of a port
    ("tcp.try_heuristic_first", "TRUE"),
    ("udp.try_heuristic_first", "TRUE"),
    ("tcp.reassemble_out_of_order", "TRUE"),
    ("sigcomp.decomp.msg", "TRUE"),
)

# title, what Wireshark puts there
_COLUMNS: Final = (
    ("No.", "%m"),
    ("Time", "%t"),
    ("Ex", "%Cus:secagree.exchange:0:R"),
    ("Role", "%Cus:secagree.role:0:R"),
    ("Prot", "%Cus:secagree.protection:0:R"),
    ("Leg", "%Cus:secagree.leg:0:R"),
    ("Alarm", "%Cus:secagree.alarm:0:R"),
    ("Source", "%s"),
    ("Destination", "%d"),
    ("Protocol", "%p"),
    ("Length", "%L"),
    ("Info", "%i"),
)

# name, filter, background, foreground (16 bit for each colour); the first that fits counts
_COLOURS: Final = (
    ("ESP, wrong keys", "esp.icv_bad == 1", (65535, 44000, 44000), (0, 0, 0)),
    ("SIP, refused", "sip.Status-Code >= 400 && !(sip.Status-Code in {401, 494})",
     (65535, 50000, 50000), (0, 0, 0)),
    ("Security-Verify", "sip.Security-Verify", (52000, 65535, 52000), (0, 0, 0)),
    ("Security-Server", "sip.Security-Server", (65535, 62000, 47000), (0, 0, 0)),
    ("Security-Client", "sip.Security-Client", (52000, 60000, 65535), (0, 0, 0)),
    ("SIP in ESP", "esp && sip", (58000, 65535, 58000), (0, 0, 0)),
    ("ESP, not read", "esp && !sip && !tcp && !udp", (55000, 55000, 55000), (20000, 20000, 20000)),
)  # fmt: skip

_BUTTONS: Final = (
    ("REGISTER", 'sip.CSeq.method == "REGISTER"', "Registrations and their answers"),
    ("sec-agree", "sip.Security-Client || sip.Security-Server || sip.Security-Verify",
     "Messages with a list of security mechanisms"),
    ("ESP", "esp", "Protected packets"),
    ("not read", "esp && !sip && !tcp && !udp", "ESP that no key opened"),
    ("refused", "sip.Status-Code >= 400", "Final answers that are no success"),
)  # fmt: skip


def files(rows: Sequence[SaKeys]) -> dict[str, str]:
    """The files of the profile by name."""
    return {
        "preferences": _preferences(),
        "esp_sa": esp_sa(rows),
        "colorfilters": _colours(),
        "dfilter_buttons": _buttons(),
    }


def write(folder: Path, rows: Sequence[SaKeys]) -> None:
    """Write the profile into this folder, which is made where it is missing. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files(rows).items():
        write_private(folder / name, text)


def personal_folder() -> Path:
    """Where Wireshark keeps the profiles of this user (User's Guide, appendix B)."""
    given = os.environ.get("WIRESHARK_CONFIG_DIR")
    if given:
        return Path(given) / "profiles"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "Wireshark" / "profiles"
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "wireshark"
    old = Path.home() / ".wireshark"
    if not base.is_dir() and old.is_dir():  # what old versions made is used on
        base = old
    return base / "profiles"


def _preferences() -> str:
    columns = ", ".join(f'"{title}", "{content}"' for title, content in _COLUMNS)
    lines = [f"gui.column.format: {columns}"]
    lines += [f"{name}: {value}" for name, value in _PREFERENCES]
    return "\n".join(lines) + "\n"


def _colours() -> str:
    return "".join(
        f"@{name}@{expression}@[{','.join(map(str, back))}][{','.join(map(str, front))}]\n"
        for name, expression, back, front in _COLOURS
    )


def _buttons() -> str:
    return "".join(
        ",".join(f'"{_quoted(part)}"' for part in ("TRUE", label, expression, comment)) + "\n"
        for label, expression, comment in _BUTTONS
    )


def _quoted(text: str) -> str:
    """A field of Wireshark's tables: quotes are written as hexadecimal escapes."""
    return text.replace("\\", "\\x5c").replace('"', "\\x22")
