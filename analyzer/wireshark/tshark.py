"""The second engine: tshark, through pyshark, for what the native reader does not decode.

It is asked for the octets of SIP messages and where they stood, never for Wireshark's reading of
their headers (that splits at commas in quotes, casts SPIs, and flattens several lists into one).
What comes back are `Datagram`s, which take the same way as all others. SIP in TLS whose secrets are
at hand, SigComp, and link types that only Wireshark knows are read so.

pyshark is imported when this engine is asked for, and runs tshark without a shell, with a bound on
its time and on what it may hand over.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path
from shutil import which
from typing import Any, Final, NamedTuple

import msgspec

from analyzer.capture.packet import Problem
from analyzer.flows.datagram import Datagram, Protection, Transport
from analyzer.limits import MESSAGE, SECOND, TSHARK_MESSAGES, TSHARK_SECONDS

PROGRAM: Final = "tshark"
INSTALL: Final = (
    "tshark is not installed (Debian, Ubuntu: sudo apt-get install tshark; Fedora: dnf install "
    "wireshark-cli; Windows, macOS: install Wireshark and put its folder on PATH)"
)

# What is asked of each packet, and no more: JSON of a whole frame is large.
_LAYERS: Final = "frame ip ipv6 udp tcp sctp esp sip"
_PREFERENCES: Final = {
    "tls.desegment_ssl_records": "TRUE",
    "tls.desegment_ssl_application_data": "TRUE",
    "tcp.desegment_tcp_streams": "TRUE",
    "tcp.reassemble_out_of_order": "TRUE",
    "tcp.try_heuristic_first": "TRUE",
    "udp.try_heuristic_first": "TRUE",
    "sigcomp.decomp.msg": "TRUE",
    "esp.enable_null_encryption_decode_heuristic": "TRUE",
}


class Reading(msgspec.Struct):
    """What tshark found in one capture, in the order of its frames, and what went wrong."""

    datagrams: list[Datagram]
    problems: list[Problem]


class _Place(NamedTuple):
    """Where one packet's SIP stood."""

    src: bytes
    dst: bytes
    sport: int
    dport: int
    transport: Transport


def available() -> bool:
    """Whether tshark is on PATH."""
    return which(PROGRAM) is not None


def read(
    path: str,
    capture: int,
    display_filter: str,
    keylog: str | None = None,
) -> Reading:
    """The SIP messages of a capture file in the frames that the filter picks.

    `keylog` is a file of TLS secrets (SSLKEYLOGFILE); those inside the capture are used anyway.
    TLS holds SIP on port 5061, and where the user's Wireshark is set so. Nothing is raised on what
    is read.
    """
    found = Reading([], [])
    program = which(PROGRAM)
    if program is None:
        found.problems.append(Problem("tshark-missing", detail=INSTALL))
        return found
    try:
        _run(found, program, path, capture, display_filter, keylog)
    except TimeoutError:
        detail = f"tshark was stopped after {TSHARK_SECONDS} s; what it had read is used"
        found.problems.append(Problem("tshark-stopped", detail=detail))
    except Exception as error:  # noqa: BLE001  whatever pyshark makes of a hostile capture
        found.problems.append(Problem("tshark-failed", detail=_reason(error)))
    return found


def _run(
    found: Reading,
    program: str,
    path: str,
    capture: int,
    display_filter: str,
    keylog: str | None,
) -> None:
    import asyncio

    import pyshark
    import pyshark.config

    # its settings are not read from the folder one happens to stand in
    pyshark.config.fp_config_path = pyshark.config.pyshark_config_path
    preferences = dict(_PREFERENCES)
    if keylog is not None:
        preferences["tls.keylog_file"] = str(Path(keylog).resolve())
    loop = asyncio.new_event_loop()
    try:
        source = pyshark.FileCapture(
            str(Path(path).resolve()),  # absolute, so no name is an option
            keep_packets=False,
            display_filter=display_filter,
            tshark_path=program,
            override_prefs=preferences,
            use_json=True,
            include_raw=True,
            custom_parameters=["-j", _LAYERS],
            eventloop=loop,
        )
        try:
            source.apply_on_packets(_Taker(found, capture, pyshark).take, timeout=TSHARK_SECONDS)
        finally:
            with suppress(Exception):  # what is left of tshark is ended here, not when collected
                source.close()
    finally:
        loop.close()


def _reason(error: Exception) -> str:
    """Why, in a line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = next((line for line in lines if line.startswith("Last error line:")), None)
    return (told or (lines[0] if lines else type(error).__name__))[:300]


class _Taker:
    """Takes packets as pyshark has them."""

    def __init__(self, found: Reading, capture: int, pyshark: Any) -> None:
        self._found = found
        self._capture = capture
        self._stop = pyshark.capture.capture.StopCapture

    def take(self, packet: Any) -> None:
        """The messages of one packet."""
        try:
            self._found.datagrams += datagrams(packet, self._capture)
        except (ValueError, AttributeError, KeyError, IndexError, TypeError):
            self._found.problems.append(
                Problem("tshark-packet", _number(packet), detail="not as tshark usually writes it")
            )
        if len(self._found.datagrams) >= TSHARK_MESSAGES:
            detail = f"more than {TSHARK_MESSAGES} messages through tshark; the rest is not read"
            self._found.problems.append(Problem("tshark-stopped", detail=detail))
            raise self._stop


def datagrams(packet: Any, capture: int) -> list[Datagram]:
    """Each SIP message of a packet as a datagram of its own."""
    frame = packet.frame_info
    protocols = str(frame.get_field("protocols")).split(":")
    place = _place(packet, protocols)
    spi, seq = _esp(packet)
    return [
        Datagram(
            capture=capture,
            frame=_number(packet),
            time=_time(str(frame.get_field("time_epoch"))),
            interface=int(str(frame.get_field("interface_id"))) if _has(frame) else 0,
            path="/".join(one for one in protocols if one not in ("ethertype", "sip")),
            src=place.src,
            dst=place.dst,
            sport=place.sport,
            dport=place.dport,
            transport=place.transport,
            payload=raw,
            protection=_protection(protocols, packet),
            spi=spi,
            seq=seq,
            # whole messages, each framed for itself
            stream=-1 if place.transport == "udp" else _stream(place),
            fresh=place.transport == "tcp",
        )
        for raw in messages(packet)
    ]


def messages(packet: Any) -> list[bytes]:
    """The octets of the packet's SIP layers. Of several in one segment, tshark lets each reach to
    the segment's end; here each ends where the next begins."""
    layer = packet.sip_raw
    if isinstance(layer.value, str):  # one: what pyshark takes for further layers is its place
        texts = [layer.value]
    else:
        texts = [layer.value[0], *(more.value for more in layer.duplicate_layers)]
    found: list[bytes] = []
    for text in texts:
        raw = bytes.fromhex(text)[:MESSAGE]
        if found and raw and found[-1].endswith(raw) and found[-1] != raw:
            found[-1] = found[-1][: -len(raw)]
        found.append(raw)
    return found


def _place(packet: Any, protocols: Sequence[str]) -> _Place:
    network = next((one for one in reversed(protocols) if one in ("ip", "ipv6")), None)
    if network is None:
        raise ValueError("no IP")
    ip = _innermost(packet, network)
    transport = next((one for one in reversed(protocols) if one in ("udp", "tcp")), None)
    if transport is None:
        raise ValueError("neither UDP nor TCP")
    ports = _innermost(packet, transport)
    return _Place(
        ip_address(str(ip.get_field("src"))).packed,
        ip_address(str(ip.get_field("dst"))).packed,
        int(str(ports.get_field("srcport"))),
        int(str(ports.get_field("dstport"))),
        "udp" if transport == "udp" else "tcp",
    )


def _innermost(packet: Any, name: str) -> Any:
    layer = getattr(packet, name)
    return layer.duplicate_layers[-1] if layer.duplicate_layers else layer


def _esp(packet: Any) -> tuple[int, int]:
    if not hasattr(packet, "esp"):
        return -1, -1
    layer = _innermost(packet, "esp")
    return int(str(layer.get_field("spi")), 0), int(str(layer.get_field("sequence")))


def _protection(protocols: Sequence[str], packet: Any) -> Protection:
    if "tls" in protocols:
        return "tls"
    if "esp" in protocols:
        return "esp-null" if "encrypted_data" not in packet.esp.field_names else "esp"
    return "clear"


def _stream(place: _Place) -> int:
    """A number that no TCP direction of the native reader has, the same for this direction."""
    text = place.src + place.dst + place.sport.to_bytes(2) + place.dport.to_bytes(2)
    return -2 - int.from_bytes(blake2b(text, digest_size=6).digest())


def _has(frame: Any) -> bool:
    return "interface_id" in frame.field_names


def _number(packet: Any) -> int:
    return int(packet.number)


def _time(text: str) -> int:
    """Nanoseconds of `1767225600.180000000`, or of ISO 8601 as newer versions write it."""
    if "T" in text:
        whole, _, rest = text.rstrip("Z").partition(".")
        seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    else:
        whole, _, rest = text.partition(".")
        seconds = int(whole)
    return seconds * SECOND + int(rest[:9].ljust(9, "0"))
