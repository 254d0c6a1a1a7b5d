"""The catalogue itself: one row for each problem code, texts with named placeholders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Who = Literal["nobody", "operator", "owner", "developer", "partner"]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: ``cause`` and ``cure`` may hold ``%(name)s`` placeholders, filled from the evidence.

    ``who`` must act: nobody (it mends itself), operator, owner, developer or the partner.
    """

    code: str
    title: Words
    cause: Words
    cure: Words
    who: Who


@dataclass(frozen=True, slots=True)
class Text:
    """A problem as it is shown, in the language that was active."""

    title: str
    cause: str
    cure: str
    who: Who


PROBLEMS: dict[str, Problem] = {}

UNNAMED = Problem(
    "unnamed",
    _("Something went wrong"),
    _("No explanation is written for the code %(code)s."),
    _("Tell the developers the code and what you did."),
    "developer",
)


class Refusal(Exception):
    """Something asked for that is not done; ``code`` names the problem, ``evidence`` fills its texts."""

    code = "unnamed"

    def __init__(self, code: str | None = None, **evidence: Any) -> None:
        self.code = code or self.code
        self.evidence: dict[str, Any] = evidence
        super().__init__(self.code, evidence)

    def text(self) -> Text:
        """The problem in the active language."""
        return describe(self.code, self.evidence)

    def __str__(self) -> str:
        return f"{self.code}: {self.text().cause}"


def register(table: Iterable[Problem]) -> None:
    """Add a table. The same table may come twice; another problem of a known code is a ValueError."""
    for problem in table:
        if PROBLEMS.setdefault(problem.code, problem) is not problem:
            raise ValueError(f"two problems are called {problem.code}")


class _Evidence(dict[str, Any]):
    """Evidence that lacks a name shows a dash: an explanation must not fail while it explains."""

    def __missing__(self, name: str) -> str:
        return "–"


def describe(code: str, evidence: Mapping[str, Any] | None = None) -> Text:
    """The texts of ``code`` with the evidence filled in; an unknown code is described as such."""
    problem = PROBLEMS.get(code, UNNAMED)
    given = _Evidence({"code": code, **(evidence or {})})
    return Text(str(problem.title) % given, str(problem.cause) % given, str(problem.cure) % given, problem.who)
