"""Captures in, packets that may matter out.

    files      paths, globs, directories, standard input: to streams of octets (`compression`)
    records    pcap and pcapng: to captured frames with number, time, interface, link type
    formats    other containers of records
    scan       the inner loop: which frames are worth a closer look
    decap      `layers`, `links`, `tunnels`: to the innermost IP datagram
    lines      which captures continue one another
    marks      what of a packet is found again at another tap
    offsets    how far two clocks are apart
    clocks     the clock of each capture against the others
    merge      several captures to one line of time
    captures   all of it together: `open_captures`
    alignment  a pass over the captures that finds out their clocks: `align`

Nothing here raises on what it reads: what cannot be read is a `Problem` of its `CaptureInfo`.
"""

from analyzer.capture.alignment import ClockError, align
from analyzer.capture.captures import Captures, open_captures
from analyzer.capture.clocks import Clock
from analyzer.capture.decap import decapsulate_ip
from analyzer.capture.packet import CaptureInfo, Packet, Problem, Watermark

__all__ = [
    "CaptureInfo",
    "Captures",
    "Clock",
    "ClockError",
    "Packet",
    "Problem",
    "Watermark",
    "align",
    "decapsulate_ip",
    "open_captures",
]
