"""The draft of the rules opened, published or discarded; the sets published before, each of which can come back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.flows.told import actor_names
from salur.flows.wakeups import bindings_changed
from salur.foundation.problems import Refusal
from salur.routing.contents import fill
from salur.routing.drafts import discard_draft, open_draft, publish_draft
from salur.routing.models import RoutingRule, RuleVersion
from salur.routing.versions import current_version, restore_version, versions
from salur.tenancy.models import Entitlement, Role
from salur.web.access import MerchantRequest, fragment_or_page, page
from salur.web.acting import acting, tell_refusal

from .views import shown_rules

REASONS = {
    "first": _("as they were before the first change"),
    "edit": _("a rule changed"),
    "publish": _("a draft published"),
    "restore": _("an earlier version brought back"),
}


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_draft_act(request: MerchantRequest) -> HttpResponseBase:
    """Open, publish or discard the draft."""
    if request.method != "POST":
        return redirect("web:rules")
    action = request.POST.get("action", "")
    try:
        with acting(request, "rules"):
            if action == "open":
                open_draft()
            elif action == "discard":
                discard_draft()
            elif action in ("publish", "publish_anyway"):
                publish_draft(anyway=action == "publish_anyway")
                bindings_changed()
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:rules_draft")
    if action.startswith("publish"):
        messages.success(
            request,
            gettext(
                "The draft is published. New orders follow it, and orders that waited for a warehouse are planned"
                " again. Orders that have a warehouse already stay there until you apply the rules to them."
            ),
        )
    return redirect("web:rules_draft" if action == "open" else "web:rules")


@page(entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_versions(request: MerchantRequest) -> HttpResponseBase:
    """The sets that were published, the newest first."""
    listed = versions()
    called = actor_names(one.actor for one in listed)
    shown = [(one, REASONS.get(one.reason, one.reason), called.get(one.actor, one.actor)) for one in listed]
    context = {"versions": shown, "current": current_version()}
    return fragment_or_page(request, "web/rules/versions.html", context)


@page(post=Role.OPERATOR, entitlement=Entitlement.WAREHOUSE_MANAGEMENT)
def rule_version(request: MerchantRequest, version_id: int) -> HttpResponseBase:
    """One set as it was; a POST brings it back."""
    if request.method == "POST":
        return _restore(request, version_id)
    version = _version(version_id)
    context = {"version": version, "rules": shown_rules(_rules(version)), "current": current_version()}
    return fragment_or_page(request, "web/rules/version.html", context)


def _rules(version: RuleVersion) -> list[RoutingRule]:
    """The rules as they were, not stored anywhere: numbered by their place."""
    return [fill(RoutingRule(pk=place), content) for place, content in enumerate(version.rules, 1)]


def _version(version_id: int) -> RuleVersion:
    version = RuleVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise Http404
    return version


def _restore(request: MerchantRequest, version_id: int) -> HttpResponseBase:
    try:
        with acting(request, "rules"):
            number = _version(version_id).number
            restore_version(number)
            bindings_changed()
    except Refusal as refusal:
        tell_refusal(request, refusal)
        return redirect("web:rule_version", version_id=version_id)
    messages.success(request, gettext("Version %(number)s of the rules is in force again.") % {"number": number})
    return redirect("web:rules")
