"""Containers of records beside pcap and pcapng: pcap with longer headers, Sun snoop, Endace ERF.

Each is a reader of one record at a time, told from others by the octets a file begins with. Their
link types are those of pcap; snoop's that pcap has not are numbers from `UNNAMED` on.
"""

from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

from analyzer.limits import RECORD, SECOND

# pcap with more in a record header than time and lengths: byte order, and how long that header may
# be. Nothing but the records themselves tells which one it is; the first that fits is taken.
LONGER: Final = {
    b"\xa1\xb2\xcd\x34": (">", (24, 28)),  # Alexey Kuznetzov's: interface, protocol, type
    b"\x34\xcd\xb2\xa1": ("<", (24, 28)),
    b"\xa1\xb2\xc3\xd4": (">", (16, 24, 20)),  # the same of Red Hat 6.1; Nokia
    b"\xd4\xc3\xb2\xa1": ("<", (16, 24, 20)),
}
USUAL: Final = 16
SNOOP: Final = b"snoop\0\0\0"
PCAP_HEADER: Final = 24
PCAP_LINK: Final = 0x03FFFFFF
ETHERNET: Final = 1
ERF_LINK: Final = 197

ERF_HEADER: Final = 16
ERF_KINDS: Final = frozenset({*range(28), 48})
ERF_PAD: Final = 48
ERF_ETHERNET: Final = frozenset({2, 11, 16, 20})
YEAR: Final = 31_536_000
YEARS: Final = range(631_152_000, 4_102_444_800)  # 1990 to 2100, in seconds
PROVEN: Final = 3  # records in a row that show what nothing else says

# Link types of snoop (RFC 1761 4, and those Solaris added) -> of pcap.
SNOOP_LINKS: Final = {0: ETHERNET, 4: ETHERNET, 8: 10, 26: 226}
UNNAMED: Final = 1 << 26  # snoop link types of which pcap has none stand from here on


class Entry(NamedTuple):
    """One record: `skip` octets before its packet, `captured` of `original` octets of that, `size`
    octets in all. `numbered`: Wireshark counts it as a frame."""

    link_type: int
    time: int  # nanoseconds since the epoch
    skip: int
    captured: int
    original: int
    size: int
    interface: int = 0
    numbered: bool = True


class Container(NamedTuple):
    """A file of records: the first begins at `start`, `head` octets tell of each. `read` gives
    None for what can be no record."""

    name: str
    start: int
    head: int
    read: Callable[[bytes, int], Entry | None]
    link_type: int = ETHERNET


def recognise(data: bytes) -> Container | None:
    """The container that `data`, the first octets of a file, begins; None: none of these, or pcap
    as everybody writes it."""
    if data[:4] in LONGER and len(data) >= PCAP_HEADER:
        return longer_pcap(data)
    if data.startswith(SNOOP) and len(data) >= 16:
        return snoop(data)
    return Container("erf", 0, ERF_HEADER, erf_record, ERF_LINK) if is_erf(data) else None


def longer_pcap(data: bytes) -> Container | None:
    """A pcap file whose record headers are longer than usual; None where they are not."""
    order, sizes = LONGER[data[:4]]
    fitting = (size for size in sizes if records_fit(data, order, size))
    size = next(fitting, sizes[0])
    if size == USUAL:
        return None
    link_type = Struct(f"{order}I").unpack_from(data, 20)[0] & PCAP_LINK
    header = Struct(f"{order}IIII")

    def read(buffer: bytes, at: int) -> Entry | None:
        second, micro, captured, original = header.unpack_from(buffer, at)
        if captured > RECORD:
            return None
        time = second * SECOND + micro * 1000
        return Entry(link_type, time, size, captured, original, size + captured)

    return Container("modified-pcap", PCAP_HEADER, size, read, link_type)


def records_fit(data: bytes, order: str, header: int) -> bool:
    """Do records with headers of that length follow one another, so far as `data` goes?"""
    fields = Struct(f"{order}IIII")
    at = PCAP_HEADER
    latest = 0
    for number in range(PROVEN):
        if at + header > len(data):
            return number > 0
        second, micro, captured, original = fields.unpack_from(data, at)
        if micro >= 1_000_000 or captured > RECORD or original < captured:
            return False
        if number and abs(second - latest) > YEAR:
            return False
        latest = second
        at += header + captured
    return True


def snoop(data: bytes) -> Container:
    """RFC 1761: big endian, records padded as their length says."""
    number = int.from_bytes(data[12:16])
    link_type = SNOOP_LINKS.get(number, UNNAMED + min(number, UNNAMED))
    header = Struct(">IIIIII")

    def read(buffer: bytes, at: int) -> Entry | None:
        original, captured, size, _, second, micro = header.unpack_from(buffer, at)
        if captured > RECORD or not 24 + captured <= size <= 24 + RECORD + 64:
            return None
        return Entry(link_type, second * SECOND + micro * 1000, 24, captured, original, size)

    return Container("snoop", 16, 24, read, link_type)


def erf_record(buffer: bytes, at: int) -> Entry | None:
    """An ERF record is handed on with its header, as pcap's LINKTYPE_ERF has it."""
    kind = buffer[at + 8] & 0x7F
    size, wire = (
        int.from_bytes(buffer[at + 10 : at + 12]),
        int.from_bytes(buffer[at + 14 : at + 16]),
    )
    second = int.from_bytes(buffer[at + 4 : at + 8], "little")
    if kind not in ERF_KINDS or size < ERF_HEADER:
        return None
    fraction = int.from_bytes(buffer[at : at + 4], "little") * SECOND
    time = second * SECOND + (fraction + (1 << 31) >> 32)
    original = ERF_HEADER + 2 * (kind in ERF_ETHERNET) + wire
    interface = buffer[at + 9] & 3
    return Entry(ERF_LINK, time, 0, size, original, size, interface, kind != ERF_PAD)


def is_erf(data: bytes) -> bool:
    """Nothing but the first records tells: kinds that exist, lengths that lead from one to the
    next or to the end of the file, and times in our days that do not go back."""
    at = latest = whole = 0
    while whole < PROVEN and at + ERF_HEADER <= len(data):
        entry = erf_record(data, at)
        if entry is None:
            return False
        if entry.numbered:
            second = entry.time // SECOND
            if second not in YEARS or second < latest:
                return False
            latest = second
        at += entry.size
        whole += at <= len(data)
    return latest > 0 and (whole > 1 or (whole == 1 and at == len(data)))
