"""Switch merchant, language and theme: each a small form that comes back to where it was sent from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from salur.tenancy.accounts import memberships_of
from salur.tenancy.models import User
from salur.web import theme
from salur.web.access import SESSION_KEY
from salur.web.middleware import KNOWN

YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if ours else "/")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language on the person, and in a cookie for the pages before login."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in KNOWN:
        if isinstance(request.user, User):
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            samesite="Lax",
            secure=request.is_secure(),
            httponly=True,
        )
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie."""
    wanted = request.POST.get("theme", "")
    response = _back(request)
    if wanted in theme.ALL:
        response.set_cookie(
            theme.COOKIE, wanted, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@require_POST
def choose_merchant(request: HttpRequest) -> HttpResponse:
    """Show another merchant from now on. What was open belongs to the old one, so the dashboard comes next."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    allowed = {str(m.merchant_id): m.merchant_id for m in memberships_of(request.user)}
    wanted = request.POST.get("merchant", "")
    if wanted in allowed:
        request.session[SESSION_KEY] = allowed[wanted]
    return redirect("web:dashboard")


def welcome(request: HttpRequest) -> HttpResponse:
    """For a person who is a member of no merchant yet: says how to become one."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    if memberships_of(request.user):
        return redirect("web:dashboard")
    return render(request, "web/person/welcome.html")
