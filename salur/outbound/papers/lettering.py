"""Text of any script on a PDF: each character from the first bundled font that has it, right-to-left in its order.

Fonts: DejaVu Sans (Latin with Vietnamese, Cyrillic, Greek, Arabic, Hebrew), Noto Sans Thai, Droid Sans Fallback
(Chinese, Japanese, Korean); all free, their licences lie beside them. What no font has (emoji) is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

HERE = Path(__file__).parent / "fonts"
PLAIN = ("DejaVuSans", "NotoSansThai-Regular", "DroidSansFallbackFull")
BOLD = ("DejaVuSans-Bold", *PLAIN)


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, HERE / f"{name}.ttf")
    pdfmetrics.registerFont(font)
    return font


def _has(name: str, character: str) -> bool:
    face: Any = _font(name).face
    return ord(character) in face.charToGlyph


@cache
def font_of(character: str, *, bold: bool = False) -> str:
    """The font that draws a character; empty where none has it."""
    return next((name for name in (BOLD if bold else PLAIN) if _has(name, character)), "")


def runs(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """The text as it is drawn from left to right: (font, characters), without what nobody can draw."""
    font, held = "", ""
    for character in visual(" ".join(text.split())):
        # A mark stays in the font of the letter that it belongs to, where that has it.
        joins = unicodedata.combining(character) and font and _has(font, character)
        own = font if joins else font_of(character, bold=bold)
        if not own:
            continue
        if own != font and held:
            yield font, held
            held = ""
        font, held = own, held + character
    if held:
        yield font, held


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Points that the text takes."""
    return float(sum(pdfmetrics.stringWidth(part, font, size) for font, part in runs(text, bold=bold)))


def fold(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines that fit ``room``: broken at spaces, a longer word anywhere."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if width(longer, size, bold=bold) <= room:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while width(line, size, bold=bold) > room and len(line) > 1:
                cut = _fitting(line, room, size, bold=bold)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    return lines


def _fitting(word: str, room: float, size: float, *, bold: bool) -> int:
    low, high = 1, len(word) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(word[:middle], size, bold=bold) <= room else (low, middle - 1)
    return low


# -- right to left --------------------------------------------------------------------------------------------------


@cache
def _forms() -> dict[tuple[str, str], str]:
    """Arabic letters by (form, letter): what Unicode itself says of its presentation forms."""
    found: dict[tuple[str, str], str] = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)):
        kind, _space, base = unicodedata.decomposition(chr(code)).partition(" ")
        if kind in ("<initial>", "<medial>", "<final>", "<isolated>") and base:
            letters = "".join(chr(int(one, 16)) for one in base.split())
            found.setdefault((kind[1:-1], letters), chr(code))
    return found


def _shaped(word: str) -> str:
    """Arabic letters in the forms in which they join their neighbours."""
    forms = _forms()
    drawn: list[str] = []
    letters = [c for c in word if not unicodedata.combining(c)]
    joined = False
    i = 0
    while i < len(letters):
        letter = letters[i]
        step = 1
        pair = "".join(letters[i : i + 2])
        if letter == "\u0644" and ("isolated", pair) in forms:
            letter, step = pair, 2  # lam and alef are one sign
        following = letters[i + step] if i + step < len(letters) else ""
        onward = ("initial", letter) in forms and ("final", following) in forms
        form = {(False, False): "isolated", (False, True): "initial", (True, False): "final", (True, True): "medial"}
        drawn.append(forms.get((form[joined, onward], letter), forms.get(("isolated", letter), letter)))
        joined = onward
        i += step
    return "".join(drawn)


def _right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def visual(text: str) -> str:
    """The text as it stands on paper: words of right-to-left scripts turned and joined, numbers among them as they are.

    The line's direction is that of its first letter. Enough for names and addresses; not the whole bidi algorithm.
    """
    if not any(map(_right_to_left, text)):
        return text
    words = text.split(" ")
    first = next((c for c in text if _right_to_left(c) or unicodedata.bidirectional(c) == "L"), "")
    turned = [_shaped(word)[::-1].translate(MIRRORED) if any(map(_right_to_left, word)) else word for word in words]
    if _right_to_left(first):
        return " ".join(_runs_kept(turned, words))
    out: list[str] = []
    held: list[str] = []
    for word, drawn in zip(words, turned, strict=True):
        if any(map(_right_to_left, word)):
            held.insert(0, drawn)
            continue
        out, held = [*out, *held, drawn], []
    return " ".join([*out, *held])


def _runs_kept(turned: list[str], words: list[str]) -> list[str]:
    """All words from right to left, but neighbouring words of left-to-right scripts in their own order."""
    out: list[str] = []
    held: list[str] = []
    for word, drawn in zip(words, turned, strict=True):
        if any(unicodedata.bidirectional(c) == "L" for c in word):
            held.append(drawn)
            continue
        out = [drawn, *held, *out]
        held = []
    return [*held, *out]
