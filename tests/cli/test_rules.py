"""`secagree rules`: the list, a family, one page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RULE = """
[[rule]]
id = "VER-97"
name = "made-up"
title = "A rule of a site's own"
severity = "warning"
class = "policy"
party = "ue"
dialects = ["ims"]
scope = "message"
when = "message.verify is None"
spec = "none"
grade = "M"
cause = "an invention"
fix = "none needed"
"""


def test_the_list_has_every_rule_once(secagree: Any) -> None:
    result = secagree("rules")
    assert result.exit_code == 0
    ids = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert "VER-05" in ids
    assert len(ids) == len(set(ids))


def test_a_family(secagree: Any) -> None:
    lines = secagree("rules", "ver").stdout.splitlines()[1:]
    assert len(lines) > 1
    assert all(line.startswith("VER-") for line in lines)


def test_one_page_by_id_or_name(secagree: Any) -> None:
    page = secagree("rules", "VER-05").stdout
    assert page.startswith("VER-05 ")
    assert " clause " in page
    name = page.split()[1]
    assert secagree("rules", name).stdout == page
    assert max(map(len, page.splitlines())) <= 80


def test_json(secagree: Any) -> None:
    [rule] = json.loads(secagree("rules", "VER-05", "--format", "json").stdout)
    assert rule["id"] == "VER-05"
    assert rule["when"]


def test_an_unknown_rule_is_wrong_usage(secagree: Any) -> None:
    result = secagree("rules", "VER-5")
    assert result.exit_code == 2
    assert "did you mean" in result.stderr


def test_rules_of_a_file(secagree: Any, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(RULE)
    assert "made-up" in secagree("rules", "VER-97", "--rules", path).stdout
    path.write_text("[[rule]]\nid = 1\n")
    result = secagree("rules", "--rules", path)
    assert result.exit_code == 2
    assert "site.toml" in result.stderr
