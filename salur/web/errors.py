"""Error pages that speak, in the person's language."""

from __future__ import annotations

import secrets

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = structlog.get_logger(__name__)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason where the refusal gave one."""
    return render(request, "403.html", {"exception": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; says nothing of whether the thing exists for another merchant."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, with a number to find the error in the log by."""
    error_id = secrets.token_hex(4)
    log.error("page_broken", error_id=error_id, path=request.path)
    return render(request, "500.html", {"error_id": error_id}, status=500)
