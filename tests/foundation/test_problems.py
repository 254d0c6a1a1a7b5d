"""The catalogue of problems: every code explained, no explanation that fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from salur.connectors.base import errors
from salur.connectors.base.errors import PartnerError
from salur.foundation.problems import PROBLEMS, Problem, Refusal, code_of, describe, describe_error, register

WHO = {"nobody", "operator", "owner", "developer", "partner"}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Texts as they are written."""
    with translation.override("en"):
        yield


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_problem_says_what_why_what_next_and_who(code: str) -> None:
    text = describe(code, {})
    assert text.who in WHO
    for part in (text.title, text.cause, text.cure):
        assert part.strip()
        assert not re.search(r"%\(|%s", part), part


KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PartnerError)]


def _akin(one: type[PartnerError], other: type[PartnerError]) -> bool:
    """Whether one is a kind of the other, and may be told as it is."""
    return issubclass(one, other) or issubclass(other, one)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not PartnerError])
def test_every_partner_error_has_its_own_explanation_with_the_partners_words(kind: type[PartnerError]) -> None:
    error = kind("E42", "the words of the partner", exchange_id="x1")
    text = describe_error(error, "ECCANG")
    assert "ECCANG" in text.title
    assert code_of(error) in PROBLEMS
    assert "the words of the partner" in text.cause or kind is errors.RateLimited
    other = {code_of(one("E", "m")) for one in KINDS if one is not PartnerError and not _akin(one, kind)}
    assert code_of(error) not in other


def test_a_call_that_never_left_and_a_field_that_is_refused_are_told_apart() -> None:
    assert code_of(errors.Retryable("not_sent", "refused")) == "not_sent"
    assert code_of(errors.Retryable("500", "")) == "retryable"
    refused = errors.Rejected("E1", "too long", field="sku")
    assert code_of(refused) == "rejected_field"
    assert "sku" in describe_error(refused, "P").cause


def test_missing_evidence_leaves_a_dash_and_an_unknown_code_is_named() -> None:
    assert "–" in describe("not_entitled").cause
    assert "no_such_code" in describe("no_such_code").cause


def test_evidence_with_percent_signs_is_only_data() -> None:
    assert "100 %(x)s %d" in describe("connection_paused", {"name": "S", "reason": "100 %(x)s %d"}).cause


def test_a_code_means_one_thing_only() -> None:
    twin = Problem("not_entitled", "a", "b", "c", "owner")
    with pytest.raises(ValueError, match="not_entitled"):
        register([twin])
    register([PROBLEMS["not_entitled"]])


def test_a_refusal_explains_itself() -> None:
    refusal = Refusal("not_connected", name="Shop 7")
    assert refusal.text().cause == "Shop 7 is not connected with the partner."
    assert str(refusal) == "not_connected: Shop 7 is not connected with the partner."
