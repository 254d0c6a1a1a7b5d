"""``salur connector new NAME``: the files of a connector, empty where the partner's contract must speak."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

TEMPLATES = Path(__file__).parent / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9_]{1,19}")
CODE = ("__init__.py", "connector.py", "wire.py", "mapping.py", "statuses.py", "errors.py", "form.py", "rig.py")
COLUMNS = "machine,code,meaning,marking,source\n"
SIGNING = """{
  "note": "Signatures worked out by hand, not with the connector: good ones and altered ones.",
  "vectors": []
}
"""
GROUPS = {"salur.connectors": "connector:PLUGIN", "salur.conformance_rigs": "rig:make"}


class Taken(Exception):
    """Something stands where the connector would be written; the text says what."""


@dataclass(frozen=True)
class Wanted:
    """What is to be made: ``folder`` of the code, ``root`` of everything, ``package`` as it is imported."""

    name: str
    kind: str
    root: Path
    folder: Path
    package: str
    inside: bool

    def filled(self, template: str) -> str:
        """A template with this connector's names in it."""
        text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
        words = [word.capitalize() for word in self.name.split("_")]
        return Template(text).substitute(
            name=self.name,
            dashed=self.name.replace("_", "-"),
            title=" ".join(words),
            cls="".join(words) + "Connector",
            package=self.package,
            up="2" if self.inside else "1",
        )


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.add_parser("connector", help="begin a connector of your own")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    new = actions.add_parser(
        "new", help="write its files: in Salur's own repository beside the others, elsewhere as a package of its own"
    )
    new.add_argument("name", metavar="NAME", help="lower case, one word")
    new.add_argument("--kind", choices=("warehouse", "store"), default="warehouse", help="(warehouse)")
    new.add_argument("--path", type=Path, metavar="FOLDER", help="write a package of its own into this folder")
    new.set_defaults(run=_new)


def _new(chosen: argparse.Namespace) -> int:
    if not NAME.fullmatch(chosen.name):
        print("salur: NAME must be 2 to 20 lower case letters, digits and _, beginning with a letter", file=sys.stderr)
        return 2
    wanted = plan(chosen.name, chosen.kind, chosen.path)
    try:
        written = write(wanted)
    except Taken as taken:
        print(f"salur: {taken}", file=sys.stderr)
        return 2
    for path in written:
        print(path)
    print("\n" + "\n".join(_next_steps(wanted)))
    return 0


def plan(name: str, kind: str, path: Path | None) -> Wanted:
    """Beside Salur's own connectors when called in its repository without a folder, else a package of its own."""
    here = Path.cwd()
    if path is None and (here / "salur" / "connectors" / "base").is_dir():
        folder = here / "salur" / "connectors" / f"{kind}s" / name
        return Wanted(name, kind, here, folder, f"salur.connectors.{kind}s.{name}", inside=True)
    root = path if path is not None else here / f"salur-{name.replace('_', '-')}"
    return Wanted(name, kind, root, root / f"salur_{name}", f"salur_{name}", inside=False)


def write(wanted: Wanted) -> list[Path]:
    """Write all files; raises :class:`Taken` and writes nothing when one is there."""
    files = {wanted.folder / name: wanted.filled(_template(wanted.kind, name)) for name in CODE}
    contract = wanted.root / "contracts" / wanted.name
    files[contract / "facts.md"] = wanted.filled("common/facts.md")
    files[contract / "statuses.csv"] = COLUMNS
    files[contract / "signing.json"] = SIGNING
    files[contract / "examples" / ".gitkeep"] = ""
    files |= _inside(wanted) if wanted.inside else _outside(wanted)
    for path in files:
        if path.exists():
            raise Taken(f"{path} is there already; nothing was written")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if wanted.inside:
        _enter(wanted)
    return list(files)


def _template(kind: str, name: str) -> str:
    return f"{kind if (TEMPLATES / kind / f'{name}.txt').exists() else 'common'}/{name}"


def _inside(wanted: Wanted) -> dict[Path, str]:
    test = wanted.root / "tests" / "connectors" / f"test_{wanted.name}_contract.py"
    return {
        wanted.folder / "README.md": wanted.filled("common/README.md"),
        test: wanted.filled("common/test_contract.py"),
    }


def _outside(wanted: Wanted) -> dict[Path, str]:
    return {
        wanted.folder / "py.typed": "",
        wanted.root / "README.md": wanted.filled("common/README.md"),
        wanted.root / "pyproject.toml": wanted.filled("outside/pyproject.toml"),
        wanted.root / "tests" / "test_contract.py": wanted.filled("common/test_contract.py"),
        wanted.root / "tests" / "test_conformance.py": wanted.filled("outside/test_conformance.py"),
    }


def _enter(wanted: Wanted) -> None:
    """Name the connector and its rig in Salur's own project file."""
    project = wanted.root / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    for group, place in GROUPS.items():
        heading = f'[project.entry-points."{group}"]\n'
        if heading not in text:
            text = text.replace("[tool.setuptools.dynamic]", f"{heading}\n[tool.setuptools.dynamic]", 1)
        text = text.replace(heading, f'{heading}{wanted.name} = "{wanted.package}.{place}"\n', 1)
    project.write_text(text, encoding="utf-8")


def _next_steps(wanted: Wanted) -> list[str]:
    install = "make setup" if wanted.inside else f"pip install --editable {wanted.root}"
    return [
        f"1. Fill in contracts/{wanted.name}/ from the partner's documentation.",
        f"2. {install}   (entry points are read from the installed package)",
        f"3. salur conformance {wanted.name}   shows what is still empty; fill in until it holds.",
        "docs/connectors.md walks through one.",
    ]
