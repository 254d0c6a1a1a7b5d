"""Words for what the tables keep as codes of a history: how a call ended, and who did something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from salur.routing.models import HoldRule
from salur.tenancy.models import ApiToken, User

OUTCOMES: Mapping[str, str | Promise] = {
    "ok": _("answered"),
    "pushed": _("accepted"),
    "ready": _("certainly not there"),
    "unknown": _("not known yet"),
    "rejected": _("refused"),
    "Retryable": _("not done, tried again later"),
    "RateLimited": _("not done, asked to wait"),
    "UnknownOutcome": _("answer lost, to be looked up"),
    "AuthExpired": _("access too old"),
    "AuthRejected": _("access refused"),
    "Rejected": _("refused"),
    "AlreadyExists": _("there already"),
    "TooLate": pgettext_lazy("outcome of a call to a partner", "too late to be done there"),
    "ContractBroken": _("answer not understood"),
}


def outcome_words(outcome: str) -> str:
    """How a call ended, in words."""
    return str(OUTCOMES.get(outcome, outcome))


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Names of those who acted, in three statements whatever their number."""
    wanted = set(actors)
    users = {int(a.split(":")[1]) for a in wanted if a.startswith("user:")}
    tokens = {int(a.split(":")[1]) for a in wanted if a.startswith("token:")}
    people = {u.pk: u.email or u.username for u in User.objects.filter(pk__in=users)} if users else {}
    keys = dict(ApiToken.objects.filter(pk__in=tokens).values_list("pk", "name")) if tokens else {}
    holds = {int(a.split(":")[1]) for a in wanted if a.startswith("hold_rule:")}
    rules = dict(HoldRule.objects.filter(pk__in=holds).values_list("pk", "name")) if holds else {}
    names = {}
    for one in wanted:
        kind, _colon, number = one.partition(":")
        if kind == "user":
            names[one] = people.get(int(number), gettext("a former member"))
        elif kind == "hold_rule":
            names[one] = gettext("Rule %(name)s") % {"name": rules.get(int(number), number)}
        elif kind == "token":
            names[one] = gettext("API token %(name)s") % {"name": keys.get(int(number), number)}
        else:
            names[one] = "Salur"
    return names
