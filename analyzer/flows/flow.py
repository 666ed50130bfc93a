"""The three things `flows/` hands on, as one type."""

from analyzer.flows.datagram import Datagram, EspSeen, KeysSeen, Signal

Flow = Datagram | EspSeen | KeysSeen | Signal
