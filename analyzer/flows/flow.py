"""The three things `flows/` hands on, as one type."""

from analyzer.flows.datagram import Datagram, EspSeen, Signal

Flow = Datagram | EspSeen | Signal
