"""A draft of the rules beside the published ones: opened, changed, tried, then published or discarded."""

from __future__ import annotations

from salur.foundation.clock import now
from salur.foundation.problems import Refusal
from salur.tenancy import audit
from salur.tenancy.scope import current_scope

from .contents import content_of, fill
from .models import DRAFT, PUBLISHED, RoutingRule, RuleDraft
from .versions import begin_change, current_version, hold_rules, keep_version, replace_published


class NoDraft(Refusal):
    """There is no draft: somebody has published or discarded it."""

    code = "no_draft"


class PublishedMeanwhile(Refusal):
    """The published rules were changed after the draft was copied from them."""

    code = "published_meanwhile"


def find_draft() -> RuleDraft | None:
    """The open draft of the scope's merchant."""
    return RuleDraft.objects.first()


def the_draft() -> RuleDraft:
    """The open draft. Raises :class:`NoDraft`."""
    draft = find_draft()
    if draft is None:
        raise NoDraft
    return draft


def open_draft() -> RuleDraft:
    """Copy the published rules into a draft; the one that is open already stays as it is."""
    hold_rules()
    draft = find_draft()
    if draft is not None:
        return draft
    begin_change(PUBLISHED)
    for rule in RoutingRule.objects.filter(draft=PUBLISHED).order_by("position", "pk"):
        copy = fill(RoutingRule(draft=DRAFT, copied_from=rule.pk, position=rule.position), content_of(rule))
        copy.save()
    draft = RuleDraft(base=current_version(), actor=current_scope().actor, created_at=now())
    draft.save()
    audit.record("rules.draft_opened", "rules", base=draft.base)
    return draft


def discard_draft() -> None:
    """Drop the draft; the published rules stay as they are. Raises :class:`NoDraft`."""
    hold_rules()
    the_draft()
    _drop()
    audit.record("rules.draft_discarded", "rules")


def publish_draft(*, anyway: bool = False) -> int:
    """Make the draft the published rules; answers the new version's number.

    Raises :class:`NoDraft`, and :class:`PublishedMeanwhile` unless ``anyway``.
    """
    hold_rules()
    draft = the_draft()
    if draft.base != current_version() and not anyway:
        raise PublishedMeanwhile(base=draft.base, version=current_version())
    rules = [
        {"id": rule.copied_from, **content_of(rule)}
        for rule in RoutingRule.objects.filter(draft=DRAFT).order_by("position", "pk")
    ]
    replace_published(rules)
    _drop()
    keep_version(PUBLISHED, "publish")
    number = current_version()
    audit.record("rules.published", "rules", version=number)
    return number


def _drop() -> None:
    RoutingRule.objects.filter(draft=DRAFT).delete()
    RuleDraft.objects.all().delete()
