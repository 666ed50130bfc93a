"""Keys as files: tshark opens with them what we opened; ours reads its own files again."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer import pipeline
from analyzer.pipeline import Settings
from analyzer.wireshark import profile
from analyzer.wireshark.decrypted import Source, write
from analyzer.wireshark.esp_sa import as_json, esp_sa, usable
from analyzer.wireshark.sa_keys import EspWatch, SaKeys
from tests.captures import SAMPLES

REAL, PCAPS = SAMPLES / "real", SAMPLES / "pcaps"
USIM = (str(SAMPLES / "usim.toml"),)
NOBODY = 65_534

CASES = [
    *(path for path in sorted(PCAPS.glob("esp_*.pcap")) if path.stem != "esp_gmac"),
    *sorted(REAL.glob("*_merged.pcapng")),
    REAL / "03_udp_3des_md5_gm.pcap",
    REAL / "27_tcp_aes_sha1_gm.pcap",
    REAL / "29_udp6_aes_sha1_any.pcap",
    PCAPS / "ok_udp_null.pcap",
    PCAPS / "ok_v6_null.pcap",
]


def settings_of(path: Path) -> Settings:
    """With the keys that stand beside a capture."""
    beside = path.with_name(f"{path.stem.removesuffix('_gm').removesuffix('_any')}.esp_sa")
    return Settings(usim=USIM, keys=(str(beside),) if beside.exists() else (), engine="native")


def swept(
    path: Path, settings: Settings | None = None, *, contents: bool = False
) -> tuple[pipeline.Swept, EspWatch]:
    watch = EspWatch(contents=contents)
    return pipeline.run([str(path)], settings or settings_of(path), esp=watch), watch


def rows_of(path: Path, settings: Settings | None = None) -> list[SaKeys]:
    return swept(path, settings)[1].keys()


def tshark(path: Path, *options: str, home: Path | None = None) -> dict[int, str]:
    """The first line of SIP of each frame, as an ordinary user where that can be had."""
    arguments = ["tshark", "-n", "-r", str(path), "-Y", "sip", "-T", "fields", *options]
    arguments += ["-e", "frame.number", "-e", "sip.Request-Line", "-e", "sip.Status-Line"]
    user = NOBODY if os.geteuid() == 0 and home is not None else None
    environment = dict(os.environ) if home is None else {**os.environ, "HOME": str(home)}
    environment.pop("XDG_CONFIG_HOME", None)
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=True, user=user, env=environment
    )
    assert "Dissector bug" not in done.stdout + done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {int(row[0]): (row[1] or row[2]) for row in rows}


def ours(path: Path) -> set[int]:
    """Frames in which the native engine read SIP on Gm."""
    report = swept(path)[0].report
    steps = [step for exchange in report.exchanges for step in exchange.steps]
    return {step.frame for step in steps if not step.inferred and step.protection != "clear"}


OPTIONS = (
    "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE",
    "-o", "tcp.try_heuristic_first:TRUE", "-o", "udp.try_heuristic_first:TRUE",
    "-o", "tcp.reassemble_out_of_order:TRUE",
)  # fmt: skip


@pytest.mark.tshark
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_tshark_opens_with_our_table_what_we_opened(path: Path) -> None:
    text = esp_sa(rows_of(path))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines
    table = [part for line in lines for part in ("-o", f"uat:esp_sa:{line}")]
    found = tshark(path, *OPTIONS, *table)
    assert ours(path) <= found.keys()
    assert ours(path) or path.name.startswith("03_")


@pytest.mark.tshark
def test_every_icv_is_good_to_tshark() -> None:
    """The keys for integrity are right too, with their whole length."""
    for name in ("esp_sha1_aes", "esp_md5_3des", "esp_sha1_null", "esp_gcm"):
        path = PCAPS / f"{name}.pcap"
        lines = [one for one in esp_sa(rows_of(path)).splitlines() if not one.startswith("#")]
        done = subprocess.run(
            ["tshark", "-n", "-r", path, *OPTIONS, "-Y", "esp.icv_good == 1", "-T", "fields",
             "-e", "frame.number", *(p for one in lines for p in ("-o", f"uat:esp_sa:{one}"))],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert len(done.stdout.splitlines()) == 6, name


def test_both_directions_and_lengths() -> None:
    rows = rows_of(REAL / "16_udp_multi_offer_phh_merged.pcapng", Settings())
    assert {row.name for row in rows} == {"uc>ps", "pc>us", "us>pc", "ps>uc"}
    assert [row.packets > 0 for row in rows].count(True) == 2, "the others follow from them"
    sha1 = esp_sa(rows_of(PCAPS / "esp_sha1_3des.pcap"))
    line = next(one for one in sha1.splitlines() if one.startswith('"'))
    columns = [column.strip('"') for column in line.split('","')]
    assert len(columns) == 8
    assert (columns[4], len(columns[5])) == ("TripleDES-CBC [RFC2451]", 2 + 48)
    assert (columns[6], len(columns[7])) == ("HMAC-SHA-1-96 [RFC2404]", 2 + 40)


def test_what_wireshark_cannot_open_is_a_comment() -> None:
    rows = rows_of(PCAPS / "esp_gmac.pcap")
    assert rows
    assert usable(rows) == 0
    assert all(line.startswith("#") for line in esp_sa(rows).splitlines())
    assert "it knows no AES-GMAC" in esp_sa(rows)


def test_the_same_spi_twice_is_a_row_once() -> None:
    (row, *_) = rows_of(PCAPS / "esp_sha1_aes.pcap")
    lines = esp_sa([row, row]).splitlines()
    assert [line for line in lines if line.startswith('"')] == [lines[2]]


def test_nothing_of_a_key_where_it_is_masked() -> None:
    found, watch = swept(PCAPS / "esp_sha1_aes.pcap")
    rows = watch.keys()
    for text in (esp_sa(rows, masked=True), as_json(rows, found.ring, masked=True)):
        for row in rows:
            assert row.cipher_key.hex() not in text
            assert row.integrity_key.hex() not in text
        assert "***" in text


@pytest.mark.parametrize("form", ["esp_sa", "json"])
@pytest.mark.parametrize("name", ["esp_gcm", "esp_sha1_3des", "esp_md5_null", "esp_gmac"])
def test_our_own_files_are_read_again(name: str, form: str, tmp_path: Path) -> None:
    path = PCAPS / f"{name}.pcap"
    found, watch = swept(path)
    rows = watch.keys()
    if form == "esp_sa" and name == "esp_gmac":
        pytest.skip("not in Wireshark's table")
    file = tmp_path / "keys"
    file.write_text(esp_sa(rows) if form == "esp_sa" else as_json(rows, found.ring))
    again = rows_of(path, Settings(keys=(str(file),), engine="native"))
    assert [(row.spi, row.packets) for row in again if row.packets] == [
        (row.spi, row.packets) for row in rows if row.packets
    ]
    assert not any(row.unchecked for row in again)


# ---- the profile


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that an ordinary user may enter."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def give_to_nobody(path: Path) -> None:
    if os.geteuid() == 0:
        for one in (path, *path.rglob("*")):
            os.chown(one, NOBODY, NOBODY)


@pytest.mark.tshark
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX users")
def test_tshark_loads_the_profile(home: Path) -> None:
    path = REAL / "16_udp_multi_offer_phh_merged.pcapng"
    folder = home / ".config" / "wireshark" / "profiles" / profile.NAME
    profile.write(folder, rows_of(path))
    shutil.copy(path, home / "x.pcapng")
    give_to_nobody(home)
    found = tshark(home / "x.pcapng", "-C", profile.NAME, home=home)
    assert found[7].startswith("REGISTER "), "in ESP, over two fragments"
    assert found[11].startswith("SIP/2.0 200 ")
    assert 7 not in tshark(home / "x.pcapng", home=home), "and not without the profile"


@pytest.mark.tshark
def test_every_filter_of_the_profile_compiles() -> None:
    filters = [row[1] for row in (*profile._COLOURS, *profile._BUTTONS)]
    assert len(filters) > 8
    for one in filters:
        done = subprocess.run(
            ["tshark", "-r", PCAPS / "ok_udp_null.pcap", "-Y", one],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


def test_files_of_the_profile_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "secagree"
    folder.mkdir()
    (folder / "esp_sa").write_text("old")
    (folder / "esp_sa").chmod(0o644)
    profile.write(folder, rows_of(PCAPS / "esp_sha1_aes.pcap"))
    names = {"preferences", "esp_sa", "colorfilters", "dfilter_buttons"}
    assert {one.name for one in folder.iterdir()} == names
    if os.name == "posix":
        assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert "old" not in (folder / "esp_sa").read_text()


# ---- the captures once more, opened


def opened(path: Path, out: Path) -> int:
    watch = swept(path, contents=True)[1]
    with out.open("wb") as stream:
        return write(stream, "test", [Source(0, str(path), path.name)], watch.opened, {})


@pytest.mark.tshark
@pytest.mark.parametrize(
    "path", [p for p in CASES if not p.name.startswith("03_")], ids=lambda path: path.stem
)
def test_tshark_reads_what_was_opened_without_any_key(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "open.pcapng"
    assert opened(path, out)
    plain = ("-o", "tcp.try_heuristic_first:TRUE", "-o", "udp.try_heuristic_first:TRUE",
             "-o", "tcp.reassemble_out_of_order:TRUE")  # fmt: skip
    found = tshark(out, *plain)
    assert ours(path) <= found.keys(), "at the frame numbers of the input"
    before = subprocess.run(["capinfos", "-Mc", path], capture_output=True, check=True).stdout
    after = subprocess.run(["capinfos", "-Mc", out], capture_output=True, check=True).stdout
    assert before.split()[-1] == after.split()[-1], "no frame was lost"
    protected = tshark(path, *OPTIONS)  # without keys
    assert ours(path) - protected.keys() or "null" in path.name


def test_our_own_reader_takes_it_for_a_capture_without_esp(tmp_path: Path) -> None:
    path = PCAPS / "esp_sha1_aes.pcap"
    out = tmp_path / "open.pcapng"
    assert opened(path, out) == 6
    report = pipeline.run([str(out)], Settings(engine="native")).report
    assert report.captures[0].sip_messages == 8
    assert not report.captures[0].esp_packets
    (before,) = swept(path)[0].report.exchanges
    (after,) = report.exchanges
    assert [(s.frame, s.time, s.summary) for s in before.steps] == [
        (s.frame, s.time, s.summary) for s in after.steps
    ]
