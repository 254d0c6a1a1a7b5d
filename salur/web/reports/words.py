"""What became of an order in a run, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from salur.foundation.problems import PROBLEMS, describe
from salur.orders.formats.messages import MESSAGES
from salur.orders.models import SyncRun, SyncRunRow


def outcome_label(outcome: str) -> str:
    """The name of an outcome."""
    return {
        "created": gettext("New"),
        "updated": gettext("Changed"),
        "unchanged": gettext("Unchanged"),
        "failed": gettext("Failed"),
    }.get(outcome, outcome)


def row_words(row: SyncRunRow) -> str:
    """The reason of a row; empty where there is nothing to tell."""
    detail = row.detail if isinstance(row.detail, dict) else {}
    return code_words(row.code, detail)


def code_words(code: str, detail: Mapping[str, Any]) -> str:
    """A code's words: those of order files, those of the catalogue, else the code with what was said."""
    if code in MESSAGES:
        try:
            return str(MESSAGES[code]) % dict(detail)
        except KeyError:
            return code  # an older row whose detail lacks what today's words name
    if code in PROBLEMS:
        told = describe(code, detail)
        return f"{told.cause} {told.cure}".strip()
    said = str(detail.get("message") or detail.get("reason") or "")
    return " ".join(part for part in (code, said) if part)


def run_words(run: SyncRun) -> str:
    """Why a run failed or waits."""
    if run.error_code in MESSAGES and run.error_message:
        return run.error_message
    if run.error_code in PROBLEMS:
        told = describe(run.error_code, {"message": run.error_message})
        return f"{told.title}. {told.cause} {told.cure}".strip()
    return " ".join(part for part in (run.error_code, run.error_message) if part)
