"""What a partner can do, as data: the hub asks these, never the partner's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .texts import N_


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of an authorisation form (R10).

    ``labels`` and ``origins`` are gettext message ids, ``partner_term`` the partner's own word shown beside (R5).
    ``max_length`` 0 means no limit. ``choices`` are (value, message id) pairs. ``several``: values parted by commas,
    each within ``max_length`` and ``pattern``.
    """

    key: str
    label: str
    origin: str
    partner_term: str = ""
    max_length: int = 0
    secret: bool = False
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    pattern: str = ""
    several: bool = False


HANDOVER = FormField(
    key="handover",
    label=N_("Handing over parcels"),
    origin=N_("Where nobody chooses for an order and the store leaves the choice"),
    required=False,
    choices=(("", N_("As the store prefers")), ("pickup", N_("The courier fetches them")), ("dropoff", N_("Drop-off"))),
)
"""The setting of stores that offer several ways of handing over."""


@dataclass(frozen=True, slots=True)
class AuthMode:
    """One of several ways to authorise (R22). Texts are gettext message ids.

    ``hub_keys`` name credentials that the installation brings (its own application at the partner), which nobody
    types. ``orders_per_day`` is the number from which the other way is advised (A2); 0: none.
    """

    key: str
    label: str
    guidance: str
    form: tuple[FormField, ...]
    hub_keys: tuple[str, ...] = ()
    orders_per_day: int = 0


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Calls per second a credential may make, with the burst it may save up."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class WarehouseCapabilities:
    """A warehouse partner, as data (design 4).

    ``countries`` empty: serves all; ``ships_abroad``: also to other countries than the warehouse's own.
    ``keeps_stock`` false: the goods are the partner's (print on demand), so nothing is reserved, received or counted.
    ``label_by_url``: the label is fetched from us. ``stock_by_sku`` false: only a whole warehouse can be asked for.
    ``received_when``: when announced goods become stock: ``completed`` with the list (R67, A12), ``reported`` with each
    report that says that some have come. ``inbound_lookup`` false: an inbound list cannot be found by our
    reference; announcing it again finds out.
    ``product_fields``: what the partner needs of each product beyond the master product. ``messages_by``: how its
    messages are switched on: ``call`` (we ask), ``login`` (a box at its login), ``console`` (typed in by hand there).
    ``callback_answer``: what it must be answered for a message that was taken; empty: the status alone tells.
    ``cancelled_label``: message id of the partner's own word for a cancelled list where it has another than ours (A25).
    ``address_needs``: parts of an address without which the partner takes no order, also one with the store's label:
    ``name``, ``phone``, ``street``, ``city``, ``postal_code``.
    ``notes``: message ids of what a user must know before connecting.
    """

    name: str
    title: str
    countries: tuple[str, ...]
    abilities: frozenset[str]
    needs_awb: bool = True
    needs_label: bool = True
    unsupported_channels: frozenset[str] = frozenset()
    inbound_cost_required: bool = False
    cancel_until: str = "packed"
    reference_max_length: int = 40
    lookup_settles_after: float = 5.0
    report_batch: int = 50
    product_batch: int = 1
    rate: RateLimit = field(default_factory=lambda: RateLimit(10.0, 20))
    call_deadline: float = 20.0
    cancelled_label: str = ""
    several_accounts: bool = True
    keeps_stock: bool = True
    ships_abroad: bool = False
    label_by_url: bool = False
    stock_by_sku: bool = True
    inbound_report_batch: int = 20
    inbound_lookup: bool = True
    received_when: str = "completed"
    product_fields: tuple[FormField, ...] = ()
    messages_by: str = "call"
    callback_answer: str = ""
    address_needs: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    token_margin_seconds: int = 86400
    secret_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StoreRule:
    """One row of the per-store table (R95 to R104): what a status, with a courier, allows.

    ``couriers`` empty means any. The first row that matches counts. ``needs_awb`` false waives the AWB gate (A14).
    """

    status: str
    create: bool
    push: bool
    couriers: tuple[str, ...] = ()
    needs_awb: bool = True
    reason: str = ""
    requirement: str = ""


@dataclass(frozen=True, slots=True)
class StoreCapabilities:
    """A store channel, as data.

    ``poll_seconds`` is the default distance of polls (P3); ``max_window_days`` the longest window of one listing.
    ``confirms_lines``: the store is told what is in each parcel, so ``confirm`` takes the lines as a fourth argument.
    ``cancel_reasons``: what a seller may give as reason, as (code, message id), the usual one first.
    ``stock_batch``: how many listings one call of ``set_stock`` takes. ``return_by``: how the store learns where a
    login returns to: ``link`` (it stands in the login's address) or ``console`` (typed in by hand there).
    ``wish_binds`` false: the seller may ship although the buyer has asked to cancel, and need not answer.
    ``messages_by``, ``callback_answer`` and ``notes`` as for warehouses.
    """

    name: str
    title: str
    countries: tuple[str, ...]
    abilities: frozenset[str]
    rules: tuple[StoreRule, ...]
    gives_label: bool = True
    detail_batch: int = 50
    page_size: int = 100
    max_window_days: float = 15.0
    overlap_seconds: int = 300
    poll_seconds: int = 300
    rate: RateLimit = field(default_factory=lambda: RateLimit(10.0, 20))
    call_deadline: float = 20.0
    confirms_lines: bool = False
    cancel_reasons: tuple[tuple[str, str], ...] = ()
    stock_batch: int = 1
    return_by: str = "link"
    wish_binds: bool = True
    messages_by: str = "console"
    callback_answer: str = ""
    notes: tuple[str, ...] = ()
    token_margin_seconds: int = 600
    secret_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plugin:
    """What an entry point of the group ``salur.connectors`` names.

    ``build`` is called as ``build(credentials, transport)``. ``status_tables`` maps a machine's name to the
    connector's dict from partner code to canonical state, for the totality test and the docs. ``modes``: several ways
    to authorise, each with a form of its own (``form`` is empty then; the chosen one's key stands in the credentials
    as ``mode``). ``places_form``: what names one more warehouse of a connected account (R28); the places added so far
    reach the connector as the credential ``places``, a JSON list of objects of these fields. ``keys_form``: what is
    typed where the store makes the other fields of ``form`` by itself (ability ``makes_keys``).
    """

    kind: str  # store | warehouse
    name: str
    capabilities: StoreCapabilities | WarehouseCapabilities
    build: object
    form: tuple[FormField, ...]
    status_tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    settings_form: tuple[FormField, ...] = ()
    modes: tuple[AuthMode, ...] = ()
    places_form: tuple[FormField, ...] = ()
    keys_form: tuple[FormField, ...] = ()
