"""A test says in its own lines what must hold: a check hidden in what it calls may be gone without anybody noticing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def without_a_check(source: str) -> list[str]:
    """The tests that call no check by its name and assert, expect and await no error."""
    return [
        test.name
        for test in ast.walk(ast.parse(source))
        if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) and test.name.startswith("test_")
        if not any(isinstance(node, ast.Assert) or is_check(node) for node in ast.walk(test))
    ]


def is_check(node: ast.AST) -> bool:
    """``expect(...)``, ``pytest.raises(...)``, or a call that is named for checking: ``assert_...``, ``check_...``."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func).split(".")[-1]
    return name in ("expect", "raises") or name.startswith(("assert_", "check_"))


@pytest.mark.parametrize(
    ("body", "checks"),
    [
        ("assert call()", True),
        ("with pytest.raises(ValueError):\n        call()", True),
        ("expect(page.locator('tr')).to_have_count(2)", True),
        ("assert_all_there_once(world)", True),
        ("roles.check_application_role(url)", True),
        ("call()", False),
        ("survives(call)", False),
        ("page.get_by_role('checkbox').check()", False),
    ],
)
def test_a_visible_check_is_told_from_a_mere_call(body: str, checks: bool) -> None:
    source = f"def test_it():\n    {body}\n\ndef helper():\n    call()\n"
    assert without_a_check(source) == ([] if checks else ["test_it"])


def test_every_test_checks_something_that_its_reader_sees() -> None:
    sources = {str(path.relative_to(TESTS)): path.read_text() for path in TESTS.rglob("test_*.py")}
    assert len(sources) > 200
    assert {path: tests for path, text in sources.items() if (tests := without_a_check(text))} == {}
