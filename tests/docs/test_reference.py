"""Generated reference pages say what the program says."""

from __future__ import annotations

import pytest

from salur.config.environment import VARIABLES

from . import reference

PAGES = sorted([*reference.PAGES, *reference.connectors()])


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_program_would_write_it(name: str) -> None:
    """Mended by: make reference"""
    assert (reference.DOCS / name).read_text(encoding="utf-8") == reference.written()[name]


def test_no_page_of_a_connector_is_left_over() -> None:
    kept = {f"connectors/{path.name}" for path in (reference.DOCS / "connectors").glob("*.md")}
    assert kept == set(reference.connectors())


def test_every_setting_is_documented() -> None:
    text = (reference.DOCS / "reference/settings.md").read_text(encoding="utf-8")
    assert [v.name for v in VARIABLES if f"`{v.name}`" not in text] == []


def test_every_machine_is_drawn_with_all_its_moves() -> None:
    text = (reference.DOCS / "reference/state-machines.md").read_text(encoding="utf-8")
    assert [m.name for m in reference.machines() if m.diagram() not in text] == []


def test_every_problem_in_the_program_is_explained() -> None:
    text = (reference.DOCS / "reference/problems.md").read_text(encoding="utf-8")
    assert [p.code for p in reference.all_problems() if f"`{p.code}`" not in text] == []


def test_a_table_cell_cannot_break_its_table() -> None:
    assert reference.cell("a | b\n c") == "a \\| b c"
