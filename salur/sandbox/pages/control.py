"""The pages as a client of the control API, without a network between them: both do the same, by the same code."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request
from starlette.routing import BaseRoute, Router


class Refused(Exception):
    """Control says no; the text says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Control:
    """Calls of the control API as one page needs them."""

    def __init__(self, routes: Sequence[BaseRoute], request: Request) -> None:
        self._app, self._base = Router(routes=list(routes)), str(request.base_url)

    async def get(self, path: str) -> dict[str, Any]:
        """GET."""
        return await self._call("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST; raises :class:`Refused`."""
        return await self._call("POST", path, body)

    async def delete(self, path: str) -> dict[str, Any]:
        """DELETE."""
        return await self._call("DELETE", path, None)

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self._app), base_url=self._base) as client:
            answer = await client.request(method, path, json=body)
        if "json" not in answer.headers.get("content-type", ""):
            raise Refused(404, f"there is no {path}")
        told: dict[str, Any] = answer.json()
        if not answer.is_success:
            raise Refused(answer.status_code, str(told.get("error", answer.status_code)))
        return told


def segment(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")
