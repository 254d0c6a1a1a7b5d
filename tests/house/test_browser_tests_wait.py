"""What a test says of a page in a browser is waited for: what stands there at this instant may be half of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
AT_ONCE = {
    "all_inner_texts", "all_text_contents", "get_attribute", "inner_html", "inner_text", "input_value", "is_checked",
    "is_disabled", "is_editable", "is_enabled", "is_hidden", "is_visible", "text_content",
}  # fmt: skip
"""Methods that answer what is there now. ``expect`` waits until it is there, or fails."""


def hasty(source: str) -> list[int]:
    """Lines that assert what a page shows, or where it is, at one instant."""
    return sorted(
        {
            node.lineno
            for claim in ast.walk(ast.parse(source))
            if isinstance(claim, ast.Assert)
            for node in ast.walk(claim.test)
            if isinstance(node, ast.Attribute) and looks_once(node)
        }
    )


def looks_once(node: ast.Attribute) -> bool:
    chain = ast.unparse(node)
    if node.attr == "count":
        return "locator(" in chain or "get_by_" in chain or ".main(" in chain
    return node.attr in AT_ONCE or (node.attr == "url" and chain.endswith(("page.url", "screen.url")))


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("assert page.locator('tr').count() == 2", [1]),
        ("assert 'x' in page.get_by_role('status').inner_text()", [1]),
        ("assert '/login/' in page.url", [1]),
        ("x = page.url\nassert not row.is_visible()", [2]),
        ("assert Order.objects.filter(pk=1).count() == 1", []),
        ("expect(page.locator('tr')).to_have_count(2)", []),
    ],
)
def test_the_check_knows_an_instant_from_an_expectation(source: str, lines: list[int]) -> None:
    assert hasty(source) == lines


def test_browser_tests_expect_and_do_not_look_once() -> None:
    sources = {path: path.read_text() for path in TESTS.rglob("*.py")}
    browser = {path: text for path, text in sources.items() if "playwright" in text and path != Path(__file__)}
    assert len(browser) > 15
    assert {str(path.relative_to(TESTS)): lines for path, text in browser.items() if (lines := hasty(text))} == {}
