"""What the documentation points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .reference import ROOT

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "salur").rglob("README.md"),
    ]
)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:salur|tests|contracts|docs|requirements|benchmarks)/[\w./-]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
EXAMPLE = re.compile(r"\b(NAME|OPERATION)\b")  # stands for a name that the reader chooses


def prose(path: Path) -> str:
    return CODE.sub("", path.read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """A heading's address on the page, as the usual renderers make it."""
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
    return kept.strip().replace(" ", "-")


def broken_links(path: Path) -> list[str]:
    return [target for target in LINK.findall(prose(path)) if is_local(target) and not resolves(path, target)]


def is_local(target: str) -> bool:
    return re.match(r"[a-z]+:", target) is None


def resolves(path: Path, target: str) -> bool:
    """Whether the page or place is there, and in this repository where it is another page."""
    name, _, place = target.partition("#")
    found = (path.parent / name).resolve() if name else path
    if not found.exists() or (name and ROOT not in found.parents):
        return False
    return not place or place in {anchor(heading) for heading in HEADING.findall(prose(found))}


def missing_paths(path: Path) -> list[str]:
    named = [name for name in NAMED.findall(prose(path)) if not EXAMPLE.search(name)]
    return [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(path: Path) -> None:
    assert (broken_links(path), missing_paths(path)) == ([], [])


def test_every_page_is_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        targets = [t.partition("#")[0] for t in LINK.findall(prose(page)) if is_local(t)]
        waiting += [(page.parent / target).resolve() for target in targets if target]
    assert sorted(str(p.relative_to(ROOT)) for p in PAGES if p not in reached and "docs" in p.parts) == []


def test_broken_links_and_paths_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One two\n[a](#one-two) [b\nb](#three) [c](gone.md)\n`salur/gone.py` `salur/web`\n```\n[d](x)\n```\n"
    )
    assert broken_links(page) == ["#three", "gone.md"]
    assert missing_paths(page) == ["salur/gone.py"]
