"""What `capture/` hands on: packets that may matter, and the passing of time between them."""

import msgspec


class Packet(msgspec.Struct, array_like=True, gc=False):
    """One innermost IP datagram, or one fragment of it, that may carry SIP, ESP or a signal.

    `src` and `dst` are raw addresses (4 or 16 octets). `data` is the IP payload (transport header
    first), cut to the IP length; it lies at `offset` in the captured bytes of the frame. `path`
    names the encapsulations outside in, e.g. `eth/ip/udp/gtp/ip`. `frag_offset` is -1 for a whole
    datagram, else the octet offset of this fragment, with `more` fragments to follow or not.
    `ip_id` is the IPv4 (or IPv6 fragment) identification, -1 where there is none.
    `truncated`: the frame was cut by the snap length before the end of `data`. `line` is the first
    capture of those that continue one another (`lines`): one tap, however often its file changed.
    """

    capture: int
    frame: int
    time: int  # nanoseconds since the epoch
    interface: int
    path: str
    src: bytes
    dst: bytes
    proto: int  # IP protocol number of `data`
    data: bytes
    offset: int = 0
    ip_id: int = -1
    frag_offset: int = -1
    more: bool = False
    truncated: bool = False
    line: int = 0


class Watermark(msgspec.Struct, gc=False):
    """The capture's time has come this far; sent at most once a second of capture time.

    The last one of each capture marks its end (`frame` is then the last frame). `line` as in
    `Packet`.
    """

    capture: int
    frame: int
    time: int
    line: int = 0


class Problem(msgspec.Struct):
    """Something that could not be read, or was dropped at a limit. `count` times of this kind."""

    kind: str
    frame: int | None = None
    offset: int | None = None  # octets from the start of the (decompressed) file
    detail: str = ""
    count: int = 1


class CaptureInfo(msgspec.Struct):
    """What is known of one input file; filled while it is read."""

    path: str
    format: str = ""  # pcap, pcapng, snoop, text ..; with `+gzip` behind it where it was compressed
    link_types: list[str] = []
    packets: int = 0
    first_time: int | None = None
    last_time: int | None = None
    problems: list[Problem] = []
    unreadable: bool = False  # not one packet could be read: exit code 2
    line: int = 0  # the first capture of those this one continues, or itself
    esp_secrets: list[bytes] = []  # lines of `esp_sa` in its Decryption Secrets Blocks
    snap_length: int = 0  # octets kept of a frame; 0: no limit is told
    cut: int = 0  # frames looked at of which the snap length took the end
    cut_frame: int | None = None  # the first of them
    unread_links: list[str] = []  # link types that are not read
    unread_interfaces: list[int] = []  # of these types, the first of them
    sigcomp: bool = False  # compressed SIP may be in it
    tls_secrets: bool = False  # a Decryption Secrets Block with TLS keys is in it
    dropped: int | None = None  # frames lost while capturing, where the file counts them
