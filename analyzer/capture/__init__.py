"""Captures in, packets that may matter out.

    files      paths, globs, directories, standard input: to streams of octets (`compression`)
    records    pcap and pcapng: to captured frames with number, time, interface, link type
    formats    other containers of records
    scan       the inner loop: which frames are worth a closer look
    decap      `layers`, `links`, `tunnels`: to the innermost IP datagram
    lines      which captures continue one another
    merge      several captures to one line of time
    captures   all of it together: `open_captures`

Nothing here raises on what it reads: what cannot be read is a `Problem` of its `CaptureInfo`.
"""

from analyzer.capture.captures import Captures, open_captures
from analyzer.capture.decap import decapsulate_ip
from analyzer.capture.packet import CaptureInfo, Packet, Problem, Watermark

__all__ = [
    "CaptureInfo",
    "Captures",
    "Packet",
    "Problem",
    "Watermark",
    "decapsulate_ip",
    "open_captures",
]
