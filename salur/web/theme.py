"""Light or dark: a cookie, read when the page is made, so that nothing flashes and no script is needed."""

from __future__ import annotations

from django.http import HttpRequest

COOKIE = "theme"
AUTO, LIGHT, DARK = "auto", "light", "dark"
ALL = (AUTO, LIGHT, DARK)


def chosen(request: HttpRequest) -> str:
    """The person's choice; ``auto`` follows the system."""
    value = request.COOKIES.get(COOKIE, AUTO)
    return value if value in ALL else AUTO
