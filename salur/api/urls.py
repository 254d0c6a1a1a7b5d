"""Addresses of the API, of partners' messages and of the pages that explain problems."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from . import store_keys, webhooks
from .explanations import explain
from .limits import LARGEST_UPLOAD, too_long
from .problems import problem, too_large
from .v1 import api

View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """What holds for every address of the API: no forms (so no CSRF), no caches, problems instead of plain errors."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if too_long(request):
            return too_large(request, LARGEST_UPLOAD)
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the content out
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = problem(request, "not_found")
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            evidence = {"method": request.method, "allowed": allowed}
            response = problem(request, "method_not_allowed", evidence, headers={"Allow": allowed})
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Authorization"])
        return response

    return answer


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address of the API that there is not."""
    return problem(request, "not_found")


def _api_patterns() -> tuple[list[URLPattern | URLResolver], str, str]:
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = guarded(pattern.callback)
    patterns.append(path("<path:rest>", guarded(nothing_here)))
    return patterns, app_name, namespace


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", _api_patterns()),
    path("webhooks/store/<int:connection_id>", webhooks.handshake, {"kind": "store"}, name="store_webhook"),
    path("webhooks/account/<int:connection_id>", webhooks.handshake, {"kind": "account"}, name="account_webhook"),
    path(f"{store_keys.PATH}<str:token>", store_keys.take, name="store_keys"),
    path("problems/<slug:code>", explain, name="problem"),
]
