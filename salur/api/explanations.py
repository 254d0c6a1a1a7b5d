"""A page for each kind of problem: the address that ``type`` of an error names."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from salur.foundation.problems import PROBLEMS, describe


def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Title, cause and cure in the reader's language; a dash stands for what differs from case to case."""
    if code not in PROBLEMS:
        return HttpResponse(f"{code}\n", status=404, content_type="text/plain; charset=utf-8")
    told = describe(code)
    return HttpResponse(f"{told.title}\n\n{told.cause}\n\n{told.cure}\n", content_type="text/plain; charset=utf-8")
