"""Whatever the bytes: orders, problems or a refusal, and what was written well comes back as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salur.orders.formats import FileRefused, ParsedOrder, RowProblem, read_orders, recognise
from salur.orders.formats.countries import CODES
from salur.orders.formats.messages import text_of

from .files import NOW, OWN, SHOPIFY, own, read, shopify, table, taken

OWN_FILE = table([own(), own(line_id="2"), own(order_id="A2", note='two\n"lines"')])
SHOPIFY_FILE = table([shopify(), shopify({"Name": "#2", "Id": "2"})])

# Text that a well written file may hold in a single-line cell as it is.
LETTERS = st.characters(exclude_categories=("C", "Z"), exclude_characters="'=@+-", include_characters=" ")
PLAIN = st.text(LETTERS, max_size=20).map(str.strip)
WORD = PLAIN.filter(bool)
TIMES = st.datetimes(datetime(2001, 1, 1), datetime(2026, 8, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - bounds are naive
AMOUNTS = st.one_of(
    st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=4), st.integers(0, 10**9).map(Decimal)
)
LINES = st.lists(st.tuples(WORD, PLAIN, st.integers(1, 100_000), AMOUNTS), min_size=1, max_size=4)


def assert_harmless(content: bytes) -> None:
    """Reading may refuse; it never raises anything else and never yields what cannot be said or stored."""
    try:
        results = list(read_orders(BytesIO(content), zone="Asia/Jakarta", now=NOW))
    except FileRefused as refused:
        assert text_of(refused)
        return
    for result in results:
        assert "\x00" not in repr(result)
        if isinstance(result, RowProblem):
            assert text_of(result)
            assert result.line > 1
        else:
            assert result.order.lines
            assert all(line.quantity > 0 for line in result.order.lines)
            assert result.order.version <= NOW


@given(st.binary(max_size=400))
@example(b"\xff\xfe")
@example(b"PK\x03\x04")
@example(b"sep=")
@example(b"\xef\xbb\xbf\xef\xbb\xbforder_id")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert_harmless(content)
    try:
        recognise(content)
    except FileRefused as refused:
        assert text_of(refused)


@pytest.mark.parametrize("whole", [OWN_FILE, SHOPIFY_FILE, OWN_FILE.decode().encode("utf-16")])
@given(data=st.data())
def test_a_file_with_any_damage_is_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = min(len(whole), start + data.draw(st.integers(0, 40)))
    piece = data.draw(
        st.one_of(st.binary(max_size=40), st.sampled_from([b'"', b"\n", b",", b"\x00", b'","', b"\r\n\r\n"]))
    )
    assert_harmless(whole[:start] + piece + whole[end:])


@given(column=st.sampled_from(list(OWN)), cell=st.text(max_size=60))
def test_any_text_in_any_cell_spoils_at_most_its_own_order(column: str, cell: str) -> None:
    cell = cell.encode("utf-8", "ignore").decode()
    content = table([own(order_id="before"), own(**{column: cell}), own(order_id="after")])
    assert_harmless(content)
    assert {"before", "after"} <= set(taken(content)) or (
        column == "order_id" and cell.strip(" '") in ("before", "after")
    )


@given(column=st.sampled_from(list(SHOPIFY)), cell=st.text(max_size=60))
def test_any_text_in_any_cell_of_shopifys_export_spoils_at_most_its_own_order(column: str, cell: str) -> None:
    cell = cell.encode("utf-8", "ignore").decode()
    rows = [shopify({"Name": "#1", "Id": "1"}), shopify({column: cell}), shopify({"Name": "#2", "Id": "2"})]
    content = table(rows)
    assert_harmless(content)
    assert {"1", "2"} <= set(taken(content)) or (column == "Name" and cell.strip(" '") in ("#1", "#2"))


@settings(deadline=None)
@given(
    heads=st.lists(
        st.fixed_dictionaries(
            {
                "order_id": st.from_regex(r"[A-Za-z0-9._/#-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
                    lambda text: text[0] not in "-"
                ),
                "status": st.sampled_from(["unpaid", "paid", "ready", "shipped", "completed", "cancelled"]),
                "ordered_at": TIMES,
                "currency": st.sampled_from(["", "THB", "IDR", "MYR", "VND"]),
                "total": AMOUNTS,
                "recipient_name": WORD,
                "recipient_phone": PLAIN,
                "address1": WORD,
                "city": PLAIN,
                "postal_code": PLAIN,
                "country": st.sampled_from(sorted(CODES)),
                "note": PLAIN,
            }
        ),
        max_size=4,
        unique_by=lambda head: head["order_id"],
    ),
    data=st.data(),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_orders_written_in_the_template_come_back_as_they_were(
    heads: list[dict[str, Any]], data: st.DataObject, separator: str, encoding: str
) -> None:
    rows, meant = [], []
    for head in heads:
        lines = data.draw(LINES)
        amounts = {"total": f"{head['total']:f}", "ordered_at": head["ordered_at"].isoformat()}
        for sku, name, quantity, price in lines:
            rows.append(
                {
                    **head,
                    **amounts,
                    "sku": sku,
                    "item_name": name,
                    "quantity": str(quantity),
                    "unit_price": f"{price:f}",
                }
            )
        meant.append((head, lines))
    columns = [*heads[0], "sku", "item_name", "quantity", "unit_price"] if heads else list(OWN)
    content = table(rows, columns, separator=separator, encoding=encoding)
    results = read(content)
    assert all(isinstance(result, ParsedOrder) for result in results), results
    for result, (head, lines) in zip(results, meant, strict=True):
        assert isinstance(result, ParsedOrder)
        order = result.order
        assert (order.external_id, order.status, order.currency) == (head["order_id"], head["status"], head["currency"])
        assert (order.ordered_at, order.total, order.note) == (head["ordered_at"], head["total"], head["note"])
        assert order.version == head["ordered_at"]
        address = order.address
        assert (address.name, address.lines) == (head["recipient_name"], (head["address1"],))
        assert (address.phone, address.city) == (head["recipient_phone"], head["city"])
        assert (address.postal_code, address.country) == (head["postal_code"], head["country"])
        assert [(line.sku, line.name, line.quantity, line.unit_price) for line in order.lines] == lines
        assert len({line.key for line in order.lines}) == len(lines)


@given(st.integers(-3, 3), st.integers(0, 59))
def test_a_time_is_the_same_moment_however_its_offset_is_written(hours: int, minutes: int) -> None:
    moment = datetime(2026, 5, 1, 12, minutes, tzinfo=UTC)
    local = moment + timedelta(hours=hours)
    sign = "-" if hours < 0 else "+"
    for written in (f"{sign}{abs(hours):02d}:00", f"{sign}{abs(hours):02d}00", f" {sign}{abs(hours):02d}00"):
        (result,) = read(table([own(ordered_at=f"{local:%Y-%m-%dT%H:%M:%S}{written}", paid_at="")]))
        assert isinstance(result, ParsedOrder)
        assert result.order.ordered_at == moment
