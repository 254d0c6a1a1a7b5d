"""Warehouses, balances and the append-only ledger. All quantities are whole pieces."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel


class MovementCause(models.TextChoices):
    """Why figures changed (design 10)."""

    RESERVE = "reserve", _("Reserved for an outbound list")
    RELEASE = "release", _("Reservation released")
    SHIP = "ship", pgettext_lazy("stock movement", "Shipped")
    RECEIVE = "receive", pgettext_lazy("stock movement", "Received")
    RETURN = "return", pgettext_lazy("stock movement", "Returned")
    ADJUST = "adjust", _("Adjusted by hand")
    TRANSFER = "transfer", pgettext_lazy("stock movement", "Transferred")
    COUNT = "count", _("Stock synchronised with the warehouse")
    STOCKTAKE = "stocktake", _("Stock count")
    EXPECT = "expect", _("Announced by an inbound list")
    UNEXPECT = "unexpect", _("Announced, but will not arrive")


class AdjustReason(models.TextChoices):
    """Why a person changed a figure by hand."""

    COUNTED = "counted", _("Counted anew")
    ADDED = "added", _("Came in addition")
    FOUND = "found", _("Found again")
    LOST = "lost", _("Lost")
    DAMAGED = "damaged", _("Damaged, not fit for sale")
    EXPIRED = "expired", _("Expired")
    OWN_USE = "own_use", _("Taken for own use")
    MISTAKE = "mistake", _("An earlier entry was wrong")
    OTHER = "other", _("Another reason")


class Warehouse(TenantModel):
    """A warehouse of the merchant: its own (no account), or one of a partner account (R11, R40).

    ``return_address`` is printed on packing slips. ``daily_sync``: its stock is synchronised every day at 02:00 of its
    ``time_zone`` (R130), next at ``next_sync_at``.
    ``ask_above``: a stock sync asks before it enters an unexplained difference of more pieces than that, and of more
    than ``ask_above_percent`` of the figure (None: it never asks).
    """

    account = TenantForeignKey("integrations.WarehouseAccount", null=True, blank=True, related_name="+")
    code = models.TextField()
    name = models.TextField()
    country = models.CharField(max_length=2)
    time_zone = models.TextField(default="UTC")
    return_address = models.TextField(blank=True, db_default="")
    active = models.BooleanField(default=True)
    daily_sync = models.BooleanField(default=False, db_default=False)
    next_sync_at = models.DateTimeField(null=True, blank=True)
    ask_above = models.PositiveIntegerField(null=True, blank=True)
    ask_above_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "account", "code"], nulls_distinct=False, name="stock_warehouse_once"
            ),
            models.CheckConstraint(condition=Q(ask_above_percent__lte=100), name="stock_warehouse_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class Balance(TenantModel):
    """Figures of one product in one warehouse; free = on_hand - reserved. Moved by the ledger's statement only.

    ``msku`` is the product's, kept equal by the database: the stock list is read in its order. ``low_at``: so many free
    pieces or fewer are too few (None: nobody is told); the merchant's default unless ``low_own``.
    """

    warehouse = TenantForeignKey(Warehouse, related_name="+", db_index=False)
    product = TenantForeignKey("catalog.MasterProduct", related_name="+")
    msku = models.TextField()
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    incoming = models.IntegerField(default=0)
    disputed = models.IntegerField(default=0)
    low_at = models.PositiveIntegerField(null=True, blank=True)
    low_own = models.BooleanField(default=False, db_default=False)
    # Stored, because a row-level policy lets an index serve plain columns only: a subtraction may fail and so leak.
    free = models.GeneratedField(
        expression=F("on_hand") - F("reserved"), output_field=models.IntegerField(), db_persist=True
    )
    low = models.GeneratedField(
        expression=Q(low_at__isnull=False, on_hand__lte=F("low_at") + F("reserved")),  # type: ignore[arg-type]  # a Q does
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "warehouse", "product"], name="stock_balance_once"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0)
                & Q(reserved__gte=0)
                & Q(reserved__lte=F("on_hand"))
                & Q(disputed__gte=0)
                & Q(disputed__lte=F("reserved"))
                & Q(incoming__gte=0),
                name="stock_balance_sane",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "warehouse", "msku"], name="stock_balance_by_msku"),
            models.Index(fields=["merchant_id", "warehouse", "free", "id"], name="stock_balance_by_free"),
            *(
                models.Index(fields=["merchant_id", "warehouse", "msku"], condition=condition, name=name)
                for name, condition in (
                    ("stock_balance_low", Q(low=True)),
                    ("stock_balance_out", Q(free=0)),
                    ("stock_balance_disputed", Q(disputed__gt=0)),
                    ("stock_balance_incoming", Q(incoming__gt=0)),
                )
            ),
        ]


class Movement(TenantModel):
    """One line of the ledger. The database refuses UPDATE, DELETE and TRUNCATE; a cause moves a balance once only.

    ``reason`` is why a person did it (see :class:`AdjustReason`), empty where nobody was asked.
    """

    balance = TenantForeignKey(Balance, related_name="+", db_index=False)
    d_on_hand = models.IntegerField(default=0)
    d_reserved = models.IntegerField(default=0)
    d_incoming = models.IntegerField(default=0)
    d_disputed = models.IntegerField(default=0)
    cause = models.TextField(choices=MovementCause.choices)
    cause_id = models.BigIntegerField()
    actor = models.TextField()
    reason = models.TextField(blank=True, default="", db_default="")
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "cause", "cause_id", "balance"], name="stock_movement_once"),
            models.CheckConstraint(condition=Q(cause__in=MovementCause.values), name="stock_movement_cause"),
        ]
        indexes = [models.Index(fields=["merchant_id", "balance", "id"], name="stock_movement_balance")]


class DailyShipped(TenantModel):
    """Pieces of a balance that were shipped on a day (UTC): sums of the ledger, kept by its own statement."""

    balance = TenantForeignKey(Balance, related_name="+", db_index=False)
    day = models.DateField()
    pieces = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "balance", "day"], name="stock_shipped_once")]


class StockSettings(TenantModel):
    """What a merchant has set for all its stock; a merchant without a row has the defaults.

    ``low_at``: so many free pieces or fewer are too few where a product has no figure of its own (None: not told).
    ``cover_weeks``: so many weeks' sales tell for how many days the stock will do.
    """

    low_at = models.PositiveIntegerField(null=True, blank=True)
    cover_weeks = models.PositiveSmallIntegerField(default=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id"], name="stock_settings_once"),
            models.CheckConstraint(condition=Q(cover_weeks__gte=1, cover_weeks__lte=26), name="stock_settings_weeks"),
        ]


class StockSyncRun(TenantModel):
    """One calibration of a warehouse against its partner (R126 to R132).

    ``wanted`` names the SKUs of a selection (None: all). Read page by page: ``position`` says where to go on, ``pages``
    counts what was read so far, ``skus`` the SKUs found by it; ``read_at`` is when the reading had ended. Then written
    in chunks: ``done`` counts the SKUs that are, ``asked`` those that wait for approval. ``next_at``: not to be carried
    on before; ``lost`` counts the workers that were lost over it.
    """

    warehouse = TenantForeignKey(Warehouse, related_name="+")
    trigger = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    wanted = models.JSONField(null=True, blank=True)
    position = models.JSONField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    lost = models.PositiveSmallIntegerField(default=0, db_default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    skus = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    asked = models.PositiveIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["merchant_id", "warehouse"], condition=Q(finished_at__isnull=True), name="stock_syncrun_open"
            )
        ]


class StockChange(TenantModel):
    """A product of which more or less is free than before, not yet told to the stores (rows are taken, not kept).

    Written by the ledger's own statement, and only for merchants who have a store that is to be told.
    """

    product = TenantForeignKey("catalog.MasterProduct", related_name="+", db_index=False)


class StockSyncFigure(TenantModel):
    """What the partner said of one SKU in a run that is under way, pages and batches added up; not yet written.

    ``asked_at`` is when the first page that names it was asked for. ``listed`` false: it was expected and not named.
    """

    run = TenantForeignKey(StockSyncRun, related_name="+", db_index=False)
    sku = models.TextField()
    sellable = models.IntegerField()
    allocated = models.IntegerField()
    incoming = models.IntegerField()
    listed = models.BooleanField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "run", "sku"], name="stock_syncfigure_once")]


class StockSyncLine(TenantModel):
    """A SKU of a calibration: before, what the partner says, after (R132).

    ``evidence`` holds the figures that explain the difference, those that are not zero (see ``calibration.Counted``).
    """

    run = TenantForeignKey(StockSyncRun, related_name="+", db_index=False)
    sku = models.TextField()
    before = models.IntegerField(null=True)
    partner_sellable = models.IntegerField()
    partner_allocated = models.IntegerField()
    after = models.IntegerField(null=True)
    reason = models.TextField(blank=True)
    evidence = models.JSONField(default=dict, db_default={})

    class Meta:
        indexes = [
            models.Index(fields=["merchant_id", "run", "id"], name="stock_syncline_page"),
            models.Index(
                fields=["merchant_id", "run", "id"],
                condition=~Q(before=F("after")) | ~Q(reason=""),
                name="stock_syncline_differs",
            ),
        ]

    @property
    def difference(self) -> int | None:
        """Pieces by which the figure was changed; None where the SKU is no product here."""
        return None if self.before is None or self.after is None else self.after - self.before


class DifferenceState(models.TextChoices):
    """What became of a difference that a stock sync did not enter by itself."""

    WAITING = "waiting", pgettext_lazy("stock difference", "Waits for approval")
    APPROVED = "approved", pgettext_lazy("stock difference", "Approved")
    REJECTED = "rejected", pgettext_lazy("stock difference", "Rejected")
    SUPERSEDED = "superseded", pgettext_lazy("stock difference", "Overtaken by a newer stock sync")


class StockDifference(TenantModel):
    """An unexplained difference that is larger than its warehouse enters by itself: a person decides.

    Holds what the partner ``said`` (see ``calibration.Said``), so that approving reckons with what moved since.
    ``unexplained`` is in pieces; ``entered`` the run that entered it when it was approved.
    """

    run = TenantForeignKey(StockSyncRun, related_name="+", db_index=False)
    balance = TenantForeignKey(Balance, related_name="+", db_index=False)
    sku = models.TextField()
    before = models.IntegerField()
    unexplained = models.IntegerField()
    sellable = models.IntegerField()
    allocated = models.IntegerField()
    incoming = models.IntegerField()
    listed = models.BooleanField()
    asked_at = models.DateTimeField()
    state = models.TextField(choices=DifferenceState.choices, default=DifferenceState.WAITING)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.TextField(blank=True)
    note = models.TextField(blank=True)
    entered = TenantForeignKey(StockSyncRun, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "balance"], condition=Q(state="waiting"), name="stock_difference_once"
            ),
            models.CheckConstraint(condition=Q(state__in=DifferenceState.values), name="stock_difference_state"),
        ]
        indexes = [models.Index(fields=["merchant_id", "state", "-id"], name="stock_difference_list")]


class StockFileState(models.TextChoices):
    """Where a large table of stock stands."""

    QUEUED = "queued", _("Being checked")
    WRITING = "writing", _("Being imported")
    DONE = "done", _("Done")
    REFUSED = "refused", pgettext_lazy("a table of stock", "Nothing written")


class StockFile(TenantModel):
    """A large table of stock (R135): kept, judged whole, then written in parts by whoever holds it.

    ``lines`` is a JSON list of lines (see ``flows.stock_files``). The first ``done`` of them have been written or left
    out; ``wrong`` counts those that cannot be taken, with what is wrong by line and column in ``faults`` (the first
    ones). ``changed`` counts figures of own warehouses, ``made`` names the inbound lists.
    """

    name = models.TextField(blank=True)
    kind = models.TextField()
    note = models.TextField(blank=True)
    lines = models.BinaryField()
    total = models.PositiveIntegerField()
    state = models.TextField(choices=StockFileState.choices, default=StockFileState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    made = models.JSONField(default=list)
    faults = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=StockFileState.values), name="stock_stockfile_state"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="stock_stockfile_done"),
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "id"],
                condition=Q(state__in=["queued", "writing"]),
                name="stock_stockfile_due",
            )
        ]

    @property
    def written(self) -> int:
        """Lines that have been taken so far."""
        return max(0, self.done - self.wrong)
