"""The side menu and the entries under the user's e-mail (R3, R4), as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salur.tenancy.models import Entitlement, Role

from .access import CurrentMerchant


@dataclass(frozen=True)
class Entry:
    """One link. ``areas`` are prefixes of view names that light it up."""

    label: str | Promise
    view: str
    areas: tuple[str, ...] = ()
    entitlement: str = ""
    role: str = Role.VIEWER

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(f"web:{self.view}")

    def lit(self, view_name: str) -> bool:
        """Whether the page shown belongs to this entry."""
        return view_name == self.view or view_name in self.areas


@dataclass(frozen=True)
class Group:
    """A heading with its links; a group of one link is shown as that link."""

    label: str | Promise
    icon: str
    entries: tuple[Entry, ...]

    def lit(self, view_name: str) -> bool:
        """Whether the page shown belongs to this group."""
        return any(entry.lit(view_name) for entry in self.entries)


MENU: tuple[Group, ...] = (
    Group(_("Dashboard"), "gauge", (Entry(_("Dashboard"), "dashboard"),)),
    Group(
        _("Orders"),
        "cart",
        (
            Entry(
                _("All orders"),
                "orders",
                ("order", "order_new", "order_address", "orders_desk", "orders_at_store", "orders_move"),
            ),
            Entry(_("Problem orders"), "problems", ("problem_cured", "problem_each")),
            Entry(_("What orders wait for"), "waiting"),
            Entry(
                _("Import orders"),
                "import",
                ("upload", "upload_columns", "mappings", "mapping"),
                role=Role.OPERATOR,
            ),
            Entry(_("Sync reports"), "reports", ("report",)),
            Entry(_("Bulk runs"), "bulks", ("bulk", "bulk_new")),
            Entry(
                _("Delivery-warehouse rules"),
                "rules",
                (
                    "rule",
                    "rule_new",
                    "rules_draft",
                    "rule_new_draft",
                    "rule_trial_new",
                    "rule_trial",
                    "rule_versions",
                    "rule_version",
                    "rules_by_store",
                    "push_conditions",
                    "hold_rules",
                    "hold_rule",
                    "hold_rule_new",
                ),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
        ),
    ),
    Group(
        _("Outbound"),
        "truck",
        (
            Entry(
                _("Outbound lists"),
                "outbounds",
                ("outbound", "outbound_stop", "outbound_split", "handover", "arranging", "exchange"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Confirmations at the store"),
                "confirmations",
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Pick and pack"),
                "floor",
                ("pack", "pick_lists", "pick_list", "floor_ship"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
        ),
    ),
    Group(
        _("Inbound"),
        "inbox",
        (
            Entry(
                _("Inbound lists"),
                "inbounds",
                ("inbound", "inbound_edit"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Returns"),
                "returns",
                ("return", "return_new"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("New inbound list"),
                "inbound_new",
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
                role=Role.OPERATOR,
            ),
        ),
    ),
    Group(
        _("Products"),
        "tag",
        (
            Entry(
                _("Master products"),
                "products",
                ("product", "product_new", "product_imports", "product_import"),
                entitlement=Entitlement.MASTER_PRODUCTS,
            ),
            Entry(_("Channel products"), "listings", ("listing", "sku_link", "store_links", "products_from_store")),
        ),
    ),
    Group(
        _("Stock"),
        "boxes",
        (
            Entry(
                _("Stock list"),
                "stock",
                (
                    "movements",
                    "stock_update",
                    "stock_table",
                    "stock_adjust",
                    "stock_levels",
                    "stock_add",
                    "stock_add_chosen",
                    "stock_settings",
                ),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Product locations"),
                "locations",
                ("location", "location_new", "location_bind", "location_add"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(_("Stock differences"), "stock_differences", entitlement=Entitlement.WAREHOUSE_MANAGEMENT),
            Entry(
                _("Transfers"),
                "transfers",
                ("transfer", "transfer_new", "transfer_edit"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Stock counts"),
                "stocktakes",
                ("stocktake", "stocktake_new"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
            Entry(
                _("Stock sync records"), "stock_syncs", ("stock_sync",), entitlement=Entitlement.WAREHOUSE_MANAGEMENT
            ),
        ),
    ),
    Group(
        _("Warehouses"),
        "warehouse",
        (
            Entry(
                _("Warehouse list"),
                "warehouses",
                ("warehouse", "warehouse_new"),
                entitlement=Entitlement.WAREHOUSE_MANAGEMENT,
            ),
        ),
    ),
    Group(
        _("Integration"),
        "plug",
        (
            Entry(_("Stores and services"), "integrations", ("store", "account", "account_keys")),
            Entry(_("Add integration"), "integration_add", ("authorise", "add_file_store"), role=Role.OWNER),
        ),
    ),
    Group(
        _("Settings"),
        "gear",
        (
            Entry(_("Members"), "members", role=Role.OWNER),
            Entry(_("API tokens"), "tokens", role=Role.OWNER),
        ),
    ),
)


@dataclass(frozen=True)
class ShownEntry:
    """A link as it stands in the menu."""

    label: str | Promise
    url: str
    current: bool


@dataclass(frozen=True)
class ShownGroup:
    """A group as it stands in the menu."""

    label: str | Promise
    icon: str
    current: bool
    entries: list[ShownEntry] = field(default_factory=list)


def menu(merchant: CurrentMerchant, view_name: str) -> Iterator[ShownGroup]:
    """What this person may open; groups left empty are absent (R2)."""
    for group in MENU:
        entries = [
            ShownEntry(entry.label, entry.url, entry.lit(view_name))
            for entry in group.entries
            if merchant.may(entry.role) and (not entry.entitlement or entry.entitlement in merchant.entitlements)
        ]
        if entries:
            yield ShownGroup(group.label, group.icon, group.lit(view_name), entries)
