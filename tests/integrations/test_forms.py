"""Authorisation forms are checked on the server as they are declared (R10)."""

from __future__ import annotations

import pytest

from salur.connectors.base.capabilities import FormField
from salur.integrations.forms import FormInvalid, field_named, needed_values, parts, validate_fields

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


SEVERAL = (
    FormField("numbers", "Numbers", "from the partner", max_length=4, pattern=r"[A-Z]*[0-9]+", several=True),
    FormField("words", "Words", "from the partner", secret=True, max_length=4, several=True, required=False),
)


@pytest.mark.parametrize(
    "typed",
    ["MY01,MY02", " MY01 ，MY02", "MY01、MY02", "MY01،MY02,", ",MY01,,MY02,MY01", ["MY01", " MY02 "], ["MY01,MY02"]],
)
def test_several_values_are_parted_by_any_comma_and_kept_once_each(typed: object) -> None:
    assert needed_values(SEVERAL, {"numbers": typed})["numbers"] == "MY01,MY02"


@pytest.mark.parametrize("typed", ["", " ,，、، ", None, []])
def test_commas_alone_are_no_value(typed: object) -> None:
    assert parts(typed) == []
    assert validate_fields(SEVERAL, {"numbers": typed}).wrong["numbers"][0] == "field_required"


@pytest.mark.parametrize(
    ("typed", "code", "part"),
    [("MY01,MY002", "field_part_too_long", "MY002"), ("MY01,my2", "field_part_format", "my2")],
)
def test_of_several_values_the_wrong_one_is_named(typed: str, code: str, part: str) -> None:
    checked = validate_fields(SEVERAL, {"numbers": typed})
    assert checked.wrong["numbers"][0] == code
    assert f"“{part}”" in checked.errors["numbers"].cause


def test_of_several_secrets_none_is_repeated() -> None:
    checked = validate_fields(SEVERAL, {"numbers": "1", "words": "abc,HIDDEN"})
    assert checked.wrong
    assert "HIDDEN" not in f"{checked!r} {checked.errors}"


def test_the_limit_holds_for_each_value_and_not_for_all_together() -> None:
    many = ",".join(f"A{number}" for number in range(100))
    assert needed_values(SEVERAL, {"numbers": many})["numbers"] == many
    assert validate_fields(SEVERAL, {"numbers": ",".join(str(n) for n in range(1000, 4000))}).wrong


@pytest.mark.parametrize(
    ("word", "key"),
    [("pin", "pin"), ("PIN", "pin"), ("deptNo", "department"), ("京东账号", "pin"), ("x", ""), ("", "")],
)
def test_a_partners_complaint_finds_its_field_by_our_key_or_by_its_own_word(word: str, key: str) -> None:
    fields = (
        FormField("pin", "PIN", "", partner_term="PIN 京东账号"),
        FormField("department", "Department", "", partner_term="deptNo 事业部编号"),
    )
    assert field_named(fields, word) == key
