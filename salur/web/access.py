"""Who may see a page, for which merchant: the ``page`` decorator every view wears.

A GET runs inside a merchant scope, rendering included, so that templates may follow relations. A POST opens no scope:
the service it calls opens its own; what it renders afterwards is rendered in a reading scope again.
"""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from salur.tenancy.accounts import memberships_of
from salur.tenancy.models import Entitlement, Merchant, Role, User
from salur.tenancy.scope import merchant_scope

SESSION_KEY = "merchant"
SAFE = ("GET", "HEAD", "OPTIONS")
_RANK = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.OWNER: 2}

P = ParamSpec("P")


@dataclass(frozen=True)
class Choice:
    """A merchant that the person may switch to."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class CurrentMerchant:
    """The merchant whose pages are shown, as seen by the person who looks."""

    id: int
    name: str
    role: str
    zone: zoneinfo.ZoneInfo
    country: str
    currency: str
    entitlements: frozenset[str]
    choices: tuple[Choice, ...]

    def may(self, role: str) -> bool:
        """Whether the person's role includes ``role``."""
        return _RANK[Role(self.role)] >= _RANK[Role(role)]

    @property
    def may_operate(self) -> bool:
        """Operator or owner (for templates)."""
        return self.may(Role.OPERATOR)

    @property
    def may_own(self) -> bool:
        """Owner (for templates)."""
        return self.may(Role.OWNER)


class MerchantRequest(HttpRequest):
    """A request whose person is signed in and whose merchant is known."""

    user: User
    merchant: CurrentMerchant
    htmx: HtmxDetails


Worn = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
View = Callable[Concatenate[MerchantRequest, P], HttpResponseBase]


class MissingEntitlement(PermissionDenied):
    """The merchant's plan lacks what the page needs; the text names it (R2)."""


def actor(request: MerchantRequest) -> str:
    """Who acts, as written into transitions."""
    return f"user:{request.user.pk}"


@contextmanager
def reading(request: MerchantRequest) -> Iterator[None]:
    """A scope for reading what a page shows."""
    with merchant_scope(request.merchant.id, actor=actor(request), cause="page"):
        yield


def page(
    *, get: str = Role.VIEWER, post: str = "", entitlement: str = "", scoped: bool = True
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Require login, membership with the least role ``get`` (or ``post`` for writing) and, if named, an entitlement.

    A page that names no role for ``post`` only shows something: a POST to it is answered 405.
    ``scoped`` false: a GET opens no scope either, because the view calls a partner.
    """

    methods = [*SAFE, "POST"] if post else [*SAFE]

    def wear(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @require_http_methods(methods)
        @functools.wraps(view)
        def worn(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            ours = _with_merchant(request)
            if ours is None:
                return redirect("web:welcome")
            with timezone.override(ours.merchant.zone):
                _require(ours, get if request.method in SAFE else post, entitlement)
                return _answer(ours, view, scoped and request.method in SAFE, *args, **kwargs)

        return cast("Worn[P]", worn)

    return wear


def _answer(
    request: MerchantRequest, view: View[P], in_scope: bool, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    if not in_scope:
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            with reading(request):
                response.render()
        return response
    with reading(request):
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
    return response


def _require(request: MerchantRequest, role: str, entitlement: str) -> None:
    if not request.merchant.may(role):
        raise PermissionDenied(
            gettext("Your role with this merchant is “%(role)s”; this needs “%(needed)s”.")
            % {"role": Role(request.merchant.role).label, "needed": Role(role).label}
        )
    require_plan(request, entitlement)


def require_plan(request: MerchantRequest, entitlement: str) -> None:
    """That the merchant's plan includes this, if anything is named; raises MissingEntitlement."""
    if entitlement and entitlement not in request.merchant.entitlements:
        raise MissingEntitlement(
            gettext("The plan of this merchant does not include “%(name)s”. Customer service can switch it on.")
            % {"name": Entitlement(entitlement).label}
        )


def _with_merchant(request: HttpRequest) -> MerchantRequest | None:
    """The same request with its merchant; None when the person is a member nowhere."""
    assert isinstance(request.user, User)  # noqa: S101  # narrows the type: signed-in people are our users
    memberships = memberships_of(request.user)
    if not memberships:
        return None
    choices = tuple(Choice(m.merchant_id, m.name, str(m.role)) for m in memberships)
    wanted = request.session.get(SESSION_KEY)
    chosen = next((c for c in choices if c.id == wanted), choices[0])
    with merchant_scope(chosen.id, actor=f"user:{request.user.pk}", cause="page"):
        row = Merchant.objects.get(id=chosen.id)
    request.merchant = CurrentMerchant(  # type: ignore[attr-defined]  # this is what makes it a MerchantRequest
        id=chosen.id,
        name=row.name,
        role=chosen.role,
        zone=zoneinfo.ZoneInfo(row.time_zone),
        country=row.country,
        currency=row.currency,
        entitlements=frozenset(row.entitlements),
        choices=choices,
    )
    return request  # type: ignore[return-value]  # it has its merchant now


def fragment_or_page(
    request: MerchantRequest, template: str, context: Mapping[str, object], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """The whole page, or for HTMX the named fragment: one URL, two readers."""
    asked_by_script = bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request
    chosen = fragment if fragment and asked_by_script else template
    response = TemplateResponse(request, chosen, dict(context), status=status)
    response["Vary"] = "HX-Request"
    return response
