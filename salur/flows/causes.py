"""Why something moved, in words: causes are written as short codes into every transition."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CAUSES: Mapping[str, str | Promise] = {
    "push": _("push"),
    "push products": _("product push"),
    "restock": _("stock came in"),
    "message": _("message from the partner"),
    "refresh": _("access renewed"),
    "schedule": _("schedule"),
    "stock sync": _("stock sync"),
    "listings": _("products fetched from the store"),
    "rules": _("rules changed"),
    "hold": _("held by a person"),
    "entered": _("entered by hand"),
    "release": _("released by a person"),
    "ship anyway": _("shipped although the buyer asked to cancel"),
    "hold ended": _("the hold ended"),
    "link": _("SKU linked"),
    "products": _("products changed"),
    "problems": _("problem mended for many orders"),
    "settings": _("settings changed"),
    "change settings": _("settings changed"),
    "connection changed": _("connection changed"),
    "connect store": _("connection made"),
    "connect account": _("connection made"),
    "authorise again": _("authorised again"),
    "disconnect": _("connection ended"),
    "demo": _("demonstration"),
    "last look": _("the last look at the store before the push"),
    "look up": _("looked up by reference"),
    "arrange": _("arranging the shipment"),
    "follow up": _("news from the warehouse"),
    "confirm": _("confirming the shipment"),
    "cancel": _("cancellation"),
    "inbound": _("inbound list made or changed"),
    "push inbound": _("push"),
    "look up inbound": _("looked up by reference"),
    "follow inbound": _("news from the warehouse"),
    "cancel inbound": _("cancellation"),
    "products pushed": _("its products were accepted"),
    "receive": _("received by hand"),
    "floor": _("own warehouse"),
    "move": _("moved by hand"),
    "button": _("asked for by hand"),
    "api": _("API"),
}


def cause_words(cause: str) -> tuple[str, int | None]:
    """Words for a cause, and the id of the sync run it names, if it names one."""
    if cause.startswith("api "):
        cause = "api"
    kind, _colon, number = cause.partition(":")
    if kind in ("run", "import", "sync") and number.isdigit():
        return gettext("sync run %(number)s") % {"number": number}, int(number)
    known = CAUSES.get(kind.replace("_", " ").replace("-", " "))
    return (str(known) if known else kind), None
