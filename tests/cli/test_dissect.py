"""`secagree dissect`: frames field by field."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analyzer.cli import main
from tests.captures import SAMPLES, pcap, records

REAL = SAMPLES / "real"
Json = dict[str, Any]


def run(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, ["dissect", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def text(*words: str | Path) -> list[str]:
    result = run(*words)
    lines = result.stdout.splitlines()
    assert result.stdout.isascii()
    assert [line for line in lines if len(line) > 80] == []
    return lines


def frames(*words: str | Path) -> list[Json]:
    result = run(*words, "--format", "json")
    document = json.loads(result.stdout)
    assert document["schema"] == "secagree-dissect/1"
    return list(document["frames"])


def walk(fields: list[Json]) -> Iterator[Json]:
    for field in fields:
        yield field
        yield from walk(field.get("children", []))


def octets(source: Json, field: Json) -> bytes:
    start = 2 * field["start"]
    return bytes.fromhex(source["octets"][start : start + 2 * field["length"]])


def named(source: Json, name: str) -> list[Json]:
    return [field for field in walk(source["fields"]) if field["field"] == name]


def test_a_frame_down_to_the_parameter() -> None:
    out = text(REAL / "03_udp_3des_md5_gm.pcap", "--frame", "2")
    assert out[0].startswith("#2 of ")
    assert " 0022-0029  UDP: 5060 > 5060, length 733" in out
    assert " 0217-0220          spi-c: 2147482624 (0x7ffffc00)" in out
    assert " 02b9-02ce          RAND: 9f7c8d021accf4db213ccff0c7f71a6a (16 octets, base64)" in out
    at = out.index("0210  3b 73 70 69 2d 63 3d 32 31 34 37 34 38 32 36 32   ;spi-c=214748262")
    assert out[at + 1] == "                           ~~ ~~ ~~ ~~ ~~ ~~ ~~ ~~ ~~   spi-c"
    assert " step      2 of E1, challenge (401 Unauthorized - Challenging the UE)" in out


def test_the_octets_are_those_of_the_capture() -> None:
    path = REAL / "03_udp_3des_md5_gm.pcap"
    (frame,) = frames(path, "--frame", "2")
    (source,) = frame["sources"]
    assert bytes.fromhex(source["octets"]) == records(path.read_bytes())[1][1]
    (spi,) = named(source, "sip.sec_mechanism.spi_s")
    assert (spi["text"], octets(source, spi)) == ("2147482625", b"2147482625")


def test_what_esp_held_is_a_source_of_its_own() -> None:
    keys = REAL / "09_udp_wrong_verify_spi.esp_sa"
    (frame,) = frames(REAL / "09_udp_wrong_verify_spi_gm.pcap", "--keys", keys, "--frame", "3")
    outer, inner = frame["sources"]
    assert (outer["name"], inner["name"]) == ("frame", "ESP, opened")
    (spi,) = named(outer, "esp.spi")
    assert octets(outer, spi) == (4097).to_bytes(4)
    assert [octets(inner, one) for one in named(inner, "sip.sec_mechanism.spi_s")] == [
        b"572653568",
        b"99999",
    ]
    assert frame["findings"] == ["F1", "F2"]
    assert {"name": "findings", "text": "F1 VER-10 bad-verify-accepted; F2 VER-05 "
            "verify-param-changed"} in frame["analysis"]  # fmt: skip


def test_esp_with_null_encryption_is_read_in_the_frame() -> None:
    (frame,) = frames(REAL / "02_udp_null_md5_gm.pcap", "--frame", "3")
    (source,) = frame["sources"]
    assert [one["field"] for one in source["fields"]] == ["eth", "ip", "esp", "udp", "sip"]
    assert octets(source, named(source, "sip.Method")[0]) == b"REGISTER"


def test_a_message_of_several_frames_says_what_is_in_this_one() -> None:
    path = REAL / "16_udp_multi_offer_phh_merged.pcapng"
    first, last = frames(path, "--frame", "2", "--frame", "3")
    for frame in (first, last):
        assert frame["sources"][1]["name"] == "SIP message, put together"
        assert [one["frame"] for one in frame["sources"][1]["frames"]] == [2, 3]
    (head,), (tail,) = first["parts"], last["parts"]
    assert (head["start"], head["start"] + head["length"]) == (0, tail["start"])
    assert tail["start"] + tail["length"] == first["sources"][1]["length"]


def test_without_a_frame_all_of_the_exchanges() -> None:
    out = text(REAL / "03_udp_3des_md5_gm.pcap")
    assert [line.split()[0] for line in out if line.startswith("#")] == [
        f"#{n}" for n in range(1, 6)
    ]


def test_several_captures() -> None:
    gm, mw = REAL / "03_udp_3des_md5_gm.pcap", REAL / "03_udp_3des_md5_mw.pcap"
    (line, *_) = text(gm, mw, "--frame", "b#1")
    assert line.startswith("b#1 of ")
    assert line.endswith("03_udp_3des_md5_mw.pcap")


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--frame", "999"), 2), (("--frame", "E1"), 2), (("--frame", "1", "--frame", "999"), 2)],
)
def test_a_frame_that_is_not_there(words: tuple[str, ...], code: int) -> None:
    result = run(REAL / "03_udp_3des_md5_gm.pcap", *words)
    assert result.exit_code == code
    if "999" in words:
        assert "#999: there is no such frame" in result.stdout


def test_keys_are_masked_in_text_and_octets() -> None:
    path = REAL / "01_udp_aes_sha1_mw.pcap"
    (open_frame,) = frames(path, "--frame", "2", "--show-keys")
    (source,) = open_frame["sources"]
    (ck,) = named(source, "sip.auth.ck")
    key = ck["text"].strip('"')
    assert len(key) == 32
    for form in ("text", "json"):
        out = run(path, "--frame", "2", "--format", form).stdout
        assert key not in out
        assert key.encode().hex() not in out
        assert key.encode().hex(" ") not in out
    assert "** ** **" in run(path, "--frame", "2").stdout


def fragments(datagram: bytes, size: int) -> list[bytes]:
    """Ethernet frames of an IPv4 datagram, in fragments with so many octets of payload."""
    eth, ip, payload = datagram[:14], datagram[14:34], datagram[34:]
    frames_ = []
    for at in range(0, len(payload), size):
        piece = payload[at : at + size]
        more = 0x2000 if at + size < len(payload) else 0
        head = ip[:2] + (20 + len(piece)).to_bytes(2) + ip[4:6]
        head += (at // 8 | more).to_bytes(2) + ip[8:]
        frames_.append(eth + head + piece)
    return frames_


def test_a_key_that_begins_in_the_frame_before_is_masked(tmp_path: Path) -> None:
    """Wherever the datagram is cut in two, no octet of a key is seen in either frame."""
    challenge = records((REAL / "01_udp_aes_sha1_mw.pcap").read_bytes())[1][1]
    at = challenge.index(b"ck=") + 4 - 34
    key = challenge[at + 34 : at + 34 + 32]
    path = tmp_path / "cut.pcap"
    for size in range((at + 7) // 8 * 8, at + 32, 8):
        pieces = fragments(challenge, size)
        path.write_bytes(pcap([(n, piece) for n, piece in enumerate(pieces)]))
        held = frames(path, *(f"--frame={n}" for n in range(1, len(pieces) + 1)))
        seen = b"".join(
            bytes.fromhex(source["octets"].replace("**", "00"))
            for frame in held
            for source in frame["sources"]
        )
        for start in range(32 - 6):
            assert key[start : start + 6] not in seen


def segments(frame: bytes, *cuts: int) -> list[bytes]:
    """Ethernet frames of an IPv4 packet with TCP, its payload cut at these places."""
    eth, ip, tcp = frame[:14], frame[14:34], frame[34:]
    size = (tcp[12] >> 4) * 4
    head, payload = tcp[:size], tcp[size:]
    first = int.from_bytes(head[4:8])
    found = []
    for start, end in pairwise((0, *cuts, len(payload))):
        piece = head[:4] + (first + start).to_bytes(4) + head[8:] + payload[start:end]
        found.append(eth + ip[:2] + (20 + len(piece)).to_bytes(2) + ip[4:] + piece)
    return found


def test_a_message_of_several_segments(tmp_path: Path) -> None:
    challenge = records((REAL / "27_tcp_aes_sha1_gm.pcap").read_bytes())[5][1]
    pieces = segments(challenge, 100, 500)
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap([(n, piece) for n, piece in enumerate(pieces)]))
    held = frames(path, "--frame=1", "--frame=2", "--frame=3")
    whole = challenge[34 + 32 :].hex()
    at = 0
    for frame in held:
        message = frame["sources"][1]
        assert (message["octets"], [one["frame"] for one in message["frames"]]) == (
            whole,
            [1, 2, 3],
        )
        (part,) = frame["parts"]
        assert (part["source"], part["start"]) == (1, at)
        at += part["length"]
    assert at == len(whole) // 2


def test_messages_of_one_segment_stand_behind_one_another(tmp_path: Path) -> None:
    challenge = records((REAL / "27_tcp_aes_sha1_gm.pcap").read_bytes())[5][1]
    message = challenge[34 + 32 :]
    (both,) = segments(challenge + message.replace(b"CSeq: 1 ", b"CSeq: 2 "))
    path = tmp_path / "both.pcap"
    path.write_bytes(pcap([(0, both)]))
    (frame,) = frames(path, "--frame=1")
    starts = [one["start"] for one in frame["sources"][0]["fields"] if one["field"] == "sip"]
    assert starts == [66, 66 + len(message)]


def test_redaction_reaches_octets(tmp_path: Path) -> None:
    imsi = "001010123456789"
    path = REAL / "01_udp_aes_sha1_gm.pcap"
    for form in ("text", "json"):
        out = run(path, "--frame", "1", "--redact", "--format", form).stdout
        assert imsi not in out
        assert imsi.encode().hex() not in out
        assert imsi.encode().hex(" ")[:30] not in out
    (frame,) = frames(path, "--frame", "1", "--redact")
    assert len(frame["sources"][0]["octets"]) == 2 * frame["sources"][0]["length"]


HOSTILE = (
    b"\x1b[31mred\x1b]0;t\x07",
    b"\xc2\x9b1m\x9b",
    "\u202eevil\u2066".encode(),
    b"\xff\xfe\xc3\x28",
    b"<script>alert(1)</script>",
    b"W" * 60_000,
    b";" * 4000,
    b'"' * 4000,
)


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_values_stay_text(payload: bytes, tmp_path: Path) -> None:
    message = (
        b"REGISTER sip:ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK" + payload
        + b"\r\nFrom: <sip:a@b>;tag=" + payload + b"\r\nTo: <sip:a@b>\r\nCall-ID: x" + payload
        + b"\r\nCSeq: 1 REGISTER\r\nSecurity-Client: ipsec-3gpp;x" + payload[:200] + b"="
        + payload[:200] + b";spi-c=1\r\nX-" + payload[:40] + b": y\r\n\r\n"
    )[:65_000]  # fmt: skip
    udp = (5060).to_bytes(2) * 2 + (8 + len(message)).to_bytes(2) + b"\0\0" + message
    ip = (
        b"\x45\0"
        + (20 + len(udp)).to_bytes(2)
        + b"\0\1\0\0\x40\x11\0\0"
        + bytes([192, 0, 2, 10, 192, 0, 2, 1])
    )
    path = tmp_path / "hostile.pcap"
    path.write_bytes(pcap([(0, bytes(12) + b"\x08\0" + ip + udp)]))
    text(path, "--frame", "1")
    out = run(path, "--frame", "1", "--format", "json").stdout
    json.loads(out)
    assert not [c for c in out if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
    assert "\u202e" not in out


# ---- against tshark

_COMPARED = (
    *("sip.Security-Server", "sip.Security-Verify", "sip.sec_mechanism.alg", "sip.auth.nonce"),
    *("sip.sec_mechanism.spi_s", "sip.Via"),
)


def theirs(path: Path, keys: Path | None) -> dict[int, list[tuple[int, dict[str, list[Any]]]]]:
    """Of each frame its SIP messages: size, and ranges of fields from the start of the message."""
    options = ["-o", "esp.enable_null_encryption_decode_heuristic:TRUE"]
    if keys is not None:
        options += ["-o", "esp.enable_encryption_decode:TRUE"]
        for line in keys.read_text("utf-8").splitlines():
            if line.startswith('"'):
                options += ["-o", f"uat:esp_sa:{line}"]
    command = ["tshark", "-r", str(path), *options, "-T", "pdml", "-J", "frame sip", "-Y", "sip"]
    pdml = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    found: dict[int, list[tuple[int, dict[str, list[Any]]]]] = {}
    for packet in ET.fromstring(pdml):
        number = next(int(field.get("show") or 0) for field in packet.iter("field")
                      if field.get("name") == "frame.number")  # fmt: skip
        for proto in packet.iter("proto"):
            if proto.get("name") != "sip":
                continue
            at = int(proto.get("pos") or 0)
            ranges = defaultdict(list)
            for field in proto.iter("field"):
                place = int(field.get("pos") or 0) - at, int(field.get("size") or 0)
                ranges[str(field.get("name"))].append(place)
            found.setdefault(number, []).append((int(proto.get("size") or 0), ranges))
    return found


@pytest.mark.tshark
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("09_udp_wrong_verify_spi_gm.pcap", "09_udp_wrong_verify_spi.esp_sa"),
        ("25_udp_big_message_frag_gm.pcap", "25_udp_big_message_frag.esp_sa"),
        ("02_udp_null_md5_gm.pcap", None),
        ("27_tcp_aes_sha1_gm.pcap", "27_tcp_aes_sha1.esp_sa"),
        ("16_udp_multi_offer_phh_merged.pcapng", None),
    ],
)
def test_messages_stand_where_tshark_has_them(name: str, keys: str | None) -> None:
    path, secrets = REAL / name, None if keys is None else REAL / keys
    told = theirs(path, secrets)
    words = ["--keys", str(secrets)] if secrets else []
    held = frames(path, *words, *(f"--frame={number}" for number in told))
    compared = 0
    for frame in held:
        trees = [
            one for source in frame["sources"] for one in source["fields"] if one["field"] == "sip"
        ]
        assert len(trees) == len(told[frame["frame"]])
        for tree, (size, ranges) in zip(trees, told[frame["frame"]], strict=True):
            assert tree["length"] == size
            mine = defaultdict(list)
            for field in walk(tree["children"]):
                if field["field"].startswith("sip."):
                    mine[field["field"]].append((field["start"] - tree["start"], field["length"]))
            for name_ in _COMPARED:
                assert sorted(mine[name_]) == sorted(ranges[name_])
                compared += len(mine[name_])
    assert compared > 10
