"""The report: the JSON contract `secagree/1`, and all that any renderer sees.

Times are ISO 8601 in UTC with nanoseconds (`times.iso`); SPIs, ports and codes are integers, `q`
is text as written; `src` and `dst` are `address:port` (`[v6]:port`, or the bare address where no
port was read). Absent members are omitted. Text that came out of a packet stands here as it was:
each renderer escapes it.

`Report` is a stream: its three iterables can be walked again and again, and hold no more than one
object at a time if their maker so chooses. `Document` is the same as one value, for readers and
for the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

SCHEMA: Final = "secagree/1"

Time = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$",
        description="ISO 8601, UTC, nanoseconds",
    ),
]
Dialect = Literal["ims", "rfc3329", "draft-00", "draft-01", "arkko-00", "arkko-01"]
Kind = Literal["initial", "reauthentication", "refresh", "deregistration", "in-dialog", "other"]
State = Literal["registered", "rejected", "no-answer", "given-up", "deregistered", "unknown"]
Basis = Literal["seen", "inferred", "none"]
Layer = Literal["reachability", "agreement", "authentication", "protection", "service"]
Outcome = Literal["agreed", "rejected", "failed", "bypassed", "not-used", "incomplete"]
Role = Literal[
    "offer", "challenge", "verify", "result", "failure-report", "retransmission", "other"
]
Protection = Literal["clear", "esp", "esp-null", "tls", "ports"]
Leg = Literal["gm", "mw", "cx", "unknown"]
SaName = Literal["uc>ps", "pc>us", "us>pc", "ps>uc"]
Severity = Literal["critical", "error", "warning", "info"]
Effect = Literal["explains-outcome", "risk", "none"]
Party = Literal["ue", "pcscf", "core", "hss", "path", "capture", "unknown"]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "error", "warning", "info")


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A capture (its place in `captures`) and Wireshark's 1-based number in it."""

    capture: int
    frame: int


class Tool(msgspec.Struct, kw_only=True):
    """Who wrote this report."""

    name: str
    version: str


class Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something that could not be read, or was dropped at a limit; `offset` in octets."""

    kind: str
    frame: int | None = None
    offset: int | None = None
    detail: str = ""
    count: int


class EspFlow(msgspec.Struct, omit_defaults=True, kw_only=True):
    """ESP of one SPI one way; `frame` is the first packet, `opened` counts those that were read."""

    src: str
    dst: str
    spi: int
    packets: int
    opened: int = 0
    frame: int


class SecondEngine(msgspec.Struct, kw_only=True):
    """What tshark read of a capture in place of the native reader: how many SIP messages, why."""

    messages: int
    why: list[str]


class Clock(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the clock of a capture was compared with that of the capture `reference`.

    By the same `packets` in both, by messages and their `forwards` on the next hop, as `given` by
    the user, or `unknown`: what the captures have in common does not tell, see `detail`.
    `messages` is how many were compared, `spread_ms` how far they lie around the result. Where it
    drifts, `clock_offset_ms` is that of its own time `at`.
    """

    basis: Literal["packets", "forwards", "given", "unknown"]
    reference: int | None = None
    messages: int | None = None
    spread_ms: float | None = None
    drift_ppm: float | None = None
    at: Time | None = None
    detail: str = ""


class Sample(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the first frames of a capture are, where no exchange was found in any.

    `cut` counts those whose end the snap length took, `layers` frames by encapsulation
    (`gtp`), `protocols` by what the innermost IP carries, `ports` packets of UDP, TCP and SCTP by
    the lower port, the most frequent ones.
    """

    frames: int
    without_ip: int
    cut: int = 0
    layers: dict[str, int] = {}
    protocols: dict[str, int] = {}
    ports: dict[str, int] = {}


class Capture(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One input. `sip_sightings` counts before copies are merged, `sip_messages` after, of them
    `sip_in_esp` inside ESP, `sip_forwards` those that were seen on the hop before as well.

    `esp_unannounced` are ESP packets whose SPI no list read by then had announced, of which
    `esp_strays` names the first flows. `snap_length` is absent where there is no limit; `cut`
    counts the packets looked at whose end it took, from frame `cut_frame` on; `dropped` are packets
    that the capturing program says it lost.

    `first_time` and `last_time` stand as in the file. All other times of the report are set by
    `clock_offset_ms`, by which the clock of the capture is ahead (0: the clocks agree), and by the
    drift in `clock`.
    """

    path: str
    format: str = ""
    link_types: list[str] = []
    packets: int
    sip_sightings: int
    sip_messages: int
    sip_in_esp: int | None = None
    sip_forwards: int | None = None
    esp_packets: int | None = None
    esp_opened: int | None = None
    esp_unannounced: int = 0
    esp_strays: list[EspFlow] = []
    snap_length: int | None = None
    cut: int = 0
    cut_frame: int | None = None
    dropped: int | None = None
    first_time: Time | None = None
    last_time: Time | None = None
    clock_offset_ms: float | None = None
    tshark: SecondEngine | None = None
    clock: Clock | None = None
    problems: list[Problem] = []
    unreadable: bool = False  # nothing could be read: exit code 2
    sample: Sample | None = None


class Endpoint(msgspec.Struct, omit_defaults=True):
    """An address and a port of it."""

    address: str
    port: int | None = None


class Identity(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Who the subscriber and the phone are, as far as the messages say."""

    impi: str | None = None
    impu: str | None = None
    imsi: str | None = None
    msisdn: str | None = None
    imei: str | None = None
    cell: str | None = None


class Registration(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What became of the registration, and how that is known.

    `duration_ms` runs from the first REGISTER to the final response; `answer` is the frame of that
    response; `signs` says in words what `inferred` rests on.
    """

    state: State
    code: int | None = None
    reason: str | None = None
    basis: Basis
    signs: list[str] = []
    duration_ms: float | None = None
    answer: Frame | None = None


class Mechanism(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One element of a Security-* list (RFC 3329 2.2, TS 33.203 Annex H)."""

    name: str
    q: str | None = None
    alg: str | None = None
    ealg: str | None = None
    prot: str | None = None
    mod: str | None = None
    spi_c: int | None = None
    spi_s: int | None = None
    port_c: int | None = None
    port_s: int | None = None
    d_alg: str | None = None
    d_qop: str | None = None
    d_ver: str | None = None
    other: dict[str, str | None] = {}
    raw: str
    defects: list[str] = []


class Comparison(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Two lists compared: L0 identical, L1 equivalent, L2 default-equal, X different.

    `kind`: reordered, subset, changed parameter, duplicated, older list, foreign. `edit` is the
    smallest edit in words (`spi-s 4097 -> 99999`). `against` is the frame of the other list.
    """

    level: Literal["identical", "equivalent", "default-equal", "different"]
    kind: str | None = None
    edit: str | None = None
    against: Frame | None = None


class Sighting(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One copy of a message, at one tap."""

    capture: int
    frame: int
    src: str
    dst: str
    encapsulation: str = ""


class Step(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One message of an exchange, or one ESP packet whose role is inferred.

    `frame` is where Wireshark shows the message, `frames` all its fragments and segments (empty
    when it is the only one). `method` stands on a request, `code` and `reason` on a response.
    `seq` is the ESP sequence number, `sa` the association's name for that direction, `length` the
    ESP octets of an inferred step. `via` is the sent-by host of the topmost Via of a request.
    `marks` names what else the message carries: `ck`, `ik` (never their values), `auts`.
    `hops` is the same message on the other hops it was seen on, in time order. `headers` are the
    rows that speak of the agreement as they stand in the message, `text` the whole of it, where
    somebody asked for them.
    """

    role: Role
    round: int
    capture: int
    frame: int
    frames: list[Frame] = []
    sightings: list[Sighting] = []
    time: Time
    summary: str
    method: str | None = None
    code: int | None = None
    reason: str | None = None
    src: str
    dst: str
    transport: str
    protection: Protection
    spi: int | None = None
    seq: int | None = None
    sa: SaName | None = None
    length: int | None = None
    leg: Leg
    inferred: bool = False
    via: str | None = None
    marks: list[str] = []
    client: list[Mechanism] = []
    server: list[Mechanism] = []
    verify: list[Mechanism] = []
    comparison: Comparison | None = None
    hops: list[Step] = []
    headers: list[str] = []
    text: str | None = None


class Coverage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How much of the exchange the captures show.

    `keys`: `unfit` where there are some and none of them fits. `autn` says whether the K given
    makes the MAC of AUTN: where not, K, OP or OPc are those of another subscriber.
    """

    start: bool
    both_directions: bool
    protected_part: Literal["read", "partly", "unread", "none"]
    keys: Literal["not-needed", "missing", "unfit", "partial", "proven"]
    synthetic: bool
    autn: Literal["right", "wrong"] | None = None


class Signal(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What was seen beside SIP about reachability, folded: one a connection, name, tunnel, error.

    `kind`: `icmp` (`src`, `dst` and `spi` are those of the quoted packet, `by` who sent the error),
    `syn` (unanswered), `rst`, `tcp` (opened, nothing read in it), `tls`, `dns`, `ike`, `tcp-gap`,
    `esp` (too short for a request, or between ends of which no registration was seen).
    `state`: what became of it: `unanswered`, `refused`, `reset`, `opened`, `hello`, `failed`,
    `secured`, `answered`; of names and tunnels also `empty`, `begun`. `src` is who asked, `count`
    the number of tries where there were several. `tls_version` and `tls_cipher` (the IANA number)
    are those of the ServerHello.
    """

    kind: str
    capture: int
    frame: int
    time: Time
    detail: str = ""
    by: str | None = None
    state: str | None = None
    src: str | None = None
    dst: str | None = None
    spi: int | None = None
    tls_version: str | None = None
    tls_cipher: int | None = None
    count: int | None = None


class CoreRegistration(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A registration seen beyond the first hop only: its agreement is not in these captures.

    `state` is `unknown` where no final answer to a REGISTER with an answer to a challenge was seen.
    `first` and `last` are the first and the last of its messages.
    """

    state: Literal["registered", "deregistered", "rejected", "unknown"]
    impu: str | None = None
    code: int | None = None
    reason: str | None = None
    time: Time
    first: Frame
    last: Frame


class Exchange(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One run of the agreement. `method` is that of the request that began it, `under` the
    agreement that was in force then."""

    id: str
    key: str
    dialect: Dialect
    mediasec: bool
    kind: Kind
    method: str
    call_id: str | None = None
    client: Endpoint
    server: Endpoint
    identity: Identity = msgspec.field(default_factory=Identity)
    user_agent: str | None = None
    server_agent: str | None = None
    registration: Registration | None = None
    stopped_at: Role | None = None
    layer: Layer | None = None
    outcome: Outcome
    agreed: Mechanism | None = None
    under: str | None = None
    started: Time
    ended: Time
    duration_ms: float
    steps: list[Step] = []
    missing: list[Role] = []
    signals: list[Signal] = []
    coverage: Coverage
    not_checked: dict[str, list[str]] = {}
    findings: list[str] = []


class Sa(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One security association (TS 33.203 7.1), named by its ports.

    `opened` counts the packets that were read, `icv_bad` those whose ICV did not fit the keys.
    """

    name: SaName
    spi: int
    packets: int
    first_seq: int | None = None
    last_seq: int | None = None
    last_time: Time | None = None
    opened: int
    icv_bad: int | None = None


class KeySource(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where the keys of a set came from.

    `source`: `mw`, `gm` or `cx` (a message of the captures, `frame`), `usim`, `esp_sa`, `xfrm`,
    `json`, `secrets` (a block of a pcapng), `option`; `name` is a file or a subscriber. `challenge`
    is the frame whose RAND they belong to. `variant` says how they differ from what the agreement
    gives. `icv_good` and `icv_bad` count the packets that they were tried on. The keys of ESP
    themselves, in hexadecimal, are there with `--show-keys` alone.
    """

    source: Literal["mw", "cx", "gm", "usim", "esp_sa", "xfrm", "json", "secrets", "option"]
    frame: Frame | None = None
    name: str | None = None
    challenge: Frame | None = None
    variant: str | None = None
    icv_good: int
    icv_bad: int
    integrity_key: str | None = None
    cipher_key: str | None = None


class Association(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The four SAs of an `ipsec-3gpp` agreement. `icv_bad` counts ESP that no known key fits."""

    alg: str
    ealg: str
    spi_uc: int | None = None
    spi_us: int | None = None
    spi_pc: int | None = None
    spi_ps: int | None = None
    port_uc: int | None = None
    port_us: int | None = None
    port_pc: int | None = None
    port_ps: int | None = None
    state: Literal["announced", "temporary", "established", "old", "dead"]
    sa: list[Sa] = []
    esp_frames: int
    decrypted_frames: int
    icv_bad: int | None = None
    keys: KeySource | None = None


class Dialog(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One dialog that a request opened (RFC 3261 12): early while `code` is 1xx.

    `number` counts the dialogs of the agreement; `code`, `frame` and `delay_ms` are those of the
    last response that was new in it.
    """

    number: int
    code: int
    frame: Frame
    delay_ms: float


class Traffic(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One later request on an agreement, with its first final answer where one was seen.

    `unanswered`: an answer was due, and none came in 32 s of capture. `provisional` is the highest
    1xx, `tries` counts retransmissions in. `dialog` is the number of the dialog it was sent in,
    `dialogs` those it opened: one a To-tag.
    """

    time: Time
    capture: int
    frame: int
    method: str
    code: int | None = None
    sa: SaName | None = None
    delay_ms: float | None = None
    protection: Protection = "clear"
    answer: Frame | None = None
    from_client: bool = False
    unanswered: bool = False
    provisional: int | None = None
    tries: int | None = None
    in_dialog: bool = False
    dialog: int | None = None
    dialogs: list[Dialog] = []


class Agreement(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an exchange settled, in force until replaced or ended.

    `end_reason`: `replaced`, `deregistered`, `expired` (`expires` seconds after the last 2xx),
    `not-established` (no 2xx came), `capture-ended` (it is in force still). `renewed` is when the
    last 2xx came, `seen_until` how far the captures show it.
    """

    id: str
    exchange: str
    mechanism: str
    created: Time
    established: Time | None = None
    ended: Time | None = None
    end_reason: str | None = None
    expires: int | None = None  # seconds, as the last 2xx said
    renewed: Time | None = None
    seen_until: Time | None = None
    association: Association | None = None
    traffic: list[Traffic] = []
    findings: list[str] = []


class Occurrence(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The same deviation once more: its anchor, and what was seen there."""

    frame: Frame
    seen: str | None = None


class Finding(msgspec.Struct, omit_defaults=True, kw_only=True, rename={"class_": "class"}):
    """One deviation. `peer` is the address it is about, `name` the rule's name.

    `means` says what it means for people. `count` is how often it was seen, `again` names the first
    of these beside that of `frame`.
    """

    id: str
    fingerprint: str
    rule: str
    name: str = ""
    severity: Severity
    class_: Literal["failure", "security", "conformance", "policy"]
    effect: Effect
    party: Party
    title: str
    detail: str = ""
    exchange: str | None = None
    agreement: str | None = None
    peer: str | None = None
    frame: Frame
    frames: list[Frame] = []
    expected: str | None = None
    seen: str | None = None
    parameter: str | None = None
    spec: str | None = None  # absent where the clause was not read: "clause unverified"
    means: str | None = None
    cause: str | None = None
    fix: str | None = None
    explained_by: str | None = None
    count: int | None = None
    again: list[Occurrence] = []


class Summary(msgspec.Struct, kw_only=True):
    """Counts over the report. `findings` counts those with an effect, by severity."""

    exchanges: int
    phones: int
    registrations: dict[str, int]
    outcomes: dict[str, int]
    findings: dict[str, int]
    notes: int


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule that was in force, as people read it; `severity` is the worst it may have, `clause`
    None where its text was not read."""

    id: str
    name: str
    title: str
    severity: Severity
    dialects: tuple[str, ...] = ()
    clause: str | None = None
    means: str = ""
    cause: str = ""
    fix: str = ""

    @property
    def family(self) -> str:
        """`VER` of `VER-05`."""
        return self.id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Report:
    """One report as a stream; `strict` says that findings without effect count too, `rules` which
    were in force."""

    tool: Tool
    captures: list[Capture]
    exchanges: Iterable[Exchange]
    agreements: Iterable[Agreement]
    findings: Iterable[Finding]
    summary: Summary
    strict: bool = False
    redacted: bool = False  # subscribers have other names
    signals: Sequence[Signal] = ()  # that no exchange took
    core_registrations: Sequence[CoreRegistration] = ()
    rules: Sequence[RuleText] = ()


class Document(msgspec.Struct, omit_defaults=False, kw_only=True, rename={"schema_": "schema"}):
    """The report as one value."""

    schema_: str
    tool: Tool
    captures: list[Capture]
    exchanges: list[Exchange]
    agreements: list[Agreement]
    findings: list[Finding]
    signals: list[Signal] = []
    core_registrations: list[CoreRegistration] = []
    summary: Summary
