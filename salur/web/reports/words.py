"""What became of an order in a run, in words."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext

from salur.foundation.problems import PROBLEMS, describe
from salur.orders.formats.messages import MESSAGES
from salur.orders.messages import ROW_REASONS
from salur.orders.models import SyncRun, SyncRunRow
from salur.web.pace import span_words
from salur.web.words import sentences, told_words

BUDGET = "budget"  # the code of a call that was held back here and never left


def duration_words(run: SyncRun) -> str:
    """How long a run took; empty while it has not ended."""
    if run.duration is None:
        return ""
    return span_words(run.duration)


def rate_words(run: SyncRun) -> str:
    """How many orders a second a run took in; empty where that cannot be told."""
    rate = run.orders_per_second
    return "" if rate is None else gettext("%(n)s orders per second") % {"n": number_format(rate)}


def outcome_label(outcome: str) -> str:
    """The name of an outcome."""
    return {
        "created": gettext("New"),
        "updated": gettext("Changed"),
        "unchanged": gettext("Unchanged"),
        "failed": gettext("Failed"),
    }.get(outcome, outcome)


RUN_PROBLEMS: Mapping[str, str] = {"ConnectionPaused": "connection_paused", "NotConnected": "not_connected"}
"""What a run writes when its store cannot be called, with the problem that explains it."""


class _Detail(dict[str, Any]):
    """A detail that lacks a name shows a dash: an older row must still be told in words."""

    def __missing__(self, name: str) -> str:
        return "–"


def row_words(row: SyncRunRow) -> str:
    """The reason of a row; empty where there is nothing to tell."""
    detail = row.detail if isinstance(row.detail, dict) else {}
    return code_words(row.code, detail)


def code_words(code: str, detail: Mapping[str, Any]) -> str:
    """A code's words: those of order files, those of the catalogue, else what was said with the code."""
    if code in MESSAGES:
        return str(MESSAGES[code]) % _Detail(detail)
    if code in PROBLEMS:
        told = describe(code, detail)
        return sentences(told.cause, told.cure)
    if code in ROW_REASONS:
        return str(ROW_REASONS[code])
    said = str(detail.get("message") or detail.get("reason") or "")
    return " ".join(part for part in (code, said) if part)


def run_words(run: SyncRun) -> str:
    """Why a run failed or waits; empty where there is nothing to tell."""
    code = RUN_PROBLEMS.get(run.error_code, run.error_code)
    if code in MESSAGES:
        return str(MESSAGES[code]) % _Detail(_stored_detail(run.error_message))
    if code in PROBLEMS:
        evidence = {"name": run.store.name, "reason": run.store.pause_reason or "–", "message": run.error_message}
        return told_words(describe(code, evidence))
    if code == BUDGET:
        return gettext("The calls that the store allows are used up for the moment. It goes on by itself.")
    said = " ".join(part for part in (code, run.error_message) if part)
    if not said:
        return ""
    return gettext("%(store)s answered: %(answer)s") % {"store": run.store.name, "answer": said}


def _stored_detail(text: str) -> dict[str, Any]:
    """What a refused file's text names, as the run keeps it: a mapping written out."""
    try:
        stored = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return {}  # a run of an older version: the text is told with dashes
    return stored if isinstance(stored, dict) else {}
