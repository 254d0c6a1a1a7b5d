"""Why something moved, in words: causes are written as short codes into every transition."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CAUSES: Mapping[str, str | Promise] = {
    "page": _("on this page"),
    "push": _("push"),
    "look up": _("looked up by reference"),
    "arrange": _("arranging the shipment"),
    "follow up": _("news from the warehouse"),
    "confirm": _("confirming the shipment"),
    "cancel": _("cancellation"),
    "calibrate": _("stock sync"),
    "webhook": _("message from the partner"),
    "button": _("asked for by hand"),
    "sweep": _("regular check"),
}


def cause_words(cause: str) -> tuple[str, int | None]:
    """Words for a cause, and the id of the sync run it names, if it names one."""
    kind, _colon, number = cause.partition(":")
    if kind in ("run", "import", "sync") and number.isdigit():
        return gettext("sync run %(number)s") % {"number": number}, int(number)
    known = CAUSES.get(kind.replace("_", " ").replace("-", " "))
    return (str(known) if known else kind), None
