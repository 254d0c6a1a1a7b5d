"""Delivery-warehouse rules (R72): the published ones, a draft beside them, every published set, and dry runs."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.orders.models import HoldReason
from salur.tenancy.tenant_model import TenantForeignKey, TenantModel

PUBLISHED, DRAFT = False, True
"""Values of ``RoutingRule.draft``."""


class CashOnDelivery(models.TextChoices):
    """Whether a rule asks how the order is paid."""

    ANY = "", pgettext_lazy("payment of an order", "any")
    YES = "yes", _("only with cash on delivery")
    NO = "no", _("only paid beforehand")


class Conditions(TenantModel):
    """Which orders a rule is for. Conditions are lists; an empty list means any, and all conditions must hold.

    ``postcodes`` are beginnings (``80``) or ranges (``80000-80999``), ``couriers`` are names, or beginnings of names
    where they end in ``*``; ``tags`` are those of products. Values are in ``value_currency``; an order in another
    currency has no value to compare.
    """

    name = models.TextField()
    active = models.BooleanField(default=True)
    store_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    channels = ArrayField(models.TextField(), default=list, blank=True)
    countries = ArrayField(models.TextField(), default=list, blank=True)
    provinces = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    cities = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    postcodes = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    couriers = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    mskus = ArrayField(models.TextField(), default=list, blank=True)
    tags = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    value_from = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    value_to = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    value_currency = models.TextField(blank=True, default="", db_default="")
    cash_on_delivery = models.TextField(choices=CashOnDelivery.choices, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def _sound(table: str) -> list[models.BaseConstraint]:
    """What the database checks of every rule's conditions."""
    return [
        models.CheckConstraint(
            condition=Q(cash_on_delivery__in=CashOnDelivery.values), name=f"routing_{table}_cash_on_delivery"
        ),
        models.CheckConstraint(
            condition=Q(value_from__isnull=True, value_to__isnull=True) | ~Q(value_currency=""),
            name=f"routing_{table}_value_has_currency",
        ),
        models.CheckConstraint(
            condition=Q(value_from__isnull=True) | Q(value_to__isnull=True) | Q(value_from__lte=models.F("value_to")),
            name=f"routing_{table}_value_range",
        ),
    ]


class RoutingRule(Conditions):
    """One rule for the way of orders. Rules are tried by ``position``, lowest first.

    ``fallback_ids`` are warehouses tried in their order after ``warehouse``. ``only_where_free``: a warehouse without
    enough free stock is passed over. ``never_split``: the whole order goes to one warehouse, by this rule.
    ``draft`` rows are the set that is being tried; ``copied_from`` is the published rule that such a row would change.
    """

    position = models.IntegerField()
    draft = models.BooleanField(default=PUBLISHED, db_default=PUBLISHED)
    copied_from = models.BigIntegerField(null=True, blank=True)
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+")
    fallback_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    only_where_free = models.BooleanField(default=False, db_default=False)
    never_split = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "draft", "name"], name="routing_rule_name"),
            *_sound("rule"),
        ]


MOST_DAYS = 365


class HoldRule(Conditions):
    """A rule that holds new orders, the whole order where one of its items fits.

    ``days``: after how many the hold ends by itself; None: when a person releases it. ``first_to_country``: only the
    merchant's first order to its country.
    """

    reason = models.TextField(choices=HoldReason.choices)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    first_to_country = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "name"], name="routing_holdrule_name"),
            models.CheckConstraint(condition=Q(reason__in=HoldReason.values), name="routing_holdrule_reason"),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__gte=1, days__lte=MOST_DAYS), name="routing_holdrule_days"
            ),
            *_sound("holdrule"),
        ]


class RuleVersion(TenantModel):
    """The published rules as they were from ``published_at`` on, whole, so that any of them can be brought back.

    ``reason`` is first, edit, publish or restore; ``restored`` the number of the version that was brought back.
    """

    number = models.PositiveIntegerField()
    rules = models.JSONField()
    reason = models.TextField()
    restored = models.PositiveIntegerField(null=True, blank=True)
    actor = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "number"], name="routing_version_once")]


class RuleDraft(TenantModel):
    """That a draft is open: since when, by whom, and from which published version it was copied."""

    base = models.PositiveIntegerField()
    actor = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id"], name="routing_draft_once")]


class RunKind(models.TextChoices):
    """What a run of rules over orders is for."""

    TRIAL = "trial", _("Dry run")
    APPLY = "apply", _("Published rules applied to open orders")


class RunChoice(models.TextChoices):
    """Which orders a run looks at."""

    PICKED = "picked", _("The orders named")
    OPEN = "open", _("All open orders")
    RECENT = "recent", _("Orders of the last 30 days")


class RunState(models.TextChoices):
    """How far a run is."""

    QUEUED = "queued", _("Waiting to begin")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


class RuleRun(TenantModel):
    """One run of the draft (or the published rules) over orders that exist; ``summary`` counts its rows by outcome.

    ``unknown`` are order numbers that were asked for and are not there. ``version`` and ``draft`` say which rules
    were looked at. Of all open orders, those that a person placed stay, but for ``also_by_hand``.
    """

    kind = models.TextField(choices=RunKind.choices)
    choice = models.TextField(choices=RunChoice.choices)
    state = models.TextField(choices=RunState.choices, default=RunState.QUEUED)
    order_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    unknown = ArrayField(models.TextField(), default=list, blank=True)
    draft = models.BooleanField(default=PUBLISHED)
    also_by_hand = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    actor = models.TextField()
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="routing_run_state"),
            models.CheckConstraint(condition=Q(kind__in=RunKind.values), name="routing_run_kind"),
        ]
        indexes = [models.Index(fields=["merchant_id", "-id"], name="routing_run_list")]


class RuleRunRow(TenantModel):
    """What a run says of one order: where it is, where the published rules and the draft would send it.

    Places are warehouse ids in their order; ``*_rules`` the names of the rules that chose them; ``*_cause`` why the
    order would be stuck. ``outcome``: see :class:`salur.routing.comparing.Outcome`.
    """

    run = TenantForeignKey(RuleRun, related_name="+", db_index=False)
    order = TenantForeignKey("orders.Order", related_name="+", db_index=False)
    outcome = models.TextField()
    fixed = models.BooleanField(default=False)
    now_at = ArrayField(models.BigIntegerField(), default=list)
    before_at = ArrayField(models.BigIntegerField(), default=list)
    before_rules = ArrayField(models.TextField(), default=list)
    before_cause = models.TextField(blank=True)
    after_at = ArrayField(models.BigIntegerField(), default=list)
    after_rules = ArrayField(models.TextField(), default=list)
    after_cause = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["merchant_id", "run", "outcome", "id"], name="routing_runrow_list")]
