"""What a message says of media security (vocabulary: message).

draft-dawes-sipcore-mediasec-parameter; `a=3ge2ae` as deployed (TS 24.229 7.2A.7).
"""

from __future__ import annotations

import msgspec

from analyzer.agreement.access import Standing
from analyzer.agreement.place import Place
from analyzer.agreement.security_list import parse_list
from analyzer.agreement.states import State
from analyzer.rules.subjects.lazy import fact
from analyzer.sip.message import SipMessage


class Audio(msgspec.Struct, frozen=True):
    """The first audio stream of an SDP body: transport of its m= line, and its attributes."""

    transport: str
    crypto: bool
    e2ae: str | None


class MediaFacts:
    """Facts of a message about its SDP, and about the media mechanisms agreed."""

    message: SipMessage
    place: Place

    @fact
    def _audio(self) -> Audio | None:
        message = self.message
        kind = (message.value("content-type") or "").lower()
        if not kind.startswith(("application/sdp", "multipart/")):
            return None
        return read_audio(message.body)

    @fact
    def audio_transport(self) -> str | None:
        return None if self._audio is None else self._audio.transport

    @fact
    def has_crypto(self) -> bool:
        return self._audio is not None and self._audio.crypto

    @fact
    def e2ae(self) -> str | None:
        return None if self._audio is None else self._audio.e2ae

    @fact
    def media_agreed(self) -> list[str] | None:
        access = self.place.access
        standing = None if access is None else access.standing_of(self.message)
        if standing is None:
            return None
        offered = _offered(standing)
        if offered is None:
            return None
        applies = standing.applies
        return [] if applies is None else [one.key for one in applies.media if one.key in offered]


def _offered(standing: Standing) -> frozenset[str] | None:
    """The media mechanisms of the client in its last registration; None where none was seen."""
    run, past = standing.run, standing.past
    if run is not None and run.state is State.DONE:
        offer = run.first("offer")
        listed = None if offer is None or offer.place is None else offer.place.client
    elif past is not None and past.registered:
        listed = parse_list(past.offered) if past.offered else None
    else:
        return None
    return frozenset() if listed is None else frozenset(one.key for one in listed.media)


def read_audio(body: bytes) -> Audio | None:
    """The first audio stream (RFC 4566 5.14); attributes of the session count for it too."""
    transport = None
    crypto = False
    e2ae = None
    session = True
    for line in body.decode("utf-8", "replace").splitlines():
        if line.startswith("m="):
            session = False
            if transport is not None:
                break
            words = line[2:].split()
            if len(words) > 2 and words[0].lower() == "audio":
                transport = words[2].lower()
        elif line.startswith("a=") and (session or transport is not None):
            name, _, value = line[2:].partition(":")
            crypto = crypto or name.lower() == "crypto"
            if name.lower() == "3ge2ae":
                e2ae = value.strip().lower()
    return None if transport is None else Audio(transport, crypto, e2ae)
