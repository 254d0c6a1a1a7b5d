"""Every code has words for people, and no words stand there for nothing."""

from __future__ import annotations

import ast
from pathlib import Path

from salur.orders import formats
from salur.orders.formats.messages import MESSAGES

SOURCE = Path(formats.__file__).parent
# Strings that look like codes in calls that report: FileRefused(code), RowProblem(.., .., code), BadRow(code).
PLACES = {"FileRefused": 0, "RowProblem": 2, "_problem": 2, "fault": 2, "BadRow": 0, "_unreadable": 2}


def codes_in_source() -> set[str]:
    codes: set[str] = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = PLACES.get(name)
            if place is None or len(node.args) <= place:
                continue
            for part in ast.walk(node.args[place]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    codes.add(part.value)
    return codes


def test_every_code_has_a_message_and_every_message_a_code() -> None:
    # Two more are chosen at a distance from the call that reports them.
    assert codes_in_source() | {"quote_not_closed", "formula_cell", "cell_error"} == set(MESSAGES)
