"""`secagree show`: an exchange, an agreement, a frame."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analyzer.cli import main
from analyzer.report.show.ids import parse
from tests.captures import SAMPLES, link_type, pcap, records

PCAPS = SAMPLES / "pcaps"
REAL = SAMPLES / "real"
FORKED = str(PCAPS / "ok_forked.pcap")


def show(*words: str) -> Result:
    result = CliRunner().invoke(main, ["show", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert result.stdout.isascii()
    return result


def lines(*words: str) -> list[str]:
    result = show(*words)
    assert result.exit_code in (0, 1), result.output
    return result.stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("E1", "exchange"), ("e12", "exchange"), ("0123456789ab", "exchange"), ("A1", "agreement"),
        ("12", "frame"), ("#12", "frame"), ("b#12", "frame"), ("E0", None), ("b.pcap", None),
        ("#0", None), ("", None),
    ],
)  # fmt: skip
def test_names(text: str, kind: str | None) -> None:
    found = parse(text)
    assert (None if found is None else found.kind) == kind


@pytest.mark.parametrize(("text", "capture"), [("7", 0), ("a#7", 0), ("b#7", 1), ("ab#7", 27)])
def test_letters_of_captures(text: str, capture: int) -> None:
    found = parse(text)
    assert found is not None
    assert found.frame is not None
    assert (found.frame.capture, found.frame.frame) == (capture, 7)


def test_an_exchange_with_its_headers_as_they_stand() -> None:
    out = lines(str(REAL / "16_udp_multi_offer_phh_gm.pcap"), "E1")
    assert out[0].startswith("E1  ")
    at = next(n for n, line in enumerate(out) if line.startswith(" 2 #2 challenge: 401"))
    step = "".join(line.strip() for line in out[at:])
    # the row as GROUND_TRUTH.md has it
    assert "Security-Server:ipsec-3gpp;prot=esp;mod=trans;" in step
    key = out[0].split()[1]
    assert lines(str(REAL / "16_udp_multi_offer_phh_gm.pcap"), key) == out


def test_the_life_of_an_agreement() -> None:
    out = lines(FORKED, "A1")
    assert out[0] == "A1 of E1  ipsec-3gpp  hmac-sha-1-96 / null"
    rows = [line.split() for line in out if " -> " in line or " <- " in line]
    assert [row[3] for row in rows] == ["MESSAGE", "INVITE", "PRACK", "ACK", "BYE", "BYE"]
    assert rows[1][4:] == ["200", "#12", "4.681", "s", "uc>ps", "opens", "d1", "d2"]
    assert rows[5][4:] == ["NO", "ANSWER", "uc>ps", "d2;", "2", "tries"]
    assert any(line.startswith(" ended     not in this capture") for line in out)


CLOSED = str(REAL / "03_udp_3des_md5_gm.pcap")
OTHER_KEYS = str(REAL / "01_udp_aes_sha1.esp_sa")
OTHER_PAIR = ("--ck", "00" * 16, "--ik", "11" * 16)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ((), "no keys for it"),
        (("--keys", OTHER_KEYS), "none of the keys given is for it"),
        (OTHER_PAIR, "the keys do not fit its ICV"),
    ],
)
def test_why_esp_stayed_closed(keys: tuple[str, ...], why: str) -> None:
    out = lines(CLOSED, "4", *keys)
    assert " sa        uc>ps of A1, hmac-md5-96 / des-ede3-cbc" in out  # as GROUND_TRUTH.md has it
    assert f" closed    {why}" in out


def test_esp_of_no_list(tmp_path: Path) -> None:
    alone = tmp_path / "esp.pcap"
    data = Path(CLOSED).read_bytes()
    alone.write_bytes(pcap(records(data)[2:], link_type(data)))
    assert " closed    no list that was read announces this SPI" in lines(str(alone), "2")


def test_esp_that_was_read_is_not_told_to_be_closed() -> None:
    keys = str(REAL / "27_tcp_aes_sha1.esp_sa")
    for frame in range(1, 16):
        said = lines(str(REAL / "27_tcp_aes_sha1_gm.pcap"), str(frame), "--keys", keys)
        assert not any(line.startswith(" closed") for line in said)


def test_who_took_its_place() -> None:
    keys = str(REAL / "05_udp_rereg_newspi.esp_sa")
    out = lines(str(REAL / "05_udp_rereg_newspi_gm.pcap"), "A1", "--keys", keys)
    assert any("replaced by A2 (E2)" in line for line in out)


def test_unread_packets_are_named() -> None:
    out = lines(str(REAL / "08_udp_calls_gm.pcap"), "A1")
    assert any("could not be read" in line for line in out)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ("2", ["401 Unauthorized", "2 of E1, challenge"]),
        ("3", ["ESP with NULL encryption, uc>ps", "3 of E1, verify"]),
        ("7", ["INVITE on A1 (E1): answered 200 at #12"]),
        ("13", ["ACK on A1 (E1): nothing answers it"]),
        ("14", ["d1 of INVITE #7"]),
        ("18", ["repeats #17"]),
        ("19", ["neither SIP nor ESP nor a signal"]),
        ("20", ["there is no such frame"]),
    ],
)
def test_frames(frame: str, words: list[str]) -> None:
    out = " ".join(" ".join(lines(FORKED, f"#{frame}")).split())
    for word in words:
        assert word in out


def test_a_copy_at_another_tap() -> None:
    gm, mw = (str(PCAPS / f"ok_gm_mw_{tap}.pcap") for tap in ("gm", "mw"))
    both = " ".join(" ".join(lines(gm, mw, "b#1")).split())
    assert "Mw (core)" in both
    twice = " ".join(" ".join(lines(gm, gm, "b#1")).split())
    assert "of a#1: the same octets at another tap" in twice


def test_a_fragment_says_where_it_is_complete() -> None:
    out = " ".join(" ".join(lines(str(PCAPS / "ok_udp_fragments.pcap"), "1")).split())
    assert "complete at" in out


def test_without_a_name_it_lists() -> None:
    (line,) = lines(FORKED)
    assert line.startswith("E1   A1: OK  001010123456789  registered")


def test_identities_are_put_under_other_names() -> None:
    for name in ("E1", "A1", "1"):
        assert "001010123456789" not in show(FORKED, name, "--redact").stdout


def test_selections_hold() -> None:
    result = show(FORKED, "E1", "--imsi", "999999999999999")
    assert result.exit_code == 2
    assert "there is no E1 here" in result.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((FORKED, "E1"), 0),
        ((FORKED, "E9"), 2),
        ((FORKED, "c#1"), 2),
        ((str(PCAPS / "prt_22_fires.pcap"), "E1"), 1),
        ((str(PCAPS / "prt_22_fires.pcap"), "E1", "--fail-on", "never"), 0),
        (("missing.pcap", "1"), 2),
        ((), 2),
        (("E1",), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int) -> None:
    assert show(*words).exit_code == code


def test_nothing_of_a_packet_drives_the_terminal(tmp_path: Path) -> None:
    data = (PCAPS / "ok_udp_null.pcap").read_bytes()
    hostile = [
        (time, octets.replace(b"Sample-UE/1.0", b"Sample\x1b[2J/1"))
        for time, octets in records(data)
    ]
    path = tmp_path / "hostile.pcap"
    path.write_bytes(pcap(hostile, link_type(data)))
    for name in ("E1", "A1", "1"):
        assert "\x1b" not in show(str(path), name).stdout
