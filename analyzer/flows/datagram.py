"""What `flows/` hands on."""

from typing import Literal

import msgspec

from analyzer.keys.esp_cipher import EspKey

Protection = Literal["clear", "esp", "esp-null", "tls", "ports"]
Transport = Literal["udp", "tcp", "sctp", "ws"]
Icv = Literal["", "good", "bad", "unfit"]


class Datagram(msgspec.Struct, gc=False):
    """One transport payload: a whole UDP payload, SCTP or WebSocket message, or the next bytes in
    order of one TCP direction.

    `frame` is the one that completed it (where Wireshark shows it); `frames` names all fragments,
    empty when `frame` is the only one. `spi` and `seq` are those of the ESP packet it came out of,
    else -1. `stream` numbers the TCP direction (-1 for UDP); `fresh` says that these bytes do not
    join the ones before (first of the stream, or behind a gap). Where TCP segments came out of
    order, `frame`, `time` and `capture` are those of the one that closed the gap, and `frames`
    names the segment these bytes came in. `frames` are of `capture` alone, also where a datagram
    began in the capture before that one on the same `line` (`capture.lines`).
    """

    capture: int
    frame: int
    time: int
    interface: int
    path: str
    src: bytes
    dst: bytes
    sport: int
    dport: int
    transport: Transport
    payload: bytes
    frames: tuple[int, ...] = ()
    protection: Protection = "clear"
    spi: int = -1
    seq: int = -1
    ip_id: int = -1
    stream: int = -1
    fresh: bool = False
    truncated: bool = False
    line: int = 0


class EspSeen(msgspec.Struct, gc=False):
    """One ESP packet (whole, after reassembly), opened or not.

    `opened` is `null`, `decrypted` or "" (not opened), with the `reason`; `icv` says whether its
    ICV is right, where there are keys for it (`unfit`: those at hand do not fit, and nothing says
    that they belong to it), `key` which of them opened it. `length` counts the
    octets from the SPI to the end. `frames` and `line` as in `Datagram`. `copy`: the same packet
    was seen a moment ago, as a rule at another tap (a retransmission has a new sequence number,
    RFC 4303 2.2).
    """

    capture: int
    frame: int
    time: int
    interface: int
    path: str
    src: bytes
    dst: bytes
    spi: int
    seq: int
    length: int
    opened: Literal["", "null", "decrypted"] = ""
    reason: str = ""
    frames: tuple[int, ...] = ()
    proto: int = 0  # next header, where it was opened
    sport: int = 0  # inner ports, where it was opened
    dport: int = 0
    copy: bool = False
    line: int = 0
    icv: Icv = ""
    key: EspKey | None = None


class Dns(msgspec.Struct, gc=False):
    """A DNS question (`code` -1) or its answer with the response code and what it points to."""

    number: int
    name: str
    type: str
    code: int
    targets: tuple[str, ...] = ()


class Tls(msgspec.Struct, gc=False):
    """One thing that TLS says in clear.

    `version` is the highest one of a ClientHello, the chosen one of a ServerHello, with the
    `cipher` suite; `size` counts the octets of a record of encrypted data.
    """

    kind: Literal["client-hello", "server-hello", "alert", "data"]
    version: int = 0
    cipher: int = -1
    alert: int = -1
    fatal: bool = False
    name: str = ""
    size: int = 0


class Ike(msgspec.Struct, gc=False):
    """One IKE message of the SA that `initiator` names; `error` is one that it reports in clear."""

    initiator: bytes
    exchange: str
    response: bool
    error: str = ""


class KeysSeen(msgspec.Struct, gc=False):
    """Keys of a challenge in an answer on Cx: RAND and AUTN in `nonce`, CK, IK and XRES."""

    capture: int
    frame: int
    nonce: bytes
    ck: bytes
    ik: bytes
    res: bytes = b""


class Signal(msgspec.Struct, gc=False):
    """Evidence beside SIP: what the network said about reachability.

    `kind`: `syn`, `syn-ack`, `rst`, `fin`, `tcp-gap`, `icmp`, `dns`, `tls`, `ike`; the last three
    have `said`. For `icmp` the addresses and ports
    are those of the quoted packet, `detail` the name of the error, `by` its sender.
    """

    capture: int
    frame: int
    time: int
    kind: str
    src: bytes
    dst: bytes
    sport: int = 0
    dport: int = 0
    detail: str = ""
    by: bytes = b""
    protection: Protection = "clear"
    spi: int = -1
    said: Dns | Tls | Ike | None = None
