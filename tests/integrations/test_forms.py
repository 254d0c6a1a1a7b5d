"""Authorisation forms are checked on the server as they are declared (R10)."""

from __future__ import annotations

import pytest

from salur.connectors.base.capabilities import FormField
from salur.integrations.forms import FormInvalid, needed_values, validate_fields

FORM = (
    FormField("code", "Customer code", "from the partner", max_length=5),
    FormField("key", "Key", "from the partner", secret=True, max_length=8, pattern=r"[a-z]+"),
    FormField("country", "Country", "choose", choices=(("MY", "Malaysia"),)),
    FormField("host", "Host", "keep", required=False, default="https://p.example"),
    FormField("note", "Note", "free", required=False),
)
GOOD = {"code": "C1", "key": "abc", "country": "MY"}


def test_values_are_trimmed_defaults_filled_and_strangers_left_out() -> None:
    given = {**GOOD, "code": " C1 ", "host": "  ", "stranger": "x"}
    assert needed_values(FORM, given) == {**GOOD, "host": "https://p.example", "note": ""}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"code": ""}, "code", "field_required"),
        ({"code": None}, "code", "field_required"),
        ({"code": "C12345"}, "code", "field_too_long"),
        ({"key": "ABC"}, "key", "field_format"),
        ({"key": "abc\nabc"}, "key", "field_format"),
        ({"country": "TH"}, "country", "field_choice"),
        ({"note": "a\x00b"}, "note", "field_format"),
        ({"note": "a" * 10_001}, "note", "field_too_long"),
    ],
)
def test_each_rule_of_the_declaration_is_enforced(change: dict[str, str | None], field: str, code: str) -> None:
    with pytest.raises(FormInvalid) as refusal:
        needed_values(FORM, {**GOOD, **change})
    assert {name: found for name, (found, _) in refusal.value.checked.wrong.items()} == {field: code}
    assert refusal.value.checked.errors[field].cause


def test_the_limit_itself_is_accepted() -> None:
    assert not validate_fields(FORM, {**GOOD, "code": "C2345", "key": "abcdefgh"}).wrong


def test_an_error_never_repeats_a_secret() -> None:
    checked = validate_fields(FORM, {**GOOD, "key": "MY-SECRET-KEY"})
    told = f"{checked!r} {checked.errors} {FormInvalid(checked)}"
    assert checked.wrong
    assert "MY-SECRET-KEY" not in told


def test_values_are_not_printed() -> None:
    assert "abc" not in repr(validate_fields(FORM, GOOD))
