"""Lists chosen on a page, and what became of them, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import QueryDict
from django.utils.translation import gettext

from salur.flows.floor import Held, Walked
from salur.foundation.problems import describe
from salur.web.access import MerchantRequest
from salur.web.filters import row_ids
from salur.web.words import told_words

MOST = 500


def chosen_ids(sent: QueryDict, name: str = "outbound", most: int = MOST) -> list[int]:
    """Ids of rows that were ticked; what is none is left out."""
    return row_ids(sent, name, most)


def held_words(held: Held) -> str:
    """Why something is not done with a list: title, cause and cure."""
    return told_words(describe(held.code, held.evidence))


def tell_walked(request: MerchantRequest, walked: Walked, done: str) -> None:
    """Say what was done (``done`` with its number filled in) and why the others stayed."""
    if walked.done:
        messages.success(request, done)
    tell_held(request, walked.held)
    if not walked.done and not walked.held:
        messages.warning(request, gettext("Choose at least one outbound list."))


def tell_held(request: MerchantRequest, held: Mapping[int, Held]) -> None:
    """One message for each reason, with the orders that it concerns."""
    for code, n in Counter(one.code for one in held.values()).most_common(5):
        named = [one for one in held.values() if one.code == code]
        if n == 1:
            messages.warning(request, held_words(named[0]))
            continue
        told = gettext("Left as they are (%(n)s: %(orders)s): %(reason)s")
        messages.warning(
            request, told % {"n": n, "orders": _numbers(named), "reason": describe(code, named[0].evidence).title}
        )


def _numbers(named: Sequence[Held]) -> str:
    numbers = [str(one.evidence.get("order") or one.evidence.get("reference", "")) for one in named[:3]]
    return ", ".join(numbers) + (" …" if len(named) > 3 else "")
