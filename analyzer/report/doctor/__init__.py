"""Why is something not seen, or not decoded? A page about the captures, read off the report.

evidence           one walk over a report: what speaks of the capture rather than the phone
checks             a table of questions, each answered from that evidence
capture_filter     the tcpdump line that would have caught all of it
wireshark_ports    ports that Wireshark gives to another protocol
page               the text, and the same as JSON
"""

from analyzer.report.doctor.checks import Check, State, diagnose
from analyzer.report.doctor.page import SCHEMA, to_json, to_text

__all__ = ["SCHEMA", "Check", "State", "diagnose", "to_json", "to_text"]
