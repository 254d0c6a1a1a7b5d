"""ECCANG's ways of saying that there is another page (contract sheet, A.2)."""

from __future__ import annotations

from salur.connectors.base.reading import JsonObject, flag, whole


def has_next(document: JsonObject, page: int, size: int, rows: int) -> bool:
    """``nextPage`` decides; without it the count (or total), and without that a full page promises another."""
    if rows == 0:
        return False
    if document.get("nextPage") not in (None, ""):
        return flag(document, "nextPage")
    for key in ("count", "total"):
        if document.get(key) not in (None, ""):
            return page * size < whole(document, key)
    return rows >= size
