"""The doctor's answers, on captures that were damaged the way captures are damaged in the field."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import analyzer
from analyzer.pipeline import Settings
from analyzer.report.doctor import Check, diagnose, to_json, to_text
from analyzer.report.doctor.capture_filter import expression
from analyzer.report.doctor.page import filter_line
from analyzer.report.doctor.wireshark_ports import taken_by
from analyzer.report.model import Report
from tests.captures import SAMPLES, SECOND, Record, analysed, link_type, pcap, pcapng, records

PCAPS = SAMPLES / "pcaps"
REAL = SAMPLES / "real"
ESP = 50
PROTOCOL, FRAGMENT_FIELD, SOURCE = 14 + 9, 14 + 6, 14 + 12  # of Ethernet and IPv4


def read(path: Path) -> list[Record]:
    return records(path.read_bytes())


def without(wanted: list[Record], drop: Callable[[bytes], bool]) -> list[Record]:
    kept = [(time, data) for time, data in wanted if not drop(data)]
    assert len(kept) < len(wanted)
    return kept


def answers(report: Report) -> dict[str, Check]:
    return {check.check: check for check in diagnose(report)[1]}


def page(report: Report) -> str:
    stream = io.StringIO()
    to_text(report, stream)
    return stream.getvalue()


def test_nothing_to_mend() -> None:
    report = analysed((PCAPS / "ok_udp_null.pcap").read_bytes())
    assert {check.state for check in diagnose(report)[1]} == {"ok"}
    assert page(report).startswith("NOTHING TO MEND\n")
    assert "tcpdump" not in page(report)


def test_keys_are_missing() -> None:
    report = analysed((REAL / "03_udp_3des_md5_gm.pcap").read_bytes())
    keys = answers(report)["keys"]
    assert (keys.state, keys.count) == ("problem", 1)
    assert [frame.frame for frame in keys.frames] == [3, 4, 5]
    assert "on 192.0.2.1: ip xfrm state" in (keys.next or "")
    assert answers(report)["one-way-esp"].said.startswith("E1: ESP from the UE only")


def test_keys_do_not_fit(tmp_path: Path) -> None:
    """The IK of another registration."""
    lines = (REAL / "16_udp_multi_offer_phh.esp_sa").read_text()
    wrong = tmp_path / "keys"
    wrong.write_text(re.sub(r'(\[RFC2403\]","0x)..', r"\g<1>00", lines))
    capture = str(REAL / "16_udp_multi_offer_phh_gm.pcap")
    found = answers(analyzer.analyze([capture], Settings(keys=[str(wrong)])))
    assert found["keys-fit"].said.startswith("E1: the ICV of 4 ESP packets does not fit")
    assert "keys" not in found, "there are keys, so none is missing"


def test_keys_made_otherwise() -> None:
    path = PCAPS / "prt_23_fires_swapped.pcap"
    usim = [str(SAMPLES / "usim.toml")]
    found = answers(analyzer.analyze([str(path)], Settings(usim=usim)))["keys-fit"]
    assert (found.state, found.count) == ("note", 1)
    assert "CK and IK the other way round" in found.said


def test_tls_is_not_read() -> None:
    report = analysed((SAMPLES / "wrapped" / "tls12.pcap").read_bytes())
    found = answers(report)["tls"]
    assert found.state == "problem"
    assert "--tls-keylog" in (found.next or "")


def test_start_is_missing() -> None:
    report = analysed(pcap(read(PCAPS / "ok_udp_null.pcap")[2:]))
    assert answers(report)["start"].state == "problem"
    assert "airplane mode" in (answers(report)["start"].next or "")


def test_one_direction() -> None:
    """A mirror port that copies what the phone receives alone."""
    ue = bytes((192, 0, 2, 10))
    kept = without(read(PCAPS / "ok_udp_null.pcap"), lambda data: data[SOURCE : SOURCE + 4] == ue)
    assert answers(analysed(pcap(kept)))["directions"].state == "problem"


def test_filter_lost_esp() -> None:
    kept = without(read(REAL / "03_udp_3des_md5_gm.pcap"), lambda data: data[PROTOCOL] == ESP)
    later = kept[-1][0] + 60 * SECOND
    found = answers(analysed(pcap([*kept, (later, bytes(60))])))["esp"]
    assert found.state == "problem"
    assert [frame.frame for frame in found.frames] == [2], "the 401 that announced the SAs"


def test_filter_lost_fragment_tails() -> None:
    def is_tail(data: bytes) -> bool:
        return bool(struct.unpack_from(">H", data, FRAGMENT_FIELD)[0] & 0x1FFF)

    kept = without(read(PCAPS / "ok_udp_fragments.pcap"), is_tail)
    found = answers(analysed(pcap(kept)))["fragments"]
    assert found.state == "problem"
    assert found.frames


def test_snap_length_cuts() -> None:
    capture = pcap(read(PCAPS / "ok_udp_null.pcap"), snaplen=200)
    found = answers(analysed(capture))["snap-length"]
    assert found.said == "8 packets cut to 200 octets by the snap length"
    assert found.frames[0].frame == 1


def test_capturing_program_lost_packets() -> None:
    """An Interface Statistics Block, as dumpcap writes it at the end."""
    whole = pcapng([(0, record) for record in read(PCAPS / "ok_udp_null.pcap")])
    body = struct.pack("<III", 0, 0, 0) + struct.pack("<HHQ", 4, 8, 100)
    body += struct.pack("<HHQ", 5, 8, 17) + struct.pack("<HH", 0, 0)
    size = struct.pack("<I", len(body) + 12)
    report = analysed(whole + struct.pack("<I", 5) + size + body + size)
    assert "lost 17 packets" in answers(report)["loss"].said


def test_link_type_is_not_read() -> None:
    report = analysed(pcap(read(PCAPS / "ok_udp_null.pcap"), link=147))
    found = answers(report)["link-type"]
    assert found.state == "problem"
    assert "user0" in found.said


def test_esp_without_a_registration() -> None:
    kept = without(read(REAL / "03_udp_3des_md5_gm.pcap"), lambda data: data[PROTOCOL] != ESP)
    found = answers(analysed(pcap(kept)))["esp-stray"]
    assert found.state == "problem"
    assert "192.0.2.10 > 192.0.2.1 0x7ffffc01 (2147482625)" in found.said
    assert found.frames[0].frame == 1


def test_ports_of_other_protocols() -> None:
    report = analysed((REAL / "27_tcp_aes_sha1_gm.pcap").read_bytes())
    found = answers(report)["wireshark-ports"]
    assert "TCP 6062 (port-uc) as x11" in found.said
    assert "-d tcp.port==6062,sip" in (found.next or "")


def test_damage() -> None:
    report = analysed((PCAPS / "ok_udp_null.pcap").read_bytes()[:-10], b"no capture at all")
    files = [check for check in diagnose(report)[1] if check.check == "file"]
    assert [check.state for check in files] == ["problem", "problem"]


def test_a_format_that_only_wireshark_reads() -> None:
    check = answers(analysed(b"GMBU" + bytes(200)))["file"]
    assert check.state == "problem"
    assert "editcap -F pcapng" in check.said


def test_page_fits_80_columns_but_for_the_line_to_copy() -> None:
    for path in sorted(REAL.glob("*.pcap*")):
        lines = page(analysed(path.read_bytes())).splitlines()
        long = [line for line in lines if len(line) > 80]
        assert all(line.startswith("tcpdump ") for line in long), path.name
        assert len(lines) < 40, path.name


def test_hostile_names_do_not_reach_the_terminal() -> None:
    report = analysed((PCAPS / "ok_udp_null.pcap").read_bytes())
    report.captures[0].path = "x\x1b]0;owned\x07.pcap"
    assert "\x1b" not in page(report)


def test_json() -> None:
    report = analysed((REAL / "03_udp_3des_md5_gm.pcap").read_bytes())
    document = msgspec.json.decode(to_json(report))
    assert document["schema"] == "secagree-doctor/1"
    assert {"check", "state", "said", "frames", "next"} <= document["checks"][0].keys()
    assert document["capture_filter"].startswith("tcpdump ")


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="needs tcpdump")
@pytest.mark.parametrize(
    "name",
    ["ok_udp_fragments", "ok_v6_fragments", "ok_gtp_null", "ok_udp_opaque", "ok_tcp_null"],
)
def test_filter_keeps_every_frame(name: str) -> None:
    path = PCAPS / f"{name}.pcap"
    line = filter_line(diagnose(analysed(path.read_bytes()))[0])
    wanted = line.partition("'")[2].rstrip("'")
    done = subprocess.run(
        ["tcpdump", "-r", path, "-w", "-", wanted], capture_output=True, check=True
    )
    assert records(done.stdout) == read(path)


def test_filter_does_not_grow_without_end() -> None:
    assert len(expression(range(1, 60_000))) < 2000


@pytest.mark.tshark
@pytest.mark.parametrize(("port", "taken"), [(5072, "ayiya"), (6081, "geneve"), (45_062, None)])
def test_ports_as_tshark_has_them(port: int, taken: str | None, tmp_path: Path) -> None:
    """SIP to a port of another dissector is not SIP to tshark; to a free port it is."""
    assert taken_by("udp", port) == taken
    time, data = read(PCAPS / "ok_udp_null.pcap")[0]
    moved = bytearray(data)
    moved[14 + 20 : 14 + 24] = struct.pack(">HH", port, port)
    path = tmp_path / "moved.pcap"
    path.write_bytes(
        pcap([(time, bytes(moved))], link_type((PCAPS / "ok_udp_null.pcap").read_bytes()))
    )
    done = subprocess.run(
        ["tshark", "-r", path, "-T", "fields", "-e", "frame.protocols"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip().endswith(":sip") is (taken is None)
