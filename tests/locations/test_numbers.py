"""Numbers of locations: as they are kept, in which order they are walked, and ranges (R54)."""

from __future__ import annotations

import pytest

from salur.locations.numbers import LONGEST, MOST, BadNumber, expand, pick_key, tidy


def test_a_number_is_kept_in_capitals_with_single_spaces() -> None:
    assert tidy("  a-01   left ") == "A-01 LEFT"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("  ", "location_missing"),
        ("A" * (LONGEST + 1), "location_too_long"),
        ("A;1", "location_character"),
        ("A\x001", "location_character"),
    ],
)
def test_what_cannot_be_a_number_is_said(text: str, code: str) -> None:
    with pytest.raises(BadNumber) as refused:
        tidy(text)
    assert refused.value.code == code


def test_shelves_are_walked_by_their_numbers_not_by_their_letters() -> None:
    assert sorted(["A-10", "A-2", "B-1", "A-2-1"], key=pick_key) == ["A-2", "A-2-1", "A-10", "B-1"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A-01-08 .. A-02-09", ["A-01-08", "A-01-09", "A-02-08", "A-02-09"]),
        ("a1..c1", ["A1", "B1", "C1"]),
        ("R8 .. R11", ["R8", "R9", "R10", "R11"]),
        ("R08…R10", ["R08", "R09", "R10"]),
        ("A-7", ["A-7"]),
        ("A-7 .. A-7", ["A-7"]),
    ],
)
def test_a_range_names_each_location_between_its_ends(text: str, numbers: list[str]) -> None:
    assert expand(text) == numbers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A-01 .. A-01-05", "range_shape"),
        ("AB-1 .. CD-1", "range_shape"),
        ("A-9 .. A-3", "range_backwards"),
        ("A .. B .. C", "range_ends"),
        (".. A-3", "location_missing"),
        (f"A-1 .. A-{MOST + 1}", "range_too_long"),
        ("A-1-1-1 .. A-999-999-999", "range_too_long"),
    ],
)
def test_a_range_that_means_nothing_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadNumber) as refused:
        expand(text)
    assert refused.value.code == code
