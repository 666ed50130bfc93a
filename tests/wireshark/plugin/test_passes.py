"""When the plugin runs the analysis, and on what, in each way tshark goes over a capture."""

import pytest

from tests.captures import SAMPLES
from tests.wireshark.plugin.tellers import NULL, told

pytestmark = pytest.mark.tshark

CAPTURE = SAMPLES / "pcaps" / "ok_null.pcap"  # REGISTER and 401 in clear, six ESP packets
FRAMES = range(1, 9)


def events(*options: str, most: int = 1000) -> list[str]:
    """What happened, without the octets: `SIP 1`, `LOOK 1`, `FINISH`."""
    lines = told(CAPTURE, *options, most=most)
    return [" ".join(line.split()[:2]) for line in lines]


def given(frame: int) -> str:
    return f"SIP {frame}" if frame < 3 else f"ESP {frame}"


def test_nothing_is_run_where_nobody_looks() -> None:
    assert events() == []
    assert events("-2") == []
    assert events("-S", "\n") == []


def test_what_may_want_opened_sip_is_taken_down() -> None:
    expected = ["NEW", *map(given, FRAMES), "FINISH"]  # at the end, to say what was not shown
    assert events("-Y", "sip") == expected
    assert events("-z", "io,stat,0") == expected


def test_one_pass_sees_what_stands_before() -> None:
    expected = ["NEW"] + [word for n in FRAMES for word in (given(n), f"LOOK {n}")]
    expected += ["FINISH"]  # at the end of the file, to say what came too late
    assert events("-V") == expected
    assert events("-T", "fields", "-e", "secagree.role") == expected
    assert events("-Y", "secagree.role") == expected
    assert events("-2", "-V") == expected  # its first pass has no fields


@pytest.mark.parametrize("shown", [("-V",), ("-Y", "secagree"), ("-Y", "frame", "-V")])
def test_two_passes_with_a_filter_read_all_first(shown: tuple[str, ...]) -> None:
    if shown == ("-V",):
        shown = ("-R", "frame", "-V")
    first = events("-2", *shown)
    done = first.index("FINISH")
    assert [word for word in first[:done] if word[:4] in ("SIP ", "ESP ")] == list(
        map(given, FRAMES)
    )
    assert first[done + 1 :] == [f"LOOK {n}" for n in FRAMES]


def test_the_tap_is_run_on_everything_at_the_end() -> None:
    whole = ["NEW", *map(given, FRAMES), "FINISH", "SIP Security"]
    assert events("-q", "-z", "secagree,tree") == whole
    assert events("-z", "secagree,tree") == whole
    assert events("-2", "-q", "-z", "secagree,tree") == whole
    two_passes = events("-2", "-q", "-Y", "frame", "-z", "secagree,tree")
    assert [word for word in two_passes if not word.startswith("LOOK")] == whole


def test_a_read_filter_leaves_out_what_it_refuses() -> None:
    # ESP with the SPI to the phone, frames 4, 6 and 7, gets the numbers 1 to 3
    told_of = events("-2", "-R", "esp.spi == 0x10001001", "-V")
    done = told_of.index("FINISH")
    assert told_of[done + 1 :] == ["LOOK 1", "LOOK 2", "LOOK 3"]
    fed = [line for line in told(CAPTURE, "-2", "-R", "esp.spi == 0x10001001", "-V")
           if line.startswith(("SIP ", "ESP "))]  # fmt: skip
    assert [line.split()[-2].endswith("268439553") for line in fed]


def test_what_is_taken_down_is_bounded_and_told() -> None:
    lines = events("-q", "-z", "secagree,tree", most=3)
    assert lines == ["NEW", "SIP 1", "SIP 2", "ESP 3", "FINISH", "SIP Security", "not taken"]


def test_preference_switches_it_off() -> None:
    assert events("-V", "-o", "secagree.enabled:FALSE") == []


def test_the_tap_says_that_it_is_switched_off() -> None:
    off = ("-q", "-z", "secagree,tree", "-o", "secagree.enabled:FALSE")
    assert told(CAPTURE, *off) == [
        "SIP Security Agreement: switched off by the preference secagree.enabled"
    ]


def test_expert_information_is_a_look() -> None:
    looks = [f"LOOK {n}" for n in FRAMES]
    assert [line for line in events("-z", "expert") if line.startswith("LOOK")] == looks


def test_esp_without_encryption_gives_both() -> None:
    kinds = [line.split()[:2] for line in told(CAPTURE, "-V", *NULL) if not line.startswith("LOOK")]
    assert kinds.pop() == ["FINISH"]
    assert kinds[1:] == [["SIP", "1"], ["SIP", "2"]] + [
        [kind, str(n)] for n in range(3, 9) for kind in ("ESP", "SIP")
    ]
