"""Master products (MSKU), the stores' listings, what binds them, and each product's push to a warehouse."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from salur.tenancy.tenant_model import TenantForeignKey, TenantModel


class ListingStockState(models.TextChoices):
    """Whether a store shows what it is to sell of a listing."""

    SAME = "same", _("As it should be")
    DUE = "due", _("Being told")
    FAILED = "failed", _("Refused by the store")


class ProductPushState(models.TextChoices):
    """Whether the warehouse knows the product (R48)."""

    NOT_PUSHED = "not_pushed", _("Not pushed")
    PUSHING = "pushing", _("Pushing")
    PUSHED = "pushed", _("Pushed")
    FAILED = "failed", _("Push failed")


class ProductKind(models.TextChoices):
    """What a master product is: goods of its own, or a bundle of others, which has no stock of its own."""

    SINGLE = "single", _("Single product")
    BUNDLE = "bundle", _("Bundle")


class ImportState(models.TextChoices):
    """Where a spreadsheet of products stands."""

    QUEUED = "queued", _("Being checked")
    READY = "ready", _("Waits for your word")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", _("Imported")
    REFUSED = "refused", _("Cannot be read")


class MasterProduct(TenantModel):
    """The merchant's own product. Weight in grams, lengths in millimetres.

    ``shelf_life_days`` 0: it does not expire. ``inbound_days`` and ``outbound_days`` are the days that must remain when
    it is received and when it is shipped (R51, A9). ``tags`` are words of the merchant's own, which rules can name;
    they are kept as :func:`salur.tenancy.tags.clean_tags` leaves them. ``version`` grows with every change (see
    ``ProductChange``). An archived product keeps its past and takes no part in anything new.
    """

    msku = models.TextField()
    name = models.TextField()
    barcode = models.TextField(blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    length_mm = models.PositiveIntegerField(default=0)
    width_mm = models.PositiveIntegerField(default=0)
    height_mm = models.PositiveIntegerField(default=0)
    declared_value = models.DecimalField(max_digits=18, decimal_places=4, default=Decimal(0))
    shelf_life_days = models.PositiveIntegerField(default=0, db_default=0)
    inbound_days = models.PositiveIntegerField(default=0, db_default=0)
    outbound_days = models.PositiveIntegerField(default=0, db_default=0)
    tags = ArrayField(models.TextField(), default=list, db_default=[], blank=True)
    kind = models.TextField(choices=ProductKind.choices, default=ProductKind.SINGLE, db_default="single")
    version = models.PositiveIntegerField(default=1, db_default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "msku"], name="catalog_msku_once"),
            models.CheckConstraint(condition=Q(kind__in=ProductKind.values), name="catalog_product_kind"),
            models.CheckConstraint(
                condition=Q(shelf_life_days=0, inbound_days=0, outbound_days=0)
                | Q(inbound_days__lt=F("shelf_life_days"), outbound_days__lt=F("shelf_life_days")),
                name="catalog_product_life",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "barcode"], condition=~Q(barcode=""), name="catalog_product_barcode")
        ]

    def __str__(self) -> str:
        return self.msku

    @property
    def is_bundle(self) -> bool:
        """Whether it is made of other products."""
        return self.kind == ProductKind.BUNDLE


class BundlePart(TenantModel):
    """One bundle holds ``quantity`` pieces of a single product. A bundle holds no bundle.

    The kinds stand here so that the database itself refuses a part that is a bundle, and parts of a single product
    (foreign keys of product and kind, see the migration).
    """

    bundle = TenantForeignKey(MasterProduct, related_name="+", db_index=False)
    part = TenantForeignKey(MasterProduct, related_name="+")
    quantity = models.PositiveIntegerField()
    bundle_kind = models.TextField(default=ProductKind.BUNDLE, db_default="bundle", editable=False)
    part_kind = models.TextField(default=ProductKind.SINGLE, db_default="single", editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "bundle", "part"], name="catalog_bundlepart_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="catalog_bundlepart_quantity"),
            models.CheckConstraint(
                condition=Q(bundle_kind="bundle", part_kind="single"), name="catalog_bundlepart_kind"
            ),
        ]


class ProductChange(TenantModel):
    """What one change made of a product: ``fields`` is {field: [before, after]}, ``version`` the one it led to."""

    product = TenantForeignKey(MasterProduct, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    fields = models.JSONField()
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "product", "version"], name="catalog_productchange_once")
        ]


class ProductImage(TenantModel):
    """A picture of a product, kept in PostgreSQL as labels are, with the small one that lists show."""

    product = TenantForeignKey(MasterProduct, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()
    thumbnail = models.BinaryField()
    media_type = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "product", "sha256"], name="catalog_productimage_once")
        ]
        indexes = [models.Index(fields=["merchant_id", "product", "position"], name="catalog_productimage_order")]


class ProductImport(TenantModel):
    """A spreadsheet of master products: checked first, imported when a person says so.

    ``counts`` and ``faults`` are what the check found (rows by what becomes of them; what is wrong by line and
    column); ``content`` is kept so that what was not imported can be downloaded again.
    """

    name = models.TextField()
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    state = models.TextField(choices=ImportState.choices, default=ImportState.QUEUED)
    counts = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    code = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.TextField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="catalog_productimport_state")
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "id"],
                condition=Q(state__in=["queued", "importing"]),
                name="catalog_productimport_due",
            )
        ]


class Listing(TenantModel):
    """A store's product, one row per sellable variation."""

    store = TenantForeignKey("integrations.StoreConnection", related_name="+")
    item_id = models.TextField()
    model_id = models.TextField(blank=True)
    sku = models.TextField(blank=True)
    name = models.TextField()
    variation = models.TextField(blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    length_mm = models.PositiveIntegerField(default=0)
    width_mm = models.PositiveIntegerField(default=0)
    height_mm = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "store", "item_id", "model_id"], name="catalog_listing_once")
        ]
        indexes = [models.Index(fields=["merchant_id", "store", "sku"], name="catalog_listing_sku")]


class Binding(TenantModel):
    """A store's SKU means ``quantity`` pieces of a master product; several rows of one SKU are a bundle (R44)."""

    store = TenantForeignKey("integrations.StoreConnection", related_name="+", db_index=False)
    sku = models.TextField()
    product = TenantForeignKey(MasterProduct, related_name="+")
    quantity = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "store", "sku", "product"], name="catalog_binding_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="catalog_binding_quantity"),
        ]


class ListingStock(TenantModel):
    """What a store is to sell of a listing, and what it was last told, in pieces (R134).

    ``shown`` is what the store certainly shows; None while that is not known (never told, or being told now).
    """

    store = TenantForeignKey("integrations.StoreConnection", related_name="+", db_index=False)
    listing = TenantForeignKey(Listing, related_name="+", db_index=False)
    wanted = models.PositiveIntegerField()
    shown = models.PositiveIntegerField(null=True, blank=True)
    state = models.TextField(choices=ListingStockState.choices, default=ListingStockState.DUE)
    error_code = models.TextField(blank=True)
    error_message = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "listing"], name="catalog_listingstock_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=ListingStockState.values), name="catalog_listingstock_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant_id", "store", "changed_at"],
                condition=models.Q(state="due"),
                name="catalog_listingstock_due",
            ),
            models.Index(
                fields=["merchant_id", "store", "id"],
                condition=models.Q(state="failed"),
                name="catalog_listingstock_failed",
            ),
        ]


class WarehouseProduct(TenantModel):
    """A master product added to a warehouse, and whether its data reached the partner (R47 to R49).

    ``details`` are the partner's own fields of this product (see ``WarehouseCapabilities.product_fields``).
    """

    product = TenantForeignKey(MasterProduct, related_name="+")
    warehouse = TenantForeignKey("stock.Warehouse", related_name="+")
    push = models.TextField(choices=ProductPushState.choices, default=ProductPushState.NOT_PUSHED)
    partner_number = models.TextField(blank=True)
    details = models.JSONField(default=dict, db_default={})
    error_code = models.TextField(blank=True)
    error_message = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "warehouse", "product"], name="catalog_warehouseproduct_once"
            ),
            models.CheckConstraint(
                condition=models.Q(push__in=ProductPushState.values), name="catalog_warehouseproduct_push"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "warehouse", "push"], name="catalog_warehouseproduct_by"),
            models.Index(
                fields=["merchant_id", "push", "product"],
                condition=~models.Q(push=ProductPushState.PUSHED),
                name="catalog_added_not_pushed",
            ),
        ]
