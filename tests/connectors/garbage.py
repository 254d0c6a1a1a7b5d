"""What a partner could send instead of sense, and what of a connector's answers to it the hub could not use."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from salur.connectors.base.errors import PartnerError
from salur.connectors.base.types import OrderStatus, StoreOrder

VALUES = (
    "",
    "Success",
    "Failure",
    "READY",
    "0",
    "1",
    "true",
    "order",
    "1700000000",
    "REF-1",
    "PROCESSED",
    "NaN",
    "1e999",
)


def names(text: str) -> list[str]:
    return text.split()


def documents(words: list[str]) -> st.SearchStrategy[Any]:
    """JSON that looks much like the partner's: its names, with values of every kind under them."""
    leaves = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8)
        | st.sampled_from(VALUES)
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(words), inner, max_size=8),
        max_leaves=25,
    )


def answers(words: list[str], frame: dict[str, Any], holder: str) -> st.SearchStrategy[Any]:
    """Documents, half of them inside what a success looks like, so that the readers behind it are reached."""
    anything = documents(words)
    return anything | anything.map(lambda inner: {**frame, holder: inner})


def unusable(*calls: Callable[[], object]) -> list[str]:
    """Makes the calls; says what in their answers the hub cannot use. Nothing is right.

    A call may end with a partner error, as long as that says something. Any other error is not caught.
    """
    return [flaw for call in calls for flaw in _flaws_of(call)]


def _flaws_of(call: Callable[[], object]) -> Iterator[str]:
    try:
        answered = call()
    except PartnerError as error:
        if not (error.code or error.message):
            yield f"a {type(error).__name__} that says nothing"
    else:
        yield from flaws(answered)


def flaws(value: object) -> Iterator[str]:
    """Where ``value`` is not made of the seam's types: times with a zone, finite numbers, orders with a number."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            yield f"a time without a zone: {value}"
    elif isinstance(value, Decimal | float):
        if not math.isfinite(value):
            yield f"not a number: {value}"
    elif isinstance(value, Mapping):
        yield from flaws((*value, *value.values()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from flaws(one)
    elif is_dataclass(value):
        if not type(value).__module__.startswith("salur.connectors.base."):
            yield f"{type(value)} is not of the seam"
        if isinstance(value, StoreOrder):
            yield from _order_flaws(value)
        for field in fields(value):
            yield from flaws(getattr(value, field.name))
    elif not (value is None or isinstance(value, str | bytes | int)):
        yield f"{type(value)} is not of the seam"


def _order_flaws(order: StoreOrder) -> Iterator[str]:
    if not (order.external_id and isinstance(order.status, OrderStatus)):
        yield f"an order without a number or a status: {order}"
    if any(line.quantity <= 0 for line in order.lines):
        yield f"lines that order nothing: {order.lines}"
