"""The wheel and the editable install hold the code, the command and the data."""

import email
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

OFFLINE = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info", "tests", "docs", "translate"
)


def pip(*words: str | Path, python: Path | None = None) -> None:
    target = ["--python", str(python)] if python else []
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        *target,
        *map(str, words),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files(folder: Path) -> Iterator[str]:
    """The files that belong to a data or code folder, relative to it."""
    for path in folder.rglob("*"):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__py")) for part in inner.parts):
            yield inner.as_posix()


@pytest.fixture(scope="module")
def source(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout: building leaves nothing in the checkout itself."""
    copy = tmp_path_factory.mktemp("source") / "project"
    shutil.copytree(project, copy, ignore=LEFT_OUT)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", *OFFLINE, "--wheel-dir", folder, source)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module", params=["wheel", "editable"])
def environment(
    request: pytest.FixtureRequest, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An environment with the project installed; the one that runs the tests lends the rest."""
    home = tmp_path_factory.mktemp(request.param) / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    binaries = home / "bin"
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    if request.param == "wheel":
        what: tuple[str | Path, ...] = (request.getfixturevalue("wheel"),)
    else:
        what = ("--editable", source)
    pip("install", *OFFLINE, "--ignore-installed", *what, python=binaries / "python")
    return binaries


def run(program: Path, *words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a program far from the checkout, with no other within reach: no tshark, no compiler."""
    return subprocess.run(
        [program, *words],
        cwd=cwd,
        env={"PATH": "", "HOME": str(cwd), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_wheel_is_pure_python(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


@pytest.mark.parametrize(
    ("folder", "package"),
    [("analyzer", "analyzer"), ("plugins", "secagree_plugins"), ("samples", "secagree_samples")],
)
def test_wheel_holds_every_file(folder: str, package: str, source: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith(f"{package}/")}
    assert {f"{package}/{name}" for name in files(source / folder)} == held


def test_metadata(project: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (place,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(place))
    (version,) = re.findall(
        r'^VERSION.* = "(.+)"$', (project / "analyzer/version.py").read_text(), re.MULTILINE
    )
    assert metadata["Name"] == "secagree"
    assert metadata["Version"] == version
    assert metadata["License-Expression"] == "GPL-2.0-or-later"
    assert metadata["Requires-Python"] == ">=3.11"
    assert any(name.endswith("/LICENSE") for name in names)


def test_command_runs_without_other_programs(environment: Path, real: Path, tmp_path: Path) -> None:
    done = run(environment / "secagree", real / "02_udp_null_md5_gm.pcap", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "registered" in done.stdout.lower()


def test_the_plugin_is_made_of_what_is_installed(
    environment: Path, project: Path, tmp_path: Path
) -> None:
    done = run(environment / "secagree", "plugin", "--install", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / ".local" / "lib" / "wireshark" / "plugins" / "secagree.lua"
    assert made.read_bytes() == (project / "plugins" / "secagree.lua").read_bytes()


@pytest.mark.parametrize(
    ("package", "place"),
    [
        ("analyzer", "py.typed"),
        ("analyzer.report", "secagree-1.schema.json"),
        ("analyzer.rules", "book"),
        ("secagree_plugins", "__init__.py"),
        ("secagree_samples", "real/truth.json"),
        ("secagree_samples", "scenarios"),
    ],
)
def test_data_is_found(environment: Path, package: str, place: str, tmp_path: Path) -> None:
    code = (
        "import sys, importlib.resources as r\n"
        "found = r.files(sys.argv[1]) / sys.argv[2]\n"
        "sys.exit(not (found.is_file() or any(found.iterdir())))"
    )
    done = run(environment / "python", "-c", code, package, place, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_code_comes_from_the_installation(environment: Path, project: Path, tmp_path: Path) -> None:
    code = "import analyzer, secagree_samples; print(analyzer.__file__, secagree_samples.__file__)"
    done = run(environment / "python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(project) + "/" not in done.stdout
