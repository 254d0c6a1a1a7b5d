"""The page on which people read the API: everything from here, under the strict policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness.web import LiveWeb

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_people_read_the_api_without_anything_from_elsewhere(page: Page, live_web: LiveWeb) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_web.url}/api/v1/docs")
    page.get_by_text("/api/v1/outbound/{outbound_id}/push-again").wait_for()
    assert [url for url in asked if not url.startswith((live_web.url, "data:", "blob:"))] == []
