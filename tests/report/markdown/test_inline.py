"""Texts inside Markdown are read back as what they were, whatever they are."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analyzer.report.escape import escape
from analyzer.report.markdown.inline import cell, fenced, inline, table

READER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
TEXTS = st.text(st.sampled_from(list("ab1 `|\\<>&[](){}*_~#@!:;.,-+='\"/w\x1b\u202e")), max_size=40)
PIECES = st.lists(
    st.sampled_from(
        ["http://x", "www.x", "@a", "#1", ":a:", "<b>", "</code>", "`", "``", "|", "\\", " ", "x",
         "[a](b)", "![a](b)", "**", "1.", "- ", "---", "&lt;", "a@b.c", "(", ")"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


def shown(rendered: str) -> str:
    """What a reader sees of it, blanks aside."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", rendered)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200 OK", "200 OK"),
        ("said (#4), and a_b;", "said (`#4`), and `a_b`;"),
        ("see http://x", "see `http://x`"),
        ("1. x", "`1.` x"),
        (" -", "`-`"),
        ("-- -", "`--` -"),
        ("    http://x", "`http://x`"),
        ("192.0.2.1; x", "192.0.2.1; x"),
        ("spi-s 4097 -> 99999", "spi-s 4097 -> 99999"),
        ("-> x - y", "-> x - y"),
        ("a->b -->", "`a->b` `-->`"),
        ("a `b", "a `` `b ``"),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert inline(text) == expected


def test_a_hyphen_begins_no_list_in_a_cell() -> None:
    assert cell("-") == "-"
    assert cell("- x|1. y") == "- x&#124;1. y"


@given(st.one_of(TEXTS, PIECES))
def test_a_paragraph_says_the_text_and_has_code_spans_alone(text: str) -> None:
    safe = escape(text)
    rendered = READER.render(inline(safe))
    assert set(re.findall(r"<(/?\w+)", rendered)) <= {"p", "/p", "code", "/code"}
    assert shown(rendered) == re.sub(r"\s+", "", safe)


@given(st.one_of(TEXTS, PIECES), st.one_of(TEXTS, PIECES))
def test_a_row_has_its_cells(left: str, right: str) -> None:
    one, other = escape(left), escape(right)
    rendered = READER.render("\n".join(table(("a", "b"), [(one, other)])))
    cells = re.findall(r"<td>(.*?)</td>", rendered, re.DOTALL)
    assert [shown(text) for text in cells] == [re.sub(r"\s+", "", text) for text in (one, other)]


@given(st.lists(st.one_of(TEXTS, PIECES), max_size=5))
def test_a_fence_holds_its_lines(lines: list[str]) -> None:
    safe = [escape(line) for line in lines]
    rendered = READER.render("\n".join(fenced(safe)))
    (body,) = re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", rendered, re.DOTALL)
    assert html.unescape(body) == "".join(f"{line}\n" for line in safe)
    assert rendered.count("<pre>") == 1


@pytest.mark.parametrize(
    ("text", "expected"), [("a|b", "a&#124;b"), ("x_\\|@y", "`x_\\`&#124;`@y`")]
)
def test_no_bar_is_written_in_a_cell(text: str, expected: str) -> None:
    """What stands behind a backslash is a bar for some readers, and none for others."""
    assert cell(text) == expected
