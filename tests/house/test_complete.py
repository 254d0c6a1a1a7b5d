"""The tool that finds missing translations and migrations finds them."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.db import models

from tests.harness import complete, messages

TEMPLATE = """{% load i18n %}<a title="{% translate 'Open it' %}">
{% blocktranslate count n=n %}{{ n }} order{% plural %}{{ n }} orders{% endblocktranslate %}</a>"""
MODULE = "from django.utils.translation import gettext as _, pgettext\n_('Paid')\npgettext('month', 'May')\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "salur"
    folder.mkdir()
    (folder / "page.html").write_text(TEMPLATE)
    (folder / "module.py").write_text(MODULE)
    for name, value in (("ROOT", tmp_path), ("PACKAGE", folder), ("LOCALE", folder / "locale")):
        monkeypatch.setattr(messages, name, value)
    return folder


def translate_all(package: Path) -> None:
    messages.write()
    for source in package.rglob("*.po"):
        catalogue = polib.pofile(str(source))
        for entry in catalogue:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: "x"}
            else:
                entry.msgstr = "x"
        catalogue.save()
    messages.write()


def test_texts_of_templates_and_modules_are_found(package: Path) -> None:
    assert set(messages.used()) == {
        (None, "Open it", ""),
        (None, "%(n)s order", "%(n)s orders"),
        (None, "Paid", ""),
        ("month", "May", ""),
    }


def test_a_full_translation_passes_and_survives_writing_the_catalogues_again(package: Path) -> None:
    translate_all(package)
    messages.write()
    assert list(messages.complaints()) == []


def test_a_new_text_is_missed_in_each_language(package: Path) -> None:
    translate_all(package)
    (package / "module.py").write_text(MODULE + "_('Shipped')\n")
    messages.write()
    assert [line.split(" used")[0] for line in messages.complaints()] == [
        f"{language}: no translation of 'Shipped'," for language in ("id", "ms", "vi", "zh_Hans")
    ]


def test_an_unsure_translation_and_a_stale_compiled_file_are_seen(package: Path) -> None:
    translate_all(package)
    source = package / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(source))
    paid = catalogue.find("Paid")
    assert paid is not None
    paid.flags.append("fuzzy")
    catalogue.save()
    found = list(messages.complaints())
    assert found[0].startswith("vi: no translation of 'Paid'")
    assert "compiled" in found[1]


def test_a_changed_model_without_a_migration_is_seen() -> None:
    before = complete.models_without_migration()
    user = apps.get_model("tenancy", "User")
    field = models.TextField(null=True)
    field.contribute_to_class(user, "forgotten")
    try:
        assert [line for line in complete.models_without_migration() if line not in before] == [
            "tenancy: Add field forgotten to user has no migration (salur manage makemigrations)"
        ]
    finally:
        user._meta.local_fields.remove(field)
        apps.clear_cache()
