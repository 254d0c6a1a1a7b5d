"""Keyset paging: a page is the rows after (or before) a key, so it stays stable while rows arrive."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value

M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """The cursor was not made by us."""


@dataclass(frozen=True)
class Keyset(Generic[M]):
    """One page with the cursors of its neighbours (None: there is none)."""

    rows: list[M]
    next_cursor: str | None
    previous_cursor: str | None


def _encode(direction: str, key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([direction, *key], default=str).encode()).decode().rstrip("=")


def _decode(cursor: str, width: int) -> tuple[str, list[Any]]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor("the cursor cannot be read") from error
    if not isinstance(values, list) or len(values) != width + 1 or values[0] not in ("n", "p"):
        raise BadCursor("the cursor does not belong to this list")
    if any(isinstance(value, str) and "\x00" in value for value in values):  # PostgreSQL's text holds none
        raise BadCursor("the cursor cannot be read")
    return values[0], values[1:]


class _RowBeyond(Func):
    """``(a, b) > (x, y)``: one comparison of rows, so that an index is entered at the key, however deep the page."""

    output_field = BooleanField()
    conditional = True
    arg_joiner = ", "

    def as_sql(self, compiler: Any, connection: Any, *_templates: Any, **_more: Any) -> tuple[str, tuple[Any, ...]]:
        """Columns on the left, values on the right."""
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        half = len(parts) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (parts[:half], parts[half:]))
        return f"({left}) {self.extra['operator']} ({right})", tuple(value for _, values in parts for value in values)


def _beyond(model: type[Model], fields: list[str], key: list[Any], *, forward: bool) -> Q:
    """Rows strictly past ``key``; a leading minus means descending."""
    together = _together(model, fields, key, forward=forward)
    return Q(together) if together is not None else _one_by_one(fields, key, forward=forward)


def _together(model: type[Model], fields: list[str], key: list[Any], *, forward: bool) -> _RowBeyond | None:
    """The comparison as one of rows, where all fields are the table's own and go in the same direction."""
    directions = {name.startswith("-") for name in fields}
    if len(directions) != 1 or len(fields) == 1:
        return None
    names = [name.lstrip("-") for name in fields]
    try:
        columns = [model._meta.get_field(name) for name in names]
    except FieldDoesNotExist:
        return None
    values = []
    for column, value in zip(columns, key, strict=True):
        kind: Any = getattr(column, "output_field", column)
        if value is None or isinstance(value, list | dict):
            raise ValueError(f"no value of {column.name}")
        values.append(Value(kind.to_python(value), output_field=kind))
    return _RowBeyond(*map(F, names), *values, operator="<" if directions.pop() == forward else ">")


def _one_by_one(fields: list[str], key: list[Any], *, forward: bool) -> Q:
    """Field by field.

    The bound on the first field follows from the rest, but only from it the database knows where in an index to begin.
    """
    condition, equal = Q(), Q()
    for name, value in zip(fields, key, strict=True):
        condition |= equal & _past(name, value, forward=forward)
        equal &= Q(**{name.lstrip("-"): value})
    return condition if len(fields) == 1 else _past(fields[0], key[0], forward=forward, equal="e") & condition


def _past(name: str, value: Any, *, forward: bool, equal: str = "") -> Q:
    side = "lt" if name.startswith("-") == forward else "gt"
    return Q(**{f"{name.lstrip('-')}__{side}{equal}": value})


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def keyset_page(queryset: QuerySet[M], *, order: list[str], cursor: str | None, size: int = 50) -> Keyset[M]:
    """The page at ``cursor`` (None: the first). ``order`` must end in a unique field. Raises :class:`BadCursor`."""
    direction, key = _decode(cursor, len(order)) if cursor else ("n", [])
    forward = direction == "n"
    if key:
        try:
            queryset = queryset.filter(_beyond(queryset.model, order, key, forward=forward))
        except (TypeError, ValueError, ValidationError) as error:  # a value that its column cannot hold
            raise BadCursor("the cursor does not belong to this list") from error
    rows = list(queryset.order_by(*(order if forward else [_turned(n) for n in order]))[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if not forward:
        rows.reverse()

    def edge(row: M) -> list[Any]:
        return [getattr(row, name.lstrip("-")) for name in order]

    has_next = more if forward else bool(key)
    has_previous = bool(key) if forward else more
    return Keyset(
        rows,
        _encode("n", edge(rows[-1])) if rows and has_next else None,
        _encode("p", edge(rows[0])) if rows and has_previous else None,
    )
