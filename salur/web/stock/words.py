"""What a stock sync says in codes, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.foundation.problems import PROBLEMS, describe
from salur.stock.models import StockSyncRun
from salur.web.words import told_words

LINE_REASONS: Mapping[str, str | Promise] = {
    "disputed": _(
        "More is reserved for orders at the warehouse than the warehouse says it has: the difference is disputed."
    ),
    "not_listed": _("The warehouse does not name this SKU: it has none of it."),
    "unknown_sku": _("No master product has this SKU as its MSKU, so nothing was changed."),
}
WORKER_LOST = "worker_lost"
BUDGET = "budget "  # begins what is told of a call that was held back here and never left


def line_words(reason: str) -> str:
    """Why a SKU's figures are as they are after a sync; empty where there is nothing to tell."""
    return str(LINE_REASONS.get(reason, reason))


def sync_error_words(run: StockSyncRun) -> str:
    """Why a stock sync failed: our own reasons in words, the partner's as it wrote them; empty if it did not."""
    if run.error == WORKER_LOST:
        return gettext("The program was stopped before the sync ended. Sync again.")
    if run.error.startswith(BUDGET):
        return gettext("The calls that the warehouse allows were used up for too long. Sync again later.")
    if run.error in PROBLEMS:
        return told_words(describe(run.error, _evidence(run)))
    return gettext("The warehouse answered: %(answer)s") % {"answer": run.error} if run.error else ""


def _evidence(run: StockSyncRun) -> dict[str, str]:
    account = run.warehouse.account
    evidence = {"warehouse": run.warehouse.name}
    if account is not None:
        evidence |= {"name": account.name, "reason": account.pause_reason or "–", "partner": account.name}
    return evidence
