"""The JSON Schema of the report, generated from the model.

`python -m analyzer.report.schema` writes it anew to standard output; the copy that is shipped
stands beside this module.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from typing import Any, Final

import msgspec

from analyzer.report.model import SCHEMA, Document

FILE: Final = "secagree-1.schema.json"


def generate() -> str:
    """The schema as the text of the shipped file."""
    (reference,), components = msgspec.json.schema_components(
        [Document], ref_template="#/$defs/{name}"
    )
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of secagree, {SCHEMA}",
        **reference,
        "$defs": {name: components[name] for name in sorted(components)},
    }
    return json.dumps(schema, indent=1, ensure_ascii=True) + "\n"


def shipped() -> str:
    """The text of the shipped file."""
    return files("analyzer.report").joinpath(FILE).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.stdout.write(generate())
