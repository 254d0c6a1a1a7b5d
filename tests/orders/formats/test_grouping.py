"""Which rows make one order, in which order they come, and how little is held in memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from io import RawIOBase

import pytest

from salur.orders.formats import ParsedOrder, RowProblem, grouping, read_orders

from .files import NOW, own, problems, read, table, taken


def test_rows_of_one_order_need_not_stand_together() -> None:
    rows = [own(order_id=f"A{n % 40}", line_id=str(n)) for n in range(120)]
    results = [result for result in read(table(rows)) if isinstance(result, ParsedOrder)]
    assert [result.order.external_id for result in results] == [f"A{n}" for n in range(40)]
    assert [result.line for result in results] == list(range(2, 42))
    assert [line.key for line in results[3].order.lines] == ["3", "43", "83"]


def test_a_row_that_comes_back_after_too_many_other_orders_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "WINDOW", 3)
    rows = [own(order_id=order_id, line_id=str(n)) for n, order_id in enumerate("ABCADEFAG")]
    assert problems(table(rows)) == [(9, "order_id", "order_split", "A")]
    assert sorted(taken(table(rows))) == list("ABCDEFG")


def test_an_order_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "LINES_LIMIT", 3)
    rows = [own(line_id=str(n)) for n in range(10)] + [own(order_id="B")]
    assert problems(table(rows)) == [(5, "", "too_many_lines", "A1")]
    assert taken(table(rows)) == ["B"]


class Flow(RawIOBase):
    """A stream that cannot be set back, as a request body or a file kept in pieces is."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""
        self.read_so_far = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return b""
            self._rest = part
        taken_now, self._rest = self._rest[:size], self._rest[size:]
        self.read_so_far += len(taken_now)
        return taken_now


def many(count: int) -> Iterator[bytes]:
    """A file of ``count`` orders of two lines, made as it is read."""
    header, row, _ = table([own(order_id="ORDER", line_id="LINE")]).split(b"\r\n")
    yield header + b"\r\n"
    for number in range(count):
        for line in (b"1", b"2"):
            yield row.replace(b"ORDER", b"O%d" % number).replace(b"LINE", line) + b"\r\n"


def test_a_stream_that_only_flows_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "WINDOW", 10)
    stream = Flow(many(5_000))
    results = read_orders(stream, zone="UTC", now=NOW)  # type: ignore[arg-type]  # it can but read
    assert isinstance(next(results), ParsedOrder)
    assert stream.read_so_far < 500_000
    assert sum(isinstance(result, ParsedOrder) for result in results) == 4_999


@pytest.mark.parametrize("length", [997, 1_000, 1_003])
def test_line_ends_cut_apart_between_pieces_do_not_shift_row_numbers(length: int) -> None:
    content = table([own(order_id=f"A{n:04}") for n in range(2_000)] + [own(order_id="last", quantity="0")])
    stream = Flow(content[at : at + length] for at in range(0, len(content), length))
    *_, last = read_orders(stream, zone="UTC", now=NOW)  # type: ignore[arg-type]  # it can but read
    assert isinstance(last, RowProblem)
    assert last.line == 2_002


def peak(count: int) -> int:
    tracemalloc.start()
    try:
        for result in read_orders(Flow(many(count)), zone="UTC", now=NOW):  # type: ignore[arg-type]  # it can but read
            assert not isinstance(result, RowProblem)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file_but_for_the_order_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "WINDOW", 100)
    assert peak(6_000) - peak(1_000) < 5_000 * 250
