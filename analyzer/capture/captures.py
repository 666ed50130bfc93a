"""All inputs together: from paths to one stream of packets and watermarks in the order of time."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

from analyzer.capture.anatomy import Examined, examine
from analyzer.capture.clocks import Clock, set_right
from analyzer.capture.decap import LAYERS, decapsulate, exported_packet
from analyzer.capture.exported import UPPER_PDU, ExportedPdus
from analyzer.capture.files import Expansion, Input, Opened, expand
from analyzer.capture.formats import UNNAMED
from analyzer.capture.lines import Lines
from analyzer.capture.look import Look, Sample, look, sample
from analyzer.capture.merge import merge
from analyzer.capture.packet import CaptureInfo, Packet, Problem, Watermark
from analyzer.capture.problems import Problems
from analyzer.capture.records import read_records, read_runs
from analyzer.capture.text import TEXT_LINK
from analyzer.capture.text import packet as text_packet
from analyzer.capture.walk import Walk
from analyzer.limits import INTERFACES, PROBLEM_KINDS, SECOND

# Link types by the names that Wireshark and tcpdump users know. Only those in `decap.LAYERS` are
# read; the others stand here so that a problem can name them.
LINK_TYPES: Final = {
    0: "null",
    1: "ethernet",
    9: "ppp",
    10: "fddi",
    12: "raw",
    14: "raw",
    50: "ppp-hdlc",
    51: "ppp-ether",
    101: "raw",
    104: "c-hdlc",
    105: "ieee802-11",
    107: "frame-relay",
    108: "loop",
    113: "linux-sll",
    127: "ieee802-11-radiotap",
    140: "mtp2",
    141: "mtp3",
    147: "user0",
    149: "user2",
    166: "ppp-pppd",
    187: "bluetooth-hci-h4",
    192: "ppi",
    197: "erf",
    201: "bluetooth-hci-h4-with-phdr",
    204: "ppp-with-dir",
    220: "usb-linux-mmapped",
    226: "ipnet",
    228: "raw",
    229: "raw",
    239: "nflog",
    252: "upper-pdu",
    253: "netlink",
    276: "linux-sll2",
    TEXT_LINK: "text",
}


# Logs of modems that only their makers' tools and a few others read, by suffix: how to make a
# capture of one.
SCAT: Final = "a modem log: make a capture of it, e.g. `scat -t qc -d IN -F OUT.pcap`"
QCAT: Final = "a QXDM log: let QXDM or QCAT export it as pcap (or as DLF, which SCAT reads)"
EXPORTS: Final = {
    ".qmdl": f"{SCAT}, or QCSuper",
    ".qmdl2": f"{SCAT}, or QCSuper",
    ".dlf": f"{SCAT}, or QCSuper --dlf-read",
    ".hdf": QCAT,
    ".isf": QCAT,
}


def link_type_name(link_type: int) -> str:
    """Its name, or `link-type-N`; those of snoop that pcap has not are told apart."""
    if link_type >= UNNAMED:
        return f"snoop-link-type-{link_type - UNNAMED}"
    return LINK_TYPES.get(link_type, f"link-type-{link_type}")


def open_captures(inputs: Sequence[str | BinaryIO]) -> "Captures":
    """Captures from paths, globs, directories, `-` (standard input) and open binary streams.

    They are numbered in the order given; what a glob or a directory stands for is ordered by its
    first timestamp, then by name. In a directory, what is no capture is passed over, and so is
    text, which may be a note about SIP: it has to be named. Nothing is raised: what cannot be
    opened is a capture with a `Problem` and `unreadable`.
    """
    entries: list[tuple[Input, CaptureInfo]] = []
    for expansion in expand(inputs):
        entries += list_of(expansion)
    return Captures(entries)


def list_of(expansion: Expansion) -> list[tuple[Input, CaptureInfo]]:
    """The captures one argument stands for, in their order."""
    if expansion.kind == "file":
        return [(entry, CaptureInfo(entry.path)) for entry in expansion.inputs]
    whole_folder = expansion.kind == "directory"
    found = [(first_time(entry, text=not whole_folder), entry) for entry in expansion.inputs]
    if whole_folder:
        found = [(time, entry) for time, entry in found if time is not None]
        if not found:
            return [(Input(expansion.argument), CaptureInfo(expansion.argument))]
    found.sort(key=lambda pair: (pair[0] is None, pair[0] or 0, pair[1].path))
    return [(entry, CaptureInfo(entry.path)) for _, entry in found]


def first_time(entry: Input, *, text: bool = True) -> int | None:
    """The time of the first frame in nanoseconds.

    -1: it has none. None: it is no capture (nor a `text`, if that is allowed), or cannot be read
    twice.
    """
    if not entry.repeatable:
        return None
    try:
        opened = Opened(entry)
    except (OSError, ValueError):
        return None
    try:
        walk = Walk(opened, Problems([]), every=True)
        record = next(read_records(walk), None)
        if record is not None:
            return record.time if text or walk.format != "text" else None
        return -1 if walk.format else None
    finally:
        opened.close()


class Captures:
    """Input files, and by iteration what may matter in them.

    Iterating gives `Packet`s and `Watermark`s of all captures in the order of time and fills
    `infos`, index by index that of `Packet.capture`. Each iteration reads the files anew and fills
    the infos anew; standard input and open streams can be read only once. `first_time` and
    `last_time` are exact where records are in order, else right to the second. Captures that
    continue one another share a `line`, known from the first item of each on. `clocks` has what is
    known of the clock of a capture (`alignment`): the times of its items are set by it, those of
    its info stay as they stand in the file.
    """

    __slots__ = ("clocks", "entries", "infos")

    def __init__(self, entries: list[tuple[Input, CaptureInfo]]) -> None:
        self.entries = [entry for entry, _ in entries]
        self.infos = [info for _, info in entries]
        self.clocks: dict[int, Clock] = {}

    @property
    def paths(self) -> list[str | None]:
        """The path of each that can be read again, None of the others."""
        return [entry.path if entry.repeatable else None for entry in self.entries]

    @property
    def repeatable(self) -> bool:
        """Can all of them be read again?"""
        return all(entry.repeatable for entry in self.entries)

    def look(self, capture: int, frame: int) -> Look | None:
        """One frame, whatever it holds; None where there is none, or it cannot be read again."""
        entries = self.entries
        return look(entries[capture], frame) if capture < len(entries) else None

    def examine(self, capture: int, frames: Collection[int]) -> dict[int, Examined]:
        """Frames of one capture by number, with their octets; what is not there is left out."""
        entries = self.entries
        return dict(examine(entries[capture], frames)) if capture < len(entries) else {}

    def samples(self) -> list[Sample]:
        """What each capture holds; empty samples of what cannot be read again."""
        return [sample(entry) for entry in self.entries]

    @property
    def size(self) -> int:
        """Octets of all files together, as they are stored."""
        return sum(entry.size for entry in self.entries)

    def __iter__(self) -> Iterator[Packet | Watermark]:
        streams = [self._stream(capture) for capture in range(len(self.entries))]
        if len(streams) == 1:
            return streams[0]
        waiting = (
            (self._first_time(capture), capture, items) for capture, items in enumerate(streams)
        )
        return merge(waiting, Lines(self.infos))

    def _stream(self, capture: int) -> Iterator[Packet | Watermark]:
        items = read_capture(capture, self.entries[capture], self.infos[capture])
        clock = self.clocks.get(capture)
        return items if clock is None or clock.right else set_right(items, clock)

    def _first_time(self, capture: int) -> int:
        time = first_time(self.entries[capture])
        if time is None or time < 0:
            return -1
        clock = self.clocks.get(capture)
        return time if clock is None else clock.set(time)


def read_capture(capture: int, entry: Input, info: CaptureInfo) -> Iterator[Packet | Watermark]:
    """The candidates of one file in its order, a watermark a second between them, one at its end.

    Fills `info`, whose link types, format and secrets are known of what came before an item.
    """
    return chain.from_iterable(_runs(capture, entry, info))


def _runs(capture: int, entry: Input, info: CaptureInfo) -> Iterator[list[Packet | Watermark]]:
    """The same, those together whose records stand together in memory."""
    info.problems.clear()
    info.cut, info.cut_frame = 0, None
    info.unread_links, info.unread_interfaces = [], []
    info.format = ""
    problems = Problems(info.problems)
    try:
        opened = Opened(entry)
    except (OSError, ValueError) as error:
        problems.add("cannot-open", detail=getattr(error, "strerror", None) or str(error))
        info.unreadable = True
        return
    walk = Walk(opened, problems)
    pdus = ExportedPdus()
    unread = 0
    latest = due = 0
    try:
        for run in read_runs(walk):
            if not info.format:
                describe(info, walk, opened.compression)
            items: list[Packet | Watermark] = []
            for record in run:
                frame, time, cut = record.frame, record.time, record.cut
                link_type = record.link_type
                if time > latest:
                    latest = time
                if cut:
                    info.cut += 1
                    if info.cut_frame is None:
                        info.cut_frame = frame
                if ("link", link_type) in LAYERS:
                    found = decapsulate(
                        record.buffer,
                        link_type,
                        capture,
                        frame,
                        time,
                        record.interface,
                        cut,
                        problems,
                        record.at,
                        record.size,
                    )
                elif link_type == UPPER_PDU:
                    found = exported_packet(pdus.read(record.data), record, capture, problems)
                elif link_type == TEXT_LINK:
                    found = text_packet(record.data, frame, time, cut, capture)
                else:
                    unread += 1
                    name = link_type_name(link_type)
                    problems.add("link-type", frame, None, f"{name} is not read")
                    unread_frame(info, name, record.interface)
                    found = None
                if found is not None:
                    items.append(found)
                    due = latest + SECOND
                elif latest >= due:
                    items.append(Watermark(capture, frame, latest))
                    due = latest + SECOND
            yield items
    finally:
        opened.close()
        advice = EXPORTS.get(Path(entry.path).suffix.lower())
        if advice is not None and not walk.format:
            problems.add("export-first", detail=advice)
        describe(info, walk, opened.compression)
        info.unreadable = walk.frames == unread + walk.lost and any(map(is_fault, info.problems))
    if walk.frames:
        yield [Watermark(capture, walk.frames, walk.last_time or 0)]


def is_fault(problem: Problem) -> bool:
    """Not merely a last record that was not written to its end yet."""
    return problem.kind != "cut-short" or problem.frame is None


def unread_frame(info: CaptureInfo, name: str, interface: int) -> None:
    """Note a link type that is not read, and where."""
    if name not in info.unread_links:
        info.unread_links.append(name)
    if interface not in info.unread_interfaces and len(info.unread_interfaces) < INTERFACES:
        info.unread_interfaces.append(interface)


def describe(info: CaptureInfo, walk: Walk, compression: str) -> None:
    """What the walk has seen so far."""
    info.format = f"{walk.format}+{compression}" if compression else walk.format
    some = islice(walk.link_types, PROBLEM_KINDS)
    info.link_types = list(dict.fromkeys(map(link_type_name, some)))
    info.packets = walk.frames
    info.first_time, info.last_time = walk.first_time, walk.last_time
    info.esp_secrets = walk.esp_secrets
    info.snap_length = walk.snap_length
    info.tls_secrets = walk.tls_secrets
    info.dropped = sum(walk.drops.values()) if walk.drops else None
