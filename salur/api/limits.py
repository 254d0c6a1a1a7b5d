"""Limits of what a request may name or carry."""

from __future__ import annotations

from django.http import HttpRequest

from salur.flows.filed import LARGEST_FILE

HIGHEST_ID = 2**63 - 1
"""The largest number that a row can have."""

LARGEST_UPLOAD = LARGEST_FILE + (1 << 20)
"""A file and the form around it, in bytes."""


def too_long(request: HttpRequest) -> bool:
    """Whether the request says of itself that it is longer than anything that is taken."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not str(length).isdigit() or int(length) > LARGEST_UPLOAD
