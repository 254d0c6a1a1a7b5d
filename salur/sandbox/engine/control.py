"""The form of a partner's control table, and what its handlers raise."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request

Handler = Callable[[Request, dict[str, Any]], Awaitable[Any]]
#: (method, path, handler). A handler gets the request and its JSON body, and returns what becomes JSON.
Table = list[tuple[str, str, Handler]]


def base_of(request: Request) -> str:
    """The sandbox's address as the caller reaches it."""
    return str(request.base_url).rstrip("/").removesuffix("/_control")


class NotThere(LookupError):
    """No such shop, account or order: control answers 404."""
