"""The texts of the plugin's windows: 73 columns of ASCII whatever the packets hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lupa.lua51
import lupa.lua54
import pytest
from hypothesis import given
from hypothesis import strategies as st

PLUGINS = Path(__file__).parents[2] / "plugins"
WIDTH = 73
UE, PCSCF = "192.0.2.10:{}", "192.0.2.1:{}"


def step(frame: int, time_ms: int, **members: Any) -> dict[str, Any]:
    """One message of a run; `up` tells the direction of what is in clear."""
    up = members.pop("up", True)
    src, dst = (UE, PCSCF) if up else (PCSCF, UE)
    ports = members.pop("ports", (5060, 5060))
    ends = {"src": src.format(ports[0]), "dst": dst.format(ports[1])}
    plain = {"frame": frame, "time": time_ms * 10**6, "protection": "clear", "leg": "gm"}
    return plain | ends | members


ESP = {"protection": "esp-null"}
EXCHANGE = {
    "id": "E1",
    "kind": "initial",
    "imsi": "001010123456789",
    "verdict": "NOT REGISTERED: 494 Security Agreement Required at agreement",
    "not_checked": [{"reason": "no fitting keys", "rules": ["AUT-06", "PRT-23"]}],
    "steps": [
        step(1, 0, method="REGISTER", client=[1]),
        step(2, 40, code=401, server=[1], up=False),
        step(3, 290, method="REGISTER", verify=[1, 2], ports=(45061, 6101), sa="uc>ps", **ESP),
        step(5, 330, code=494, server=[1], up=False, ports=(5101, 45062), sa="pc>us", frames=[4, 5],
             **ESP),
    ],
}  # fmt: skip
FINDING = {
    "rule": "VER-05", "severity": "error", "effect": "explains-outcome", "party": "ue", "frame": 3,
    "title": "Security-Verify changes a parameter", "frames": [2, 3], "exchange": "E1",
    "expected": "spi-s=4097", "seen": "spi-s=99999", "cause": "Rebuilt", "fix": "Store it",
    "spec": "RFC 3329 2.3.1", "count": 1,
}  # fmt: skip
NOTE = FINDING | {"rule": "OFR-11", "frame": 1, "frames": [1], "effect": "none"}

LADDER = """\
E1 initial registration                        -- clear   == ESP   ~~ TLS
    t/s  frame UE 192.0.2.10            P-CSCF 192.0.2.1
  0.000     #1 |--REGISTER Security-Client---->| 5060>5060
 +0.040     #2 |<--------401 Security-Server---| 5060>5060
 +0.250     #3 |==REGISTER Security-Verify x2=>| uc>ps 45061>6101  VER-05
 +0.040     #5 |<========494 Security-Server===| pc>us 5101>45062
"""
ABOUT = {"frame": 5, "time": 330 * 10**6}
GROWING = ABOUT | {"growing": True}


class Text:
    """The module in one Lua."""

    def __init__(self, version: Any) -> None:
        self._lua = version.LuaRuntime(encoding="latin-1", unpack_returned_tuples=True)
        plain, text = (
            (PLUGINS / f"wireshark/{name}.lua").read_text() for name in ("plain", "gui_text")
        )
        shown = self._lua.execute(plain)(None)
        self._module = self._lua.execute(text)(lambda _: shown)

    def __call__(self, name: str, *values: Any) -> str:
        return str(self._module[name](*map(self._table, values)))

    def _table(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._lua.table_from({key: self._table(one) for key, one in value.items()})
        if isinstance(value, Iterator):
            return lambda *_: next(map(self._table, value), None)
        if isinstance(value, list):
            return self._lua.table_from([self._table(one) for one in value])
        return value


@pytest.fixture(params=[lupa.lua51, lupa.lua54], ids=["5.1", "5.4"], scope="module")
def text(request: pytest.FixtureRequest) -> Text:
    """In the oldest and the newest Lua that Wireshark has."""
    return Text(request.param)


def test_ladder(text: Text) -> None:
    assert text("ladder", EXCHANGE, [FINDING, NOTE]) == LADDER


def healthy(number: int, **members: Any) -> dict[str, Any]:
    plain = {"id": f"E{number}", "verdict": "REGISTERED", "word": "OK", "state": "registered"}
    return EXCHANGE | plain | members


def test_list(text: Text) -> None:
    rejected = EXCHANGE | {"state": "rejected", "word": "rejected"}
    said = text("list", iter([rejected, healthy(2)]), [FINDING, FINDING, NOTE], ABOUT)
    assert said.splitlines() == [
        "2 exchanges: 1 rejected, 1 registered; 2 findings, 1 note.",
        "Read up to #5, 0.330 s.",
        "",
        "        begins/s   frames         IMSI             verdict, findings",
        "E1      0.000      #1-#5          001010123456789  VER-05, 1 note",
        "        NOT REGISTERED: 494 Security Agreement Required at agreement",
        "E2      0.000      #1-#5          001010123456789  REGISTERED",
    ]
    assert text("list", iter([]), [], ABOUT).startswith("No run")


def test_of_many_exchanges_the_healthy_are_counted(text: Text) -> None:
    many = [healthy(number) for number in range(1, 1000)]
    note, grave = NOTE | {"exchange": "E7"}, FINDING | {"exchange": "E900"}
    lines = text(
        "list", iter([*many, EXCHANGE | {"id": "E1000"}]), [note, grave], ABOUT
    ).splitlines()
    assert lines[0] == "1000 exchanges: 999 registered, 1 unknown; 1 finding, 1 note."
    assert [line.split()[0] for line in lines[4:7]] == ["E900", "E1000", "NOT"]
    assert lines[7].startswith("998 more are not listed")


def test_a_running_capture_has_the_verdict_so_far(text: Text) -> None:
    """Only of exchanges that were cut by its end, and only while it goes on."""
    cut = EXCHANGE | {"cut": True}
    for exchange, about, said in (
        (cut, GROWING, True),
        (cut, ABOUT, False),
        (EXCHANGE, GROWING, False),
    ):
        assert ("so far: NOT" in text("list", iter([exchange]), [], about)) == said
        assert ("so far: NOT" in text("exchange", exchange, [], about, [])) == said
    assert "goes on: Refresh" in text("read", GROWING)


def test_an_exchange_has_its_own_findings_alone(text: Text) -> None:
    said = text("exchange", EXCHANGE, [FINDING | {"exchange": "E2"}, NOTE], ABOUT, [])
    assert "VER-05" not in said
    assert "Nothing found that affects a registration, in what could be checked." in said
    assert "   OFR-11  Security-Verify changes a parameter (E1 #1)" in said
    assert "not checked: AUT-06 PRT-23 (no fitting keys)" in said


def test_rules_without_number_are_counted(text: Text) -> None:
    rules = [f"VER-{number:02}" for number in range(1, 31)]
    reason = {"reason": "protected messages not readable", "rules": rules}
    assert text("not_checked", [reason]) == (
        "not checked: 30 rules (protected messages not readable)\n"
    )
    assert "not readable; 2 exchanges)" in text("findings", [], [reason | {"exchanges": 2}])
    assert "affects a registration.\n" in text("findings", [], [])


def test_a_rule_that_is_broken_often_is_told_once(text: Text) -> None:
    often = [FINDING | {"exchange": f"E{number}", "frame": number} for number in range(1, 21)]
    said = text("findings", often, [])
    assert said.count("VER-05 ERROR") == 1
    assert "   also      E2 #2, E3 #3" in said
    assert "and 7 more" in said
    assert text("findings", often[:3], []).count("VER-05 ERROR") == 3


def test_a_long_list_breaks_between_its_parameters(text: Text) -> None:
    element = "ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=null;prot=esp;mod=trans;spi-c=4096"
    said = text("findings", [FINDING | {"seen": element}], [])
    head = "   seen      "
    assert f"{head}ipsec-3gpp;q=0.1;alg=hmac-sha-1-96;ealg=null;prot=esp;\n" in said
    assert f"{' ' * len(head)}mod=trans;spi-c=4096\n" in said


def test_what_was_stopped_says_how_to_go_on(text: Text) -> None:
    assert "40 % done" in text("progress", 400, 1000)
    said = text("stopped", 400, 1000)
    assert "Stopped at 40 %: this capture is not analysed yet." in said
    assert "continue where it stopped" in said
    assert text("progress", 0, 0)


def test_filter_names_fragments_too(text: Text) -> None:
    assert text("filter_of", EXCHANGE) == "frame.number in {1, 2, 3, 4, 5}"


def test_what_stayed_closed(text: Text) -> None:
    sa = {"name": "uc>ps", "alg": "hmac-sha-1-96", "ealg": "aes-cbc"}
    closed = {"spi": 4097, "sa": sa, "frame": 3, "reason": "no keys"}
    said = text("closed", [closed, closed | {"spi": 4098, "frame": 5}])
    assert said.startswith("""\
ESP that stayed closed: no keys
   0x00001001 uc>ps hmac-sha-1-96/aes-cbc from #3
   0x00001002 uc>ps hmac-sha-1-96/aes-cbc from #5
""")
    assert "secagree keys CAPTURE... --wireshark-profile install" in said
    assert text("closed", []) == ""


LUA54 = Text(lupa.lua54)
HOSTILE = st.text(alphabet=st.characters(max_codepoint=255), max_size=300)


@given(words=st.lists(HOSTILE, min_size=9, max_size=9), frame=st.integers(1, 2**31))
def test_hostile_packets(words: list[str], frame: int) -> None:
    a, b, c, d, e, f, g, h, i = words
    exchange = EXCHANGE | {
        "imsi": a, "verdict": b, "steps": [step(frame, 0, method=c, src=d, dst=e, sa=f)],
        "not_checked": [{"reason": "no keys", "rules": ["AUT-06"]}],
    }  # fmt: skip
    finding = FINDING | {"expected": g, "seen": h, "detail": i, "frames": [frame] * 40}
    about = {"frame": frame, "time": 10**9}
    said = LUA54("exchange", exchange, [finding], about, [])
    said += LUA54("list", iter([exchange]), [finding], about)
    assert all(" " <= letter <= "~" or letter == "\n" for letter in said)
    assert max(map(len, said.splitlines())) <= WIDTH + 6, "but for the digits of a large number"
