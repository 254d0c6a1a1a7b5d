"""Marking texts for people inside packages that know no Django (design 4).

A connector's labels are plain English message ids; the pages translate them when they show them.
"""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the usual name of the gettext no-op, which extractors look for
    """Answer ``text`` as it is; its use tells the message extractor to collect it."""
    return text
