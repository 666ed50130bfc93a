"""What the documents show is what the tables and the tool say now (`make docs` makes it anew)."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from click import Context

from analyzer.cli import main
from analyzer.rules.book import load

DOCUMENTS = ("README.md", "docs/design.md", "docs/formats.md", "docs/states.md")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_the_states_are_those_of_the_table(project: Path) -> None:
    made = import_module("docs.make_states").page()
    assert (project / "docs" / "states.md").read_text(encoding="utf-8") == made


def test_the_picture_is_what_the_tool_says(project: Path) -> None:
    made = import_module("docs.make_picture").picture()
    assert (project / "docs" / "report.svg").read_text(encoding="utf-8") == made


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str, project: Path) -> None:
    document = project / name
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_design_names_every_rule_family_and_command(project: Path) -> None:
    text = (project / "docs" / "design.md").read_text(encoding="utf-8")
    families = {rule.family for rule in load().rules.values()}
    commands = {*main.list_commands(Context(main))}
    assert [word for word in sorted(families | commands) if word not in text] == []
