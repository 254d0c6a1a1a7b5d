"""Words that stand fast in a template are translated once for each language, and say what Django's own tag says."""

from __future__ import annotations

import pytest
from django.template import Context, Template, engines
from django.templatetags import i18n
from django.utils import translation

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


def _said(source: str) -> list[str]:
    said: list[str] = []
    template = Template("{% load i18n %}" + source, engine=engines["django"].engine)  # type: ignore[attr-defined]  # Django's own
    for language, given in (("id", "Orders"), ("vi", "Stock"), ("en", "<i>"), ("id", "Orders")):
        with translation.override(language):
            said.append(str(template.render(Context({"given": given}))))
    return said


@pytest.mark.parametrize("source", TEXTS)
def test_words_are_those_of_djangos_tag_in_every_language(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = _said(source)
    library = engines["django"].engine.template_libraries["i18n"]  # type: ignore[attr-defined]  # Django's own
    monkeypatch.setattr(library, "tags", i18n.register.tags)
    assert _said(source) == ours


def test_the_words_change_with_the_language() -> None:
    english, indonesian = "Orders", "Pesanan"
    template = Template('{% load i18n %}{% translate "Orders" %}')
    for language, word in (("en", english), ("id", indonesian), ("en", english)):
        with translation.override(language):
            assert template.render(Context()) == word
