"""Paging by place through a listing whose entries leave while it is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from salur.connectors.base.places import Slice, read_on

SIZE = 100


@given(
    count=st.integers(0, 450),
    leaving=st.lists(st.lists(st.integers(0, 449), max_size=20), max_size=12),
)
def test_nobody_is_skipped_however_many_leave_between_two_answers(count: int, leaving: list[list[int]]) -> None:
    standing, losses = list(range(count)), [list(one) for one in leaving]
    gone: set[int] = set()

    def fetch(offset: int) -> Slice:
        nonlocal standing
        told = Slice([{"n": number} for number in standing[offset : offset + SIZE]], len(standing))
        gone.update(losses.pop(0) if losses else [])
        standing = [number for number in standing if number not in gone]
        return told

    seen: set[object] = set()
    offset, total = 0, 0
    for _ in range(100):
        stretch = read_on(offset, total, fetch)
        seen |= {row["n"] for row in stretch.rows}
        if stretch.last:
            break
        offset, total = stretch.ends, stretch.total
    else:
        raise AssertionError("paging does not end")
    assert seen | gone >= set(range(count))
