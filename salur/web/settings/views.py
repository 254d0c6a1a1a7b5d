"""Members and API tokens of the merchant; owners only."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from salur.foundation.problems import Refusal
from salur.tenancy import tokens
from salur.tenancy.accounts import add_member, members, remove_member
from salur.tenancy.models import Role
from salur.tenancy.queries import tokens as token_rows
from salur.web.access import MerchantRequest, fragment_or_page, page, reading
from salur.web.acting import acting, tell_refusal
from salur.web.filters import row_id

from .forms import MemberForm, TokenForm


@page(get=Role.OWNER, post=Role.OWNER)
def member_list(request: MerchantRequest) -> HttpResponseBase:
    """Who may do what; a POST adds, changes or removes a member."""
    form = MemberForm(request.POST if request.POST.get("action") == "add" else None)
    if request.method == "POST":
        if not form.is_bound:
            return _change_member(request)
        if form.is_valid() and form.person is not None:
            return _add(request, form)
    with reading(request):
        shown = members()
    context = {"members": shown, "form": form, "roles": Role.choices}
    return fragment_or_page(request, "web/settings/members.html", context, status=422 if form.is_bound else 200)


def _add(request: MerchantRequest, form: MemberForm) -> HttpResponseBase:
    assert form.person is not None  # noqa: S101  # asked by the caller
    try:
        with acting(request, "members"):
            add_member(form.person, Role(form.cleaned_data["role"]))
    except Refusal as refusal:
        tell_refusal(request, refusal)
    else:
        messages.success(request, gettext("%(name)s is a member now.") % {"name": form.person.get_username()})
    return redirect("web:members")


def _change_member(request: MerchantRequest) -> HttpResponseBase:
    user_id = request.POST.get("user", "")
    try:
        with acting(request, "members"):
            person = next((user for user, _ in members() if str(user.pk) == user_id), None)
            if person is None:
                raise Http404
            if request.POST.get("action") == "remove":
                remove_member(person)
            elif request.POST.get("role") in Role.values:
                add_member(person, Role(request.POST["role"]))
    except Refusal as refusal:
        tell_refusal(request, refusal)
    return redirect("web:members")


@page(get=Role.OWNER, post=Role.OWNER)
def token_list(request: MerchantRequest) -> HttpResponseBase:
    """API tokens; a new one's secret is shown once, in the answer to the very request that made it."""
    action = request.POST.get("action", "")
    form = TokenForm(request.POST if action == "create" else None)
    made = None
    if request.method == "POST" and action == "revoke":
        with acting(request, "tokens"):
            tokens.revoke(row_id(request.POST, "token") or 0)
        return redirect("web:tokens")
    if form.is_bound and form.is_valid():
        with acting(request, "tokens"):
            made = tokens.create(
                form.cleaned_data["name"],
                form.cleaned_data["scopes"],
                created_by=request.user,
                expires_at=form.ends_at(),
            )
        form = TokenForm()
    with reading(request):
        shown = token_rows()
    allowed = [(token, [str(tokens.SCOPES.get(scope, scope)) for scope in token.scopes]) for token in shown]
    context = {"tokens": allowed, "form": form, "made": made}
    response = fragment_or_page(request, "web/settings/tokens.html", context, status=422 if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response
