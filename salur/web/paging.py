"""A list's cursor from the address: one that was not made by us begins at the first page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from salur.foundation.paging import BadCursor

T = TypeVar("T")


def at_cursor(request: HttpRequest, read: Callable[[str | None], T]) -> T:
    """Call ``read`` with the cursor of the address."""
    try:
        return read(request.GET.get("cursor") or None)
    except BadCursor:
        return read(None)
