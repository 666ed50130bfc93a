"""Every bound on what a capture may make the tool do: one table, read by all rooms.

Times are integer nanoseconds, sizes are bytes. What is dropped at a bound is counted as a
`Problem`.
"""

from typing import Final

Bounds = dict[str, tuple[int, int]]
"""How near bounds that all captures share were: by a name, the most there was, and the bound."""

SECOND: Final = 1_000_000_000
MILLISECOND: Final = 1_000_000

SHARED: Final = 8 << 20  # octets of captures worth the start of further processes
BATCH: Final = 1 << 18  # octets sent to one of them at once

# capture
CHUNK: Final = 1 << 18  # bytes read from a file at once: they stay near the processor
COMPRESSED: Final = 1 << 14  # compressed bytes taken at once
DICTIONARY: Final = 1 << 27  # what a decompressor may look back: zstd --long=27, twice xz -9
RECORD: Final = 1 << 18  # largest captured packet; pcap's own MAXIMUM_SNAPLEN is 262144
BLOCK: Final = 1 << 24  # largest pcapng block
INTERFACES: Final = 4096  # interfaces of one pcapng section
NESTING: Final = 16  # encapsulations inside one another
PROBLEM_KINDS: Final = 64  # distinct problems, and link types, told of a capture
RESYNC: Final = 1 << 20  # bytes searched for the next record behind a broken one
SAMPLED: Final = 20_000  # frames of a capture looked at to say what is in it
CAPTURE_GAP: Final = 128 * SECOND  # silence between the files of a ring (64*T1 on Gm)
CLOCK_MARKS: Final = 1 << 17  # packets and messages of all captures by which clocks are compared
CLOCK_LOOK: Final = 20_000  # frames of each file by which a ring is told from several taps
MARKED_HOPS: Final = 4  # hops on which one message is marked
CLOCK_SAMPLES: Final = 256  # of what two captures have in common; the slope looks at all pairs
CLOCK_FLOOR: Final = MILLISECOND  # clocks closer than this agree
CLOCK_SPREAD: Final = 250 * MILLISECOND  # samples farther apart contradict one another
CLOCK_DRIFT: Final = 500_000  # ns a second: no clock runs worse (500 ppm)

# flows
FRAGMENTED: Final = 1024  # datagrams being reassembled at once
FRAGMENTS: Final = 256  # fragments of one datagram
FRAGMENT_LIFE: Final = 30 * SECOND  # RFC 8200 4.5 allows 60 s; captures do not need it
DATAGRAM: Final = 65_535  # a reassembled IP payload
STREAMS: Final = 32_768  # TCP directions followed at once
STREAM_WAIT: Final = 256  # segments held back behind one gap
STREAM_BUFFER: Final = 1 << 18  # bytes held back behind one gap
FRAGMENT_BUFFER: Final = 1 << 24  # bytes of all fragments held together, with what holds them
STREAMS_BUFFER: Final = 1 << 25  # bytes held back in all streams together, with what holds them
STREAM_START: Final = 8  # segments held back where a stream is met in its middle
STREAM_WINDOW: Final = 1 << 20  # farther from what is expected: no part of what was seen before
STREAM_PATIENCE: Final = 4 * SECOND  # how long a gap is waited for: two retransmissions (RFC 6298)
TLS_TOLD: Final = 8  # TLS records of one direction that are told of; alerts always are
ASSOCIATIONS: Final = 4096  # SCTP directions followed at once
CHUNKS_SEEN: Final = 64  # DATA chunks of a direction remembered, to know those sent again
CHUNKS_BUFFER: Final = 1 << 24  # bytes of all SCTP fragments held together, with what holds them
ESP_SEEN: Final = 16_384  # ESP packets of a moment remembered, to know their copies
ESP_HEAD: Final = 40  # octets of an ESP packet that say which one it is

STRAY_FLOWS: Final = 64  # ESP flows that nothing announced, named for each capture
CX_AVPS: Final = 256  # AVPs of one Diameter message, or of one that holds others
SECRETS_KEPT: Final = 64  # blocks of secrets kept of one pcapng
KEY_LINES: Final = 1_000_000  # lines of a file of keys
KEY_PATTERNS: Final = 1024  # of them with wildcards, which are tried one by one
KEYS_BOUND: Final = 65_536  # challenges whose keys are remembered
KEYS_OF_RAND: Final = 4  # different keys of one challenge
KEY_PACKETS: Final = 8  # packets of one SA that the same keys are tried on before they are given up
KEY_CAUSES: Final = 2  # packets of one SA that the usual mistakes are tried on
KEY_OTHERS: Final = 32  # keys of other challenges that are tried then
KEYS_AT_WORK: Final = 8192  # SAs whose ciphers are held ready
KEYS_WAITING: Final = 65_536  # SAs remembered because their packets stayed closed
SAS_FORMER: Final = 65_536  # ended SAs remembered for late packets
SAS_PROVEN: Final = 65_536  # SAs whose keys are written out
OPENED_OCTETS: Final = 1 << 28  # of packets that are written out opened
SWEEPS: Final = 3  # over the same captures, where keys come late

# sip
MESSAGE: Final = 65_536  # one SIP message: a UDP datagram, or what TCP may need to hold for one
HEADER_ROWS: Final = 1000
ELEMENTS: Final = 256  # elements of one Security-* list, parameters of one element
COPY_WINDOW: Final = 250 * MILLISECOND  # same bytes, same hop, sooner than any timer T1: a copy
TRANSACTIONS: Final = 32_768  # transactions open at once
TRANSACTIONS_BUFFER: Final = 1 << 26  # octets of their messages
TRANSACTION_LIFE: Final = 128 * SECOND  # 64*T1 on Gm (TS 24.229 7.7)
FORWARD_WINDOW: Final = 32 * SECOND  # a message and its forward on the next hop
CLOCKS_APART: Final = 5 * SECOND  # the same packet (IP identification) at two taps
RESIDUAL: Final = 250 * MILLISECOND  # what clocks may be apart after they were set right
EARLY: Final = 4096  # responses that wait for their request
REPETITION: Final = 32 * SECOND  # twice Timer T2 of TS 24.229 7.7: longest gap of retransmissions
UNFINISHED: Final = 1024  # TCP directions inside a message at once
START_LINE: Final = 8192  # a start line TCP has not ended yet
SIGHTINGS: Final = 64  # places remembered of one message
REPEATS: Final = 16  # occurrences of one message, and requests under one branch, remembered
READINGS: Final = (
    1024  # start lines, header layouts and the like of which the reading is remembered
)
READING: Final = 1024  # the longest text of these, in octets
LAYOUTS: Final = 64  # header layouts with an expression of their own
LAYOUTS_ALIKE: Final = 4  # of these the ones of one method or status code
LAYOUT_MET: Final = 32  # heads of a layout after which it is worth one: to make it takes some ms
ROW_FORMS: Final = 256  # forms of Security-* rows with an expression of their own
ROW_MET: Final = 8  # rows of a Security-* header alike but for digits: the same is true of them

# the second engine
TSHARK_SECONDS: Final = 300  # that tshark may take for one capture
TSHARK_MESSAGES: Final = 100_000  # SIP messages taken from it

# the plugin
RECORDED: Final = 500_000  # messages, ESP packets and signals that it remembers of a capture
RECORDED_OCTETS: Final = 1 << 28  # of these
LOOKED: Final = 5_000  # of them, for which it is run where Wireshark only passes by a frame
AT_ONCE: Final = 1_000  # of them, that a window analyses without a word, in a second

# dissect
DISSECTED: Final = 64  # frames that are taken apart where none is named
OVERLAPS: Final = 256  # places tried for the piece of a message that a frame has

# agreement
EXCHANGES: Final = 8192  # exchanges open at once: some thousand phones within half a minute
EXCHANGES_BUFFER: Final = 1 << 26  # octets of the messages of all open exchanges
ACCESSES: Final = 65_536  # Accesses with state
ESP_FRAMES: Final = 4096  # ESP frames remembered for one exchange
TRAFFIC: Final = 10_000  # later requests kept for one agreement
SETS_BEFORE: Final = 4  # sets remembered behind the one in force, of one subscriber
SA_MARGIN: Final = 30 * SECOND  # an SA outlives its registration by it (TS 24.229 5.1.1.5.1)
REG_AWAIT_AUTH: Final = 240 * SECOND  # TS 24.229 7.8: life of a temporary set
ANSWER_WAIT: Final = 32 * SECOND  # 64*T1 with RFC 3261's T1: silence that means something
REPEATED_BY: Final = 4 * SECOND  # a request over UDP is repeated within 2*T1 of Gm
OVERLAP: Final = 128 * SECOND  # old and new set coexist: 64*T1 on Gm
LIST_CACHED: Final = 2048  # characters of a Security-* list whose parse is remembered
LISTS_CACHED: Final = 512  # Security-* lists remembered; the same text comes again in the exchange
OLDER_LISTS: Final = 8  # earlier lists of a server that a Security-Verify is compared with
EDIT_TABLE: Final = 4096  # cells of the table that finds the smallest edit of two lists
EDIT_WORDS: Final = 8  # steps of an edit told in words; further ones are counted
SIGNALS: Final = 64  # reachability signals kept between two ends
SIGNALLED: Final = 16_384  # pairs of ends they are kept of
HOMELESS: Final = 8  # ESP flows between two ends that no registration was seen of
CORE_RUNS: Final = 1_024  # registrations kept of which Mw alone was captured
REPORTED: Final = 64  # signals outside of all exchanges that are reported
ASKED: Final = 16_384  # later requests waiting for their answer
FORKED: Final = 1024  # answered requests of which further 2xx may come
DIALOGS: Final = 16  # dialogs remembered that one request opened
FAR: Final = 64  # messages of one exchange kept from beyond the first hop
EXCHANGE_STEPS: Final = 256  # messages kept of one exchange
STRAYS_KEPT: Final = 4096  # SPIs of which the first packets wait to be announced
STRAYS: Final = 64  # unannounced ESP flows kept of one Access
LATER: Final = 16  # unread ESP packets kept after an inferred result
CHALLENGES_KEPT: Final = 64  # challenges in a row remembered of one subscriber
ECHOES: Final = 16  # frames kept of requests on one set that left out the list
FORMS_KNOWN: Final = 512  # forms of messages, transactions and runs known at once
FORM_HEAD: Final = 4096  # octets of a head that may have a form
FORM_STEPS: Final = 8  # messages of a run that may have one
FORM_ELEMENTS: Final = 16  # elements of a list in it
FORM_PROMPT: Final = 10 * SECOND  # within which an answer to a challenge is a prompt one
FORM_USUAL: Final = 64  # times that a form came before it has a function of rules of its own
SORTS_KNOWN: Final = 128  # sorts, and forms, of subjects that have a function of their own
ENGINES: Final = 4  # compiled rule books remembered in one process
OCCURRENCES: Final = 16  # kept of one finding beside the first
LIST_CLAIMS: Final = 4096  # kept: what a server listed for what offer
LISTS_COMPARED: Final = 64  # of them, those of one server compared with one another
SHORTEST_T1: Final = 500 * MILLISECOND  # RFC 3261 17.1.1.1; on Gm it is 2 s (TS 24.229 7.7)

# report
PAGE_BLOCK: Final = 1 << 18  # octets of JSON that a page opens at once
PAGE_TEXTS: Final = 640 << 10  # octets of message texts in one page, deflated and in base64
PAGE_MESSAGES: Final = 1 << 20  # octets of the messages of one exchange in a page
PAGE_VALUE: Final = 4096  # characters of one value in a page, but for those of messages
PAGE_FRAMES: Final = 128  # frames of one exchange by which the page's list finds it
REDACTED: Final = 1 << 19  # names of subscribers and phones that have another one each
