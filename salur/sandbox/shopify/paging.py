"""Connections: a page after a cursor that stays good while what is paged changes."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from graphql import GraphQLError

MOST = 250
Kind = TypeVar("Kind")


def connection(
    rows: Sequence[Kind], key: Callable[[Kind], Any], render: Callable[[Kind], Any], given: dict[str, Any]
) -> dict[str, Any]:
    """The page of ``rows`` (sorted by ``key``, ascending unless ``reverse``) that ``first`` and ``after`` name."""
    first, after, back = given.get("first"), given.get("after"), bool(given.get("reverse"))
    if first is None:
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    if not 0 < first <= MOST:
        raise GraphQLError(f"first must be between 1 and {MOST}", extensions={"code": "BAD_REQUEST"})
    wanted = list(reversed(rows)) if back else list(rows)
    began = False
    if after:
        last = _opened(after)
        wanted = [row for row in wanted if (_plain(key(row)) < last if back else _plain(key(row)) > last)]
        began = True
    page = wanted[:first]
    cursors = [_closed(key(row)) for row in page]
    nodes = [render(row) for row in page]
    return {
        "nodes": nodes,
        "edges": [{"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)],
        "pageInfo": {
            "hasNextPage": len(wanted) > first,
            "hasPreviousPage": began,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def _plain(key: Any) -> list[Any]:
    return list(key) if isinstance(key, tuple) else [key]


def _closed(key: Any) -> str:
    return base64.b64encode(json.dumps({"last": _plain(key)}).encode()).decode()


def _opened(cursor: str) -> list[Any]:
    try:
        last = json.loads(base64.b64decode(cursor, validate=True))["last"]
    except (ValueError, KeyError, TypeError) as problem:
        raise GraphQLError(f"Invalid cursor: {cursor}", extensions={"code": "BAD_REQUEST"}) from problem
    if not isinstance(last, list):
        raise GraphQLError(f"Invalid cursor: {cursor}", extensions={"code": "BAD_REQUEST"})
    return last
