"""What must never reach the exchange log: secrets, and who the buyer is (R15, design 12)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salur.connectors.base.transport import MASK
from salur.integrations.redaction import redactor

redact = redactor({"app_token", "name", "file_data"}, ["s3cret-value-of-the-merchant"])

PERSON = {
    "name": "Somchai Jaidee",
    "phone": "0812345678",
    "cell_phone": "0899999999",
    "email": "somchai@mail.example",
    "full_address": 'Soi "7", 12/3\nBangkok',
    "zipcode": "10110",
    "app_token": "tok-1234567890",
    "refresh_token": "ref-1234567890",
}
HARMLESS = {"order_sn": "2401ABCD", "model_sku": "TEE-RED", "quantity": 3, "status": "READY_TO_SHIP"}
FORMS: dict[str, Callable[[dict[str, Any]], str]] = {
    "json": json.dumps,
    "spaced json": lambda value: json.dumps(value, indent=2),
    "json as it is": lambda value: json.dumps(value, ensure_ascii=False),
    "json in json": lambda value: json.dumps({"data": json.dumps(value)}),
    "json in soap": lambda value: f"<a><paramsJson>{escape(json.dumps(value))}</paramsJson></a>",
    "json in soap, quotes escaped": lambda value: f"<a>{escape(json.dumps(value), {chr(34): '&quot;'})}</a>",
    "json in cdata": lambda value: f"<response><![CDATA[{json.dumps(value)}]]></response>",
    "soap": lambda value: "<e>" + "".join(f"<ns:{k}>{escape(str(v))}</ns:{k}>" for k, v in value.items()) + "</e>",
    "escaped xml": lambda value: escape("".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in value.items())),
    "xml with cdata": lambda value: "".join(f"<{k} a='1'><![CDATA[{v}]]></{k}>" for k, v in value.items()),
}


@pytest.mark.parametrize("form", FORMS)
def test_personal_fields_are_masked_and_the_rest_stays_readable(form: str) -> None:
    hidden = redact(FORMS[form]({**PERSON, **HARMLESS}))
    for value in PERSON.values():
        assert value not in hidden
    for piece in ("Somchai", "Jaidee", "Soi", "12/3", "Bangkok"):
        assert piece not in hidden
    for key, kept in HARMLESS.items():
        assert key in hidden
        assert str(kept) in hidden
    assert hidden.count(MASK) == len(PERSON)


@pytest.mark.parametrize("form", ["json", "json as it is", "json in json"])
def test_what_was_json_stays_json(form: str) -> None:
    shown = json.loads(redact(FORMS[form]({"recipient_address": PERSON, "orders": [HARMLESS, PERSON]})))
    shown = json.loads(shown["data"]) if "data" in shown else shown
    assert shown["orders"] == [HARMLESS, dict.fromkeys(PERSON, MASK)]


def test_a_form_body_and_an_address_are_masked_by_parameter() -> None:
    body = "partner_id=7&access_token=abcdef&sign=0f0f0f&order_sn=2401&phone=%2B6681"
    assert redact(body) == f"partner_id=7&access_token={MASK}&sign={MASK}&order_sn=2401&phone={MASK}"
    assert redact("https://p.example/x?access_token=abc&page=2") == f"https://p.example/x?access_token={MASK}&page=2"
    inside = redact('{"url": "https://p.example/?token=abcdef&page=2"}')
    assert "abcdef" not in inside
    assert "page=2" in inside


def test_known_secret_values_are_masked_wherever_they_stand() -> None:
    assert redact("the key s3cret-value-of-the-merchant is wrong") == f"the key {MASK} is wrong"


def test_a_label_becomes_a_note_of_its_size() -> None:
    label = base64.b64encode(bytes(range(256)) * 20).decode()
    for body in (json.dumps({"pdf": label, "x": 1}), f"<pdf>{label}</pdf>", json.dumps(label).replace("/", "\\/")):
        shown = redact(body)
        assert label[:40] not in shown
        assert "<base64, " in shown


@pytest.mark.parametrize("body", [json.dumps(PERSON), escape(json.dumps(PERSON)), FORMS["soap"](PERSON)])
def test_a_body_that_was_cut_off_anywhere_gives_nothing_away(body: str) -> None:
    for end in range(len(body)):
        shown = redact(body[:end])
        assert "0812345678" not in shown
        assert "Jaidee" not in shown
        assert "tok-123" not in shown


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ('{"phone": ["0812345678", "0823456789"]}', "0812345678"),
        ('{"phone": 812345678}', "812345678"),
        ('{"buyer": {"id": "secretbuyer"}}', "secretbuyer"),
        ('{"access_token":"abcdefgh"', "abcdefgh"),
        ('{"PHONE": "0812345678"}', "0812345678"),
        ('{"receiverMobile": "0812345678"}', "0812345678"),
        ('{"oab_firstname": "x", "consignee_phone": "0812345678"}', "0812345678"),
    ],
)
def test_values_of_every_shape_are_masked(body: str, gone: str) -> None:
    assert gone not in redact(body)


def test_empty_fields_stay_visible_as_empty() -> None:
    assert redact('{"phone": "", "name": ""}') == '{"phone": "", "name": ""}'


def test_words_that_only_look_alike_are_kept() -> None:
    body = '{"item_name": "Phone case", "warehouse_name": "TH01", "model_name": "Red", "error": "error_auth"}'
    assert redact(body) == body


@given(st.text(alphabet=st.sampled_from('"\\{}[]:,<>&;=ab /quotename\n'), max_size=400))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(redact(text), str)


@given(st.dictionaries(st.sampled_from(["phone", "order_sn"]), st.text(min_size=1, max_size=60), min_size=1))
def test_any_value_is_masked_and_the_json_stays_whole(value: dict[str, str]) -> None:
    for plain in (True, False):
        shown = json.loads(redact(json.dumps(value, ensure_ascii=plain)))
        assert shown.keys() == value.keys()
        assert shown.get("phone", MASK) == MASK


def test_labels_in_lines_are_noted_and_long_prose_is_kept() -> None:
    label = base64.encodebytes(bytes(range(256)) * 4).decode()
    assert label[:40] not in redact(label)
    assert label[:40] not in redact(json.dumps({"pdf": label}))
    prose = "the parcel could not be taken because the address is not complete " * 20
    assert redact(prose) == prose


def test_the_address_of_a_label_is_masked_under_whatever_name_a_partner_wants_it() -> None:
    redact = redactor(frozenset())
    for sent in (
        "<extendProps><waybillPdf>https://hub.example/labels/1-2-3.1abc.SIG-nature.pdf</waybillPdf></extendProps>",
        '{"shipping_label_urls": ["https://hub.example/labels/1-2-3.1abc.SIG-nature.pdf"]}',
    ):
        assert "SIG-nature" not in redact(sent)
        assert "hub.example/labels/***" in redact(sent)
