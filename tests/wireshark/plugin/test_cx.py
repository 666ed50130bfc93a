"""The plugin reads keys off Cx as the analysis does, whatever the octets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.keys.cx import find_answers
from analyzer.limits import CX_AVPS
from tests.keys.test_cx import ANSWER, CK, IK, ITEM, NONCE, avp, diameter
from tests.wireshark.plugin.modules import VERSIONS, Lua

LIMITS = f"return {{ CX_AVPS = {CX_AVPS} }}"
NO_FIELDS = "Field = { new = function() return function() end end }"
RAND = NONCE[:16]
OTHERS = [avp(263, b"hss;1;2", 0), avp(612, avp(609, NONCE) + avp(625, CK)), b"\0\0\2\x64\xc0", b""]
MANY = avp(1, b"", 0) * CX_AVPS


@pytest.fixture(scope="module", params=VERSIONS)
def cx(request: pytest.FixtureRequest) -> Any:
    lua = Lua(request.param, limits=LIMITS)
    lua.runtime.execute(NO_FIELDS)
    return lua.module("wireshark.cx"), lua.runtime.table


def of_lua(cx: Any, message: bytes) -> list[tuple[bytes, ...]]:
    module, table = cx
    found = table()
    module.read(message.decode("latin-1"), found)
    return [
        tuple(one[name].encode("latin-1") for name in ("rand", "ck", "ik"))
        for one in found.values()
    ]


def of_python(message: bytes) -> list[tuple[bytes, ...]]:
    return [(keys.nonce[:16], keys.ck, keys.ik) for keys in find_answers(message)]


@pytest.mark.parametrize(
    ("message", "vectors"),
    [
        (ANSWER, 1),
        (diameter(ITEM + ITEM), 2),
        (diameter(OTHERS[1] + ITEM), 1),
        (diameter(MANY[:-8] + ITEM), 1),
        (diameter(MANY + ITEM), 0),
        (diameter(ITEM, command=301), 0),
        (diameter(ITEM, flags=0xC0), 0),
        (diameter(ITEM, application=16_777_251), 0),
        (ANSWER[:-4], 0),
        (b"", 0),
    ],
)
def test_vectors(cx: Any, message: bytes, vectors: int) -> None:
    assert of_lua(cx, message) == [(RAND, CK, IK)] * vectors == of_python(message)


@given(
    st.lists(st.sampled_from([ITEM, *OTHERS]), max_size=4),
    st.lists(st.tuples(st.integers(20, 400), st.integers(0, 255)), max_size=3),
    st.integers(0, 40),
)
def test_damaged(cx: Any, avps: list[bytes], damage: list[tuple[int, int]], cut: int) -> None:
    octets = bytearray(diameter(b"".join(avps)))
    for place, octet in damage:
        if place < len(octets):
            octets[place] = octet
    message = bytes(octets[: len(octets) - cut])
    assert of_lua(cx, message) == of_python(message)
