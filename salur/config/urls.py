"""The addresses of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("salur.api.urls")),
    path("", include("salur.web.urls")),
]

handler403 = "salur.web.errors.not_allowed"
handler404 = "salur.web.errors.not_found"
handler500 = "salur.web.errors.broken"
