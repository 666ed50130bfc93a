"""The reason phrases that specifications give to the codes of SIP (IANA, SIP Response Codes)."""

from __future__ import annotations

from typing import Final

_PHRASES: Final = (
    "Trying", "Ringing", "Call Is Being Forwarded", "Queued", "Session Progress",
    "Early Dialog Terminated", "OK", "Accepted", "No Notification", "Multiple Choices",
    "Moved Permanently", "Moved Temporarily", "Use Proxy", "Alternative Service", "Bad Request",
    "Unauthorized", "Payment Required", "Forbidden", "Not Found", "Method Not Allowed",
    "Not Acceptable", "Proxy Authentication Required", "Request Timeout", "Gone",
    "Conditional Request Failed", "Request Entity Too Large", "Request-URI Too Long",
    "Unsupported Media Type", "Unsupported URI Scheme", "Unknown Resource-Priority",
    "Bad Extension", "Extension Required", "Session Interval Too Small", "Interval Too Brief",
    "Bad Location Information", "Bad Alert Message", "Use Identity Header",
    "Provide Referrer Identity", "Flow Failed", "Anonymity Disallowed", "Bad Identity Info",
    "Unsupported Credential", "Invalid Identity Header", "First Hop Lacks Outbound Support",
    "Max-Breadth Exceeded", "Bad Info Package", "Consent Needed", "Temporarily Unavailable",
    "Call/Transaction Does Not Exist", "Loop Detected", "Too Many Hops", "Address Incomplete",
    "Ambiguous", "Busy Here", "Request Terminated", "Not Acceptable Here", "Bad Event",
    "Request Pending", "Undecipherable", "Security Agreement Required", "Server Internal Error",
    "Not Implemented", "Bad Gateway", "Service Unavailable", "Server Time-out",
    "Version Not Supported", "Message Too Large", "Push Notification Service Not Supported",
    "Precondition Failure", "Busy Everywhere", "Decline", "Does Not Exist Anywhere", "Unwanted",
    "Rejected",
)  # fmt: skip
_FOLDED: Final = frozenset(phrase.casefold() for phrase in _PHRASES)


def is_usual(phrase: str) -> bool:
    """Whether the phrase is one of these, or none; all others are free text."""
    said = phrase.strip()
    return not said or said.casefold() in _FOLDED
