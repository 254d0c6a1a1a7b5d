"""Why a SKU's figures are as they are after a stock sync, in sentences (R132): for pages, API and files alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from .models import StockSyncLine

REASONS: Mapping[str, str | Promise] = {
    "disputed": _(
        "More is reserved for orders at the warehouse than the warehouse says it has: the difference is disputed."
    ),
    "not_listed": _("The warehouse does not name this SKU: it has none of it."),
    "unknown_sku": _("No master product has this SKU as its MSKU, so nothing was changed."),
    "arriving": _("The warehouse has more, but an inbound list announces it: its receipt will enter it."),
    "asked": _("The difference is larger than this warehouse enters by itself: it waits for approval."),
}
"""Why a figure is not simply the warehouse's, by the line's ``reason``."""

UNDER_WAY: Mapping[str, str | Promise] = {
    "at_partner": _("Reserved for outbound lists that the warehouse has: %(n)s."),
    "waiting": _("Reserved for outbound lists that the warehouse has not got yet: %(n)s."),
    "left_there": _("Shipped there, but not reported as completed yet: %(n)s; they stay in the figure until then."),
    "left_since": _("Reported as shipped while the warehouse was being asked: %(n)s; they are deducted already."),
    "incoming": _("Announced by inbound lists: %(n)s."),
    "arriving": _("Of these, there already and not reported as received: %(n)s; their receipt will enter them."),
    "arrived": _("Received here while the warehouse was being asked: %(n)s; they stay in the figure."),
    "freed": _("Given up by orders not yet sent to the warehouse, which now wait for stock: %(n)s."),
}
"""What is on its way, by name of the evidence, in the order in which it is told."""


def reason_words(reason: str) -> str:
    """A line's reason in words; empty where there is nothing to tell."""
    return str(REASONS.get(reason, reason))


def unexplained(line: StockSyncLine) -> int | None:
    """Pieces that nothing under way accounts for: what the sync had to change, and what it could not.

    None where the SKU is no product here.
    """
    if line.before is None or line.after is None:
        return None
    if line.reason == "asked":
        return int(line.evidence.get("asked", 0))
    missing, was_missing = line.evidence.get("missing", 0), line.evidence.get("was_disputed", 0)
    return int((line.after - missing) - (line.before - was_missing))


def explain(line: StockSyncLine) -> list[str]:
    """Sentences: what the warehouse says, what is under way, what remains unexplained."""
    return list(_sentences(line))


def explanation(line: StockSyncLine) -> str:
    """The same as one paragraph."""
    told = ""
    for sentence in _sentences(line):
        told = pgettext("two sentences", "%(first)s %(second)s") % {"first": told, "second": sentence}
    return told.strip()


def _number(pieces: int) -> str:
    return str(number_format(pieces, use_l10n=True, force_grouping=True))


def _signed(pieces: int) -> str:
    return ("+" if pieces > 0 else "−") + _number(abs(pieces))


def _sentences(line: StockSyncLine) -> Iterator[str]:
    if line.before is None or line.after is None:
        yield gettext("The warehouse says %(there)s to sell and %(allocated)s set aside for orders.") % {
            "there": _number(line.partner_sellable),
            "allocated": _number(line.partner_allocated),
        }
        yield reason_words("unknown_sku")
        return
    yield _said(line)
    for name, text in UNDER_WAY.items():
        if pieces := line.evidence.get(name, 0):
            yield str(text) % {"n": _number(pieces)}
    yield _rest(line, line.after)


def _said(line: StockSyncLine) -> str:
    figures = {
        "here": _number(line.before or 0),
        "sellable": _number(line.partner_sellable),
        "allocated": _number(line.partner_allocated),
        "there": _number(line.partner_sellable + line.partner_allocated),
    }
    if line.reason == "not_listed":
        return gettext("The warehouse does not name this SKU, so it has none; here stood %(here)s.") % figures
    return (
        gettext(
            "The warehouse says %(there)s: %(sellable)s to sell and %(allocated)s set aside for orders;"
            " here stood %(here)s."
        )
        % figures
    )


def _rest(line: StockSyncLine, after: int) -> str:
    left, missing = unexplained(line) or 0, line.evidence.get("missing", 0)
    if line.reason == "asked":
        return gettext("Unexplained: %(left)s. The figure stays at %(after)s until somebody has decided.") % {
            "left": _signed(left),
            "after": _number(after),
        }
    if missing:
        return gettext(
            "Missing for orders: %(missing)s. They are disputed: the figure stays at the %(after)s that are reserved"
            " until the warehouse has them again. Ask the warehouse."
        ) % {"missing": _number(missing), "after": _number(after)}
    if left:
        return gettext("Unexplained: %(left)s. The figure was set to %(after)s.") % {
            "left": _signed(left),
            "after": _number(after),
        }
    return gettext("Unexplained: 0. The figure is %(after)s.") % {"after": _number(after)}
