"""The tcpdump line that catches all a registration is made of.

A filter on `port 5060` loses all that has no such port: ESP, whose ports are encrypted, every
fragment but the first, and ICMP. Where the capture runs above IPsec (a phone's modem log, the
decrypted half of a Linux interface) the protected SIP has the ports of the 401.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# name of a tunnel in `Sighting.encapsulation` -> what carries it
_TUNNELS: Final = {"gtp": "udp port 2152"}
_PLAIN: Final = (
    "port 5060 or port 5061",
    "esp or udp port 4500 or udp port 500",
    "ip[6:2] & 0x3fff != 0 or ip6 proto 44",  # fragments: all but the first have no ports
    "icmp or icmp6",
)
PORTS: Final = 32  # announced ports that are named; a filter may not grow without end
COMMAND: Final = "tcpdump -i {interface} -s 0 -U -w trace.pcap '{expression}'"


def expression(ports: Iterable[int] = (), layers: Iterable[str] = ()) -> str:
    """A libpcap filter: SIP, ESP, IKE, fragments, ICMP, these ports, and tunnels among `layers`."""
    known = sorted({port for port in ports if port not in (5060, 5061)})[:PORTS]
    seen = set(layers)
    parts = [_PLAIN[0], *(f"port {port}" for port in known), *_PLAIN[1:]]
    parts += [carrier for name, carrier in _TUNNELS.items() if name in seen]
    whole = " or ".join(parts)
    # behind a tag every offset moves on, so the same is asked once more
    return f"{whole} or (vlan and ({whole}))" if "vlan" in seen else whole


def command(ports: Iterable[int] = (), layers: Iterable[str] = ()) -> str:
    """The whole line, ready for a shell. libpcap knows no VLAN tags on the interface `any`."""
    interface = "IFACE" if "vlan" in set(layers) else "any"
    return COMMAND.format(interface=interface, expression=expression(ports, layers))
