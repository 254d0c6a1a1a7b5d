"""The form of a route table."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request

Handler = Callable[[Request, dict[str, Any]], Awaitable[Any]]
#: (method, path, handler)
Table = list[tuple[str, str, Handler]]
