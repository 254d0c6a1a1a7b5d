"""What a page says, without a browser."""

from __future__ import annotations

import html
from typing import Protocol


class Answered(Protocol):
    """An answer of Django's client that holds a page."""

    status_code: int

    @property
    def content(self) -> bytes: ...

    def __getitem__(self, header: str) -> str: ...


def text_of(answer: Answered) -> str:
    """The page as people read it: signs in place of their HTML names."""
    return html.unescape(answer.content.decode())


def main_of(answer: Answered) -> str:
    """The HTML of the page's own part, behind head and menu."""
    return answer.content.decode().split("<main", 1)[1]
