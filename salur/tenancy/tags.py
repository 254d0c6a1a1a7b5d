"""Tags: short words of the merchant's own on products and orders, told apart without regard to case."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 40
MOST = 30
SEPARATORS = re.compile(r"[,;\n]+")


class TagsRefused(ValueError):
    """Tags that cannot be kept; ``code`` is tag_too_long or too_many_tags, ``tag`` the first that is too long."""

    def __init__(self, code: str, tag: str = "") -> None:
        super().__init__(code)
        self.code, self.tag = code, tag


def split_tags(text: str) -> list[str]:
    """Tags as a person writes them: separated by comma, semicolon or new line."""
    return SEPARATORS.split(text)


def clean_tags(words: Iterable[str]) -> list[str]:
    """Each tag once, in lower case, without double spaces, in their order. Raises :class:`TagsRefused`."""
    tags = list(dict.fromkeys(tag for word in words if (tag := " ".join(word.replace("\x00", "").split()).casefold())))
    for tag in tags:
        if len(tag) > LONGEST:
            raise TagsRefused("tag_too_long", tag)
    if len(tags) > MOST:
        raise TagsRefused("too_many_tags")
    return tags
