"""What a bulk run did, and why a row of it was not done, in words."""

from __future__ import annotations

from salur.flows.bulk_actions import ACTIONS
from salur.foundation.problems import PROBLEMS, describe
from salur.outbound.bulk import BulkRow
from salur.outbound.messages import GATE_TEXTS, NOT_ARRANGED
from salur.web import words


def action_title(name: str) -> str:
    """An action by its button's words; one of an older version by its name."""
    return str(ACTIONS[name].title) if name in ACTIONS else name


def reason_title(code: str) -> str:
    """A reason in a few words."""
    if code in GATE_TEXTS or code in NOT_ARRANGED:
        return words.gate_title(code)
    return str(PROBLEMS[code].title) % _Left() if code in PROBLEMS else code


def row_reason(row: BulkRow) -> str:
    """Why a row was not done; empty where there is nothing to tell."""
    if row.code not in PROBLEMS or row.code in GATE_TEXTS:
        return reason_title(row.code) if row.code else ""
    return words.told_words(describe(row.code, row.evidence))


class _Left(dict[str, str]):
    """Names in a title that stand for one row's evidence: left out where many rows share the title."""

    def __missing__(self, name: str) -> str:
        return "…"
