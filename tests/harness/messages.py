"""The texts of the program and their translations, without any tool beyond Python packages.

``python -m tests.harness.messages`` writes the catalogues anew: new texts come in empty, vanished ones go, the
compiled files are made. `complaints` tells what is missing.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salur"
LOCALE = PACKAGE / "locale"

# name of the function -> which argument is the text, which the plural, which the context ("c")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,  # connectors mark their texts; the hub translates them where it shows them
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"(?<!\w)(?P<name>_|n?p?gettext)\(\s*(?P<arguments>{_STRING}(?:\s*,\s*{_STRING})*)", re.DOTALL)

Key = tuple[str | None, str, str]
"""Context, text, plural ("" where there is none)."""


def languages() -> list[str]:
    """Folder names of the languages that need a catalogue: all but English, in which the texts are written."""
    return [_folder(code) for code, _name in settings.LANGUAGES if code != "en"]


def used() -> dict[Key, list[tuple[str, str]]]:
    """Every text of the program with the places where it stands."""
    found: dict[Key, list[tuple[str, str]]] = {}
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.txt")]):
        relative = path.relative_to(ROOT)
        if "migrations" not in relative.parts:
            for line, key in _texts(path):
                found.setdefault(key, []).append((str(relative), str(line)))
    return found


def complaints() -> Iterator[str]:
    """What is missing, unsure or stale in any language."""
    texts = used()
    for language in languages():
        source = LOCALE / language / "LC_MESSAGES" / "django.po"
        if not source.exists():
            yield f"{language}: there is no catalogue (make messages)"
            continue
        catalogue = polib.pofile(str(source))
        entries = {_key(entry): entry for entry in catalogue if not entry.obsolete}
        for key in texts:
            if key not in entries or not _is_done(entries[key]):
                yield f"{language}: no translation of {key[1]!r}, used in {texts[key][0][0]}:{texts[key][0][1]}"
        yield from (f"{language}: {key[1]!r} is used nowhere" for key in entries if key not in texts)
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            yield f"{language}: the compiled catalogue is not of this source (make messages)"


def write() -> None:
    """Bring every catalogue up to date, keeping its translations."""
    texts = used()
    for language in languages():
        source = LOCALE / language / "LC_MESSAGES" / "django.po"
        source.parent.mkdir(parents=True, exist_ok=True)
        known = {_key(entry): entry for entry in polib.pofile(str(source))} if source.exists() else {}
        catalogue = polib.POFile(wrapwidth=110)
        catalogue.metadata = {
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": "nplurals=1; plural=0;",  # none of the four has a plural form
        }
        for key, places in sorted(texts.items(), key=lambda item: (item[0][1], item[0][0] or "", item[0][2])):
            catalogue.append(_entry(key, sorted({name for name, _line in places}), known.get(key)))
        catalogue.save(str(source))
        source.with_suffix(".mo").write_bytes(catalogue.to_binary())


def _texts(path: Path) -> Iterator[tuple[int, Key]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from _template_texts(templatize(source, origin=str(path)))
        return
    for line, text, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        one, plural = text if isinstance(text, tuple) else (text, "")
        if one:
            yield line, (context, one, plural or "")


def _template_texts(calls: str) -> Iterator[tuple[int, Key]]:
    """Django turns a template into calls between rows of X, which is no Python; so the calls are picked out."""
    for call in _CALL.finditer(calls):
        arguments = list(ast.literal_eval(f"({call['arguments']},)"))
        context = arguments.pop(0) if "p" in call["name"] else None
        plural = arguments[1] if call["name"].startswith("n") else ""
        yield calls.count("\n", 0, call.start()) + 1, (context, arguments[0], plural)


def _entry(key: Key, files: list[str], known: polib.POEntry | None) -> polib.POEntry:
    context, text, plural = key
    entry = polib.POEntry(msgid=text, msgctxt=context, occurrences=[(name, "") for name in files])
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = known.msgstr_plural if known else {0: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    form = "python-format" if "%(" in text or "%s" in text else ""
    entry.flags = [flag for flag in (form, "fuzzy" if known and known.fuzzy else "") if flag]
    return entry


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def _is_done(entry: polib.POEntry) -> bool:
    if entry.fuzzy:
        return False
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def _folder(code: str) -> str:
    from django.utils.translation import to_locale

    return to_locale(code)


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salur.config.settings")
    django.setup()
    write()
