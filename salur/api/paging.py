"""Lists by page: ``limit``, ``cursor``, and in the answer ``next`` and ``previous``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

from salur.foundation.paging import Keyset, keyset_page

from .problems import Invalid, fault

LARGEST = 200

M = TypeVar("M", bound=Model)
T = TypeVar("T", bound=Schema)
P = TypeVar("P")


class Cursors(Protocol):
    """A page of rows, of whatever kind, that knows its neighbours."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None on the last."""

    @property
    def previous_cursor(self) -> str | None:
        """Where the page before begins; None on the first."""


class ListQuery(Schema):
    """What every list understands."""

    limit: int = Field(50, ge=1, le=LARGEST, description="Entries on a page.")
    cursor: str | None = Field(None, description="`next` or `previous` of another page of the same list.")


class Page(Schema, Generic[T]):
    """One page. A cursor is null where there is no such page."""

    items: list[T]
    next: str | None = Field(description="Cursor of the next page.")
    previous: str | None = Field(description="Cursor of the page before.")

    @classmethod
    def of(cls, rows: Cursors, items: list[T]) -> Self:
        """The page of rows that were read, as they are shown."""
        return cls(items=items, next=rows.next_cursor, previous=rows.previous_cursor)


def refuse_unknown(request: HttpRequest, query: ListQuery) -> None:
    """A filter that is misspelt must not answer everything."""
    unknown = [name for name in request.GET if name not in type(query).model_fields]
    if unknown:
        raise Invalid(*(fault("query", name, "unknown_parameter") for name in unknown))


def fetch(
    request: HttpRequest,
    query: ListQuery,
    rows: QuerySet[M] | Callable[[str | None, int], Keyset[M]],
    order: Sequence[str] = ("-id",),
) -> Keyset[M]:
    """The page that the query asks for, of a queryset in ``order`` or of a query function of a domain."""
    if isinstance(rows, QuerySet):
        listed = rows
        return fetch_by(request, query, lambda at, size: keyset_page(listed, order=list(order), cursor=at, size=size))
    return fetch_by(request, query, rows)


def fetch_by(request: HttpRequest, query: ListQuery, read: Callable[[str | None, int], P]) -> P:
    """What ``read`` answers for the query's cursor and size, whatever kind of page that is."""
    refuse_unknown(request, query)
    try:
        return read(query.cursor, query.limit)
    except (ValueError, ValidationError, TypeError) as error:
        # A cursor that is readable but holds other values than this list's keys fails only when it is compared.
        if query.cursor is None:
            raise
        raise Invalid(fault("query", "cursor", "bad_cursor")) from error
