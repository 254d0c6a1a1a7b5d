"""What stands fast in a template is worked out once, and says what Django's own tags say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.template.backends.django import DjangoTemplates
from django.template.engine import Engine
from django.templatetags import i18n
from django.urls import NoReverseMatch
from django.utils import translation

from salur.web.fixed_urls import NumberedUrl

TEXTS = [
    '{% translate "Orders" %}',
    "{% trans 'Orders' %}",
    '{% translate "Items" context "goods of an order" %}',
    '{% translate "100 %" %}|{% translate "<b>" %}',
    '{% translate "Orders" noop %}',
    '{% translate "Orders" as word %}[{{ word }}]',
    '{% translate "orders"|upper %}',
    "{% translate given %}",
]
ADDRESSES = [
    "{% url 'web:orders' %}",
    "{% url 'web:order' n %}|{% url 'web:order' 7 %}",
    "{% url 'web:order' text %}",
    "{% url name n %}",
    "{% url 'web:order' order_id=n %}",
    "{% url 'web:order' n as there %}[{{ there }}]",
    "{% url 'web:order' negative %}",
    "{% url 'web:order' missing %}",
    "{% url 'web:stock_file' word %}",
    "{% url 'web:nothing' n %}",
]


def _engine(**options: Any) -> Engine:
    given = {"NAME": "probe", "DIRS": [], "APP_DIRS": False, "OPTIONS": options}
    return DjangoTemplates(given).engine


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def _ours(source: Path) -> Engine:
    inner = [("django.template.loaders.filesystem.Loader", [str(source.parent)])]
    return _engine(
        loaders=[("salur.web.template_loading.ByLanguage", inner)],
        libraries={"i18n": "salur.web.fixed_words"},
        builtins=["salur.web.fixed_urls"],
    )


@pytest.mark.parametrize("text", TEXTS)
def test_words_are_those_of_djangos_tag_in_every_language(text: str, source: Path) -> None:
    source.write_text("{% load i18n %}" + text)
    ours, plain = _ours(source), Template(source.read_text(), engine=_engine())
    for language, given in (("id", "Orders"), ("vi", "Stock"), ("en", "<i>"), ("id", "Orders")):
        with translation.override(language):
            said = ours.get_template("page.html").render(Context({"given": given}))
            assert said == plain.render(Context({"given": given})), language


def test_the_words_change_with_the_language(source: Path) -> None:
    source.write_text('{% load i18n %}{% translate "Orders" %}')
    ours = _ours(source)
    for language, word in (("en", "Orders"), ("id", "Pesanan"), ("en", "Orders")):
        with translation.override(language):
            compiled = ours.get_template("page.html")
            assert compiled.render(Context()) == word
            assert list(compiled.nodelist.get_nodes_by_type(i18n.TranslateNode)) == []


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses_are_those_of_djangos_tag(text: str, source: Path) -> None:
    source.write_text(text)
    ours, plain = _ours(source).get_template("page.html"), Template(text, engine=_engine())
    for n in (3, 3, 0, 8_000_000_001):
        given = {"n": n, "text": str(n), "negative": -n - 1, "name": "web:order", "word": "csv"}
        assert _shown(ours, given) == _shown(plain, given), n


def test_numbers_are_put_into_an_address_that_is_worked_out_once(source: Path) -> None:
    source.write_text("{% url 'web:order' n %}")
    (node,) = (compiled := _ours(source).get_template("page.html")).nodelist
    assert isinstance(node, NumberedUrl)
    for n in (3, 4):
        assert compiled.render(Context({"n": n})) == f"/orders/{n}/"
    assert node.forms == {"/": "/orders/%d/"}


def _shown(template: Template, given: dict[str, Any]) -> str:
    try:
        return str(template.render(Context(given)))
    except NoReverseMatch as wrong:
        return f"refused: {wrong}"
