"""The order list's filter in the address."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from salur.outbound.queries import OrderFilter
from salur.tenancy.tags import TagsRefused, clean_tags
from salur.web.filters import row_id, word

MOST_HOURS = 24 * 30
NAMES = ("tag", "held", "courier", "country", "within", "from", "to", "currency")


def read_filter(query: QueryDict, currency: str = "") -> OrderFilter:
    """What the address asks for; values are in ``currency`` unless the address names another."""
    return OrderFilter(
        status=word(query, "status"),
        search=word(query, "q"),
        store=row_id(query, "store"),
        warehouse=row_id(query, "warehouse"),
        problem=word(query, "problem"),
        blocked_by=word(query, "why"),
        tag=_tag(word(query, "tag")),
        held=word(query, "held"),
        courier=word(query, "courier"),
        country=word(query, "country").upper(),
        ship_within=_hours(query),
        value_from=_amount(query, "from"),
        value_to=_amount(query, "to"),
        currency=word(query, "currency").upper() or currency,
    )


def _tag(text: str) -> str:
    try:
        return next(iter(clean_tags([text])), "")
    except TagsRefused:
        return ""


def _hours(query: QueryDict) -> int | None:
    hours = row_id(query, "within")
    return None if hours is None else min(hours, MOST_HOURS)


def _amount(query: QueryDict, name: str) -> Decimal | None:
    try:
        amount = Decimal(word(query, name))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**14 else None
