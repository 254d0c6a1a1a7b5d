"""What a stock sync says in codes, in words."""

from __future__ import annotations

from django.utils.translation import gettext

from salur.foundation.problems import PROBLEMS, describe
from salur.stock.models import StockSyncRun
from salur.web.words import told_words

WORKER_LOST = "worker_lost"
CIRCLE = "cursor the listing of the stock does not come to an end"
BUDGET = "budget "  # begins what is told of a call that was held back here and never left


def sync_error_words(run: StockSyncRun) -> str:
    """Why a stock sync failed: our own reasons in words, the partner's as it wrote them; empty if it did not."""
    if run.error == WORKER_LOST:
        return gettext("The program was stopped before the sync ended. Sync again.")
    if run.error.startswith(BUDGET):
        return gettext("The calls that the warehouse allows were used up for too long. Sync again later.")
    if run.error == CIRCLE:
        return gettext("The warehouse’s listing of its stock has no end, so nothing was changed. Tell the warehouse.")
    if run.error in PROBLEMS:
        return told_words(describe(run.error, _evidence(run)))
    return gettext("The warehouse answered: %(answer)s") % {"answer": run.error} if run.error else ""


def _evidence(run: StockSyncRun) -> dict[str, str]:
    account = run.warehouse.account
    evidence = {"warehouse": run.warehouse.name}
    if account is not None:
        evidence |= {"name": account.name, "reason": account.pause_reason or "–", "partner": account.name}
    return evidence
