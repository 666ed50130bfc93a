"""ESP of one SPI one way, as it was seen: counted, whether it was opened or not."""

from typing import Final, Literal

from analyzer.flows.datagram import EspSeen
from analyzer.flows.esp import NULL_UNANNOUNCED
from analyzer.keys.esp_cipher import EspKey
from analyzer.limits import ESP_FRAMES, SHORTEST_T1

Direction = Literal["to-server", "to-client"]

RESTART_AFTER: Final = 4  # a sequence number that was reached before it began at 1 again


class Flow:
    """The ESP packets of one SPI one way.

    `name` is that of the SA, "" for an SPI that nobody announced. `unanswered` counts the tries
    since something came back to the client: packets closer together than the shortest T1 are pieces
    of one. `frames` are (capture, frame) of the first packets, at most `limits.ESP_FRAMES`. `ports`
    are those inside the first packet that could be read. `icv_good` and `icv_bad` count those that
    keys could judge, `key` is the one that fitted.
    """

    __slots__ = (
        "announced",
        "decrypted",
        "direction",
        "dst",
        "first_seq",
        "first_time",
        "frames",
        "icv_bad",
        "icv_good",
        "icv_unfit",
        "key",
        "last_seq",
        "last_time",
        "late",
        "moved",
        "moved_frames",
        "moved_to",
        "name",
        "null_unagreed",
        "opened",
        "packets",
        "peak",
        "ports",
        "provisional",
        "restarted",
        "spi",
        "src",
        "tried",
        "unanswered",
        "unanswered_frames",
    )

    def __init__(self, spi: int, src: bytes, dst: bytes, direction: Direction, name: str) -> None:
        self.spi = spi
        self.src = src
        self.dst = dst
        self.direction = direction
        self.name = name
        self.announced = bool(name)
        self.provisional = False
        self.packets = 0
        self.opened = 0
        self.decrypted = 0
        self.icv_good = 0
        self.icv_bad = 0
        self.icv_unfit = 0  # of keys that nothing binds to it
        self.key: EspKey | None = None
        self.ports: tuple[int, int] | None = None
        self.first_seq = 0
        self.first_time = 0
        self.last_time = 0
        self.last_seq = 0
        self.peak = 0  # the highest sequence number
        self.restarted = 0  # packets that count from the beginning again
        self.late = 0  # packets after the life of the set
        self.moved = 0  # packets from another address, since the last one from its own
        self.moved_to = b""
        self.moved_frames: list[tuple[int, int]] = []
        self.null_unagreed = 0  # read without a key though the set encrypts
        self.frames: list[tuple[int, int]] = []
        self.unanswered = 0
        self.tried = 0
        self.unanswered_frames: list[tuple[int, int]] = []

    def see(self, esp: EspSeen) -> None:
        """Count one packet."""
        if not self.packets:
            self.first_seq = esp.seq
            self.first_time = esp.time
        self.packets += 1
        if esp.opened:
            if not self.opened and esp.sport:
                self.ports = esp.sport, esp.dport
            self.opened += 1
        if esp.reason == NULL_UNANNOUNCED:
            self.null_unagreed += 1
        if esp.icv or esp.key is not None:
            self._count_icv(esp)
        if esp.seq > self.peak:
            self.peak = esp.seq
        elif self.peak >= RESTART_AFTER and (
            esp.seq == 1 or (self.restarted and esp.seq == self.last_seq + 1)
        ):
            self.restarted += 1
        self.last_time = esp.time
        self.last_seq = esp.seq
        if len(self.frames) < ESP_FRAMES:
            self.frames.append((esp.capture, esp.frame))
        if self.direction == "to-server":
            if not self.unanswered or esp.time - self.tried >= SHORTEST_T1:
                self.unanswered += 1
                self.tried = esp.time
            if len(self.unanswered_frames) < ESP_FRAMES:
                self.unanswered_frames.append((esp.capture, esp.frame))

    def comes_from(self, esp: EspSeen, shared: bool) -> None:
        """Note a sender with another address than the set was made for. `shared`: the address has
        a set with this SPI of its own."""
        if esp.src == self.src or shared:
            self.moved = 0
            self.moved_frames.clear()
            return
        self.moved += 1
        self.moved_to = esp.src
        if len(self.moved_frames) < ESP_FRAMES:
            self.moved_frames.append((esp.capture, esp.frame))

    def _count_icv(self, esp: EspSeen) -> None:
        self.icv_good += esp.icv == "good"
        self.icv_bad += esp.icv == "bad"
        self.icv_unfit += esp.icv == "unfit"
        self.decrypted += esp.opened == "decrypted"
        if self.key is None:
            self.key = esp.key

    def answered(self) -> None:
        """Something came back to the client."""
        if self.unanswered:
            self.unanswered = 0
            self.unanswered_frames.clear()
