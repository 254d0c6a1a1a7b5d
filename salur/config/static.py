"""Static files straight from the installed packages: no collect step, no copy that could be stale."""

from __future__ import annotations

import os
from pathlib import Path

from django.contrib.staticfiles import finders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/static/"


class PackagedFiles(StaticFiles):
    """The static folders of every installed application."""

    def __init__(self) -> None:
        super().__init__(check_dir=False)
        self.all_directories = [
            Path(storage.location)
            for finder in finders.get_finders()
            for storage in getattr(finder, "storages", {}).values()
        ]

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the refusal as an answer: no framework stands above that would turn it into one."""
        try:
            return await super().get_response(path, scope)
        except HTTPException as refused:
            return PlainTextResponse(refused.detail, refused.status_code)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file; browsers ask each time whether it changed, so an update shows at once."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def with_static_files(application: ASGIApp) -> ASGIApp:
    """Answer addresses below ``/static/`` from the packages, all others by ``application``."""
    files = PackagedFiles()

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            below = {**scope, "path": scope["path"].removeprefix(PREFIX[:-1]), "root_path": ""}
            await files(below, receive, send)
        else:
            await application(scope, receive, send)

    return route
