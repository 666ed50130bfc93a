"""Later requests of an agreement: answers, dialogs, and how the agreement ended.

The real captures are held against the frame tables of their ground truth.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.model import Agreement, Frame
from tests.captures import SAMPLES, SECOND, analysed, link_type, pcap, records
from tests.playbook import play

REAL = SAMPLES / "real"


class Row(NamedTuple):
    frame: int
    method: str
    code: int | None
    answer: int | None
    dialog: int | None
    opens: list[tuple[int, int]]  # dialog, last code in it


def agreements(path: Path) -> list[Agreement]:
    keys = path.with_name(path.name.replace("_gm.pcap", ".esp_sa"))
    settings = Settings(keys=(str(keys),) if keys.suffix == ".esp_sa" else ())
    return list(analyzer.analyze([str(path)], settings).agreements)


def rows(found: Agreement) -> list[Row]:
    return [
        Row(
            one.frame,
            one.method,
            one.code,
            None if one.answer is None else one.answer.frame,
            one.dialog,
            [(dialog.number, dialog.code) for dialog in one.dialogs],
        )
        for one in found.traffic
    ]


def test_calls_of_a_real_phone() -> None:
    (found,) = agreements(REAL / "08_udp_calls_gm.pcap")
    assert rows(found) == [
        Row(5, "INVITE", 200, 8, None, [(1, 200)]),
        Row(9, "ACK", None, None, 1, []),
        Row(10, "BYE", 200, 11, 1, []),
        Row(12, "INVITE", 200, 13, None, [(2, 200)]),
        Row(14, "ACK", None, None, 2, []),
        Row(15, "MESSAGE", 202, 16, None, []),
    ]
    assert [one.sa for one in found.traffic] == ["uc>ps"] * 3 + ["pc>us"] * 2 + ["uc>ps"]
    assert [one.from_client for one in found.traffic] == [True, True, True, False, False, True]
    invite = found.traffic[0]
    assert invite.provisional == 180
    assert invite.delay_ms == pytest.approx(343, abs=1)  # 1.853 s less 1.510 s
    assert not any(one.unanswered for one in found.traffic)
    assert found.end_reason == "capture-ended"


def test_a_re_registration_replaces_the_set() -> None:
    first, second = agreements(REAL / "05_udp_rereg_newspi_gm.pcap")
    assert (first.end_reason, first.ended) == ("replaced", second.established)
    assert rows(second) == [Row(9, "MESSAGE", 202, 10, None, [])]


def test_a_de_registration_ends_it() -> None:
    (found,) = agreements(REAL / "07_udp_rereg_nochallenge_dereg_gm.pcap")
    assert found.end_reason == "deregistered"


def test_a_forked_invite_opens_two_dialogs() -> None:
    (found,) = agreements(SAMPLES / "pcaps" / "ok_forked.pcap")
    assert rows(found)[1:] == [
        Row(7, "INVITE", 200, 12, None, [(1, 200), (2, 200)]),
        Row(9, "PRACK", 200, 10, 1, []),
        Row(13, "ACK", None, None, 2, []),
        Row(15, "BYE", 200, 16, 1, []),
        Row(17, "BYE", None, None, 2, []),
    ]
    invite, bye = found.traffic[1], found.traffic[5]
    assert invite.provisional == 183
    assert [dialog.frame for dialog in invite.dialogs] == [Frame(0, 14), Frame(0, 12)]
    assert (bye.unanswered, bye.tries) == (True, 2)


def test_what_the_capture_may_have_missed_is_not_unanswered() -> None:
    data = (SAMPLES / "pcaps" / "ok_forked.pcap").read_bytes()
    cut = analysed(pcap(records(data)[:17], link_type(data)))
    (found,) = cut.agreements
    assert (found.traffic[-1].method, found.traffic[-1].unanswered) == ("BYE", False)


@pytest.mark.parametrize(("beyond", "reason"), [(-60, "capture-ended"), (60, "expired")])
def test_an_agreement_runs_out(beyond: int, reason: str) -> None:
    data = (SAMPLES / "pcaps" / "ok_forked.pcap").read_bytes()
    kept = records(data)
    (found,) = analysed(pcap(kept, link_type(data))).agreements
    assert found.expires == 600_000
    late = kept[3][0] + (found.expires + beyond) * SECOND
    (found,) = analysed(pcap([*kept[:-1], (late, kept[-1][1])], link_type(data))).agreements
    assert found.end_reason == reason
    assert (found.ended is not None) == (reason == "expired")


def test_a_set_without_a_result_was_never_in_force() -> None:
    (found,) = agreements(SAMPLES / "pcaps" / "prt_22_fires.pcap")
    assert (found.established, found.end_reason) == (None, "not-established")


def test_an_agreement_that_a_request_in_a_dialog_runs() -> None:
    told = play(
        """
        >> 0.000 ue>p INVITE 1 client=digest tag=far
        >> 0.040 p>ue 494 1 of=INVITE server=digest
        >> end
        """
    )
    assert any("E1 in-dialog" in line for line in told)


def opened(frame: bytes) -> bytes:
    """The frame as it is above IPsec, of one with ESP in transport mode, NULL and an ICV of 12."""
    inner = frame[42 : -(14 + frame[-14])]
    ip = bytearray(frame[14:34])
    ip[2:4], ip[9] = (20 + len(inner)).to_bytes(2), frame[-13]
    return frame[:14] + bytes(ip) + inner


def test_above_ipsec_without_the_challenge_nothing_is_in_clear() -> None:
    # 3 and 4 are the protected REGISTER and its 200
    data = (SAMPLES / "pcaps" / "ok_udp_null.pcap").read_bytes()
    kept = [(time, opened(frame)) for time, frame in records(data)[2:4]]
    found = analysed(pcap(kept, link_type(data)))
    (exchange,) = found.exchanges
    assert {step.protection for step in exchange.steps} == {"ports"}
    assert exchange.outcome == "incomplete"
    assert [one.rule for one in found.findings if one.effect != "none"] == []
    # the same to the port for all comers went without protection
    clear = [(time, frame.replace(frame[34:38], b"\x13\xc4\x13\xc4", 1)) for time, frame in kept]
    found = analysed(pcap(clear, link_type(data)))
    (exchange,) = found.exchanges
    assert exchange.outcome == "bypassed"
    assert "VER-14" in [one.rule for one in found.findings]
