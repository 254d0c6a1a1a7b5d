"""Why a product is not at a warehouse, in plain words (R48)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .details import INCOMPLETE, labels_in
from .models import ProductPushState, WarehouseProduct

NOT_ANSWERED = "not_answered"

# What our own transport calls what went wrong before an answer came; a partner's words are shown as it wrote them.
TRANSPORT: Mapping[str, str | Promise] = {
    "not_sent": _("It could not be reached."),
    "timeout": _("It did not answer in time."),
    "connection_lost": _("The connection broke before it answered."),
    NOT_ANSWERED: _("Its answer says nothing of this product."),
    "budget": _("The calls that it allows were used up."),
}


def push_reason(row: WarehouseProduct) -> str:
    """What the warehouse said and what to do next; empty where nothing went wrong."""
    if not (row.error_code or row.error_message) or row.push == ProductPushState.PUSHED:
        return ""
    if row.error_code == INCOMPLETE:
        return gettext(
            "The warehouse takes it only with these fields, which are empty: %(fields)s. Fill them in on the product's"
            " page; it is then pushed by itself."
        ) % {"fields": ", ".join(gettext(label) for label in labels_in(row.error_message))}
    said = str(TRANSPORT.get(row.error_code, row.error_message or row.error_code))
    if row.push == ProductPushState.FAILED:
        return gettext("The warehouse refused it: %(said)s Correct the product, then push it again.") % {
            "said": ended(said)
        }
    return gettext("The warehouse did not take it: %(said)s It is tried again by itself.") % {"said": ended(said)}


def ended(sentence: str) -> str:
    """With a full stop, unless it ends in some mark already."""
    sentence = sentence.strip()
    return sentence if sentence[-1:] in ".!?。！？" else gettext("%(sentence)s.") % {"sentence": sentence}
