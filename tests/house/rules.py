"""House rules that linters do not know, each as a function over a module's syntax tree (design 15)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "salur"
LONGEST_FILE = 400

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
STANDARD = frozenset(sys.stdlib_module_names)

Rule = Callable[[Path, ast.Module], Iterator[str]]


def row_locks_only_in_locks(path: Path, tree: ast.Module) -> Iterator[str]:
    """Rows are locked by foundation/locks.py alone, because it keeps the one order (design 10)."""
    if path == Path("salur/foundation/locks.py"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
            yield f"{path}:{node.lineno}: select_for_update outside foundation/locks.py"


def no_signals(path: Path, tree: ast.Module) -> Iterator[str]:
    """A consequence is a call in a flow or a row in wakeups, never a Django signal (design 3)."""
    for module, line in _imports(tree):
        if module.startswith("django.") and "signals" in module.split("."):
            yield f"{path}:{line}: {module} imported"
        if module.startswith(("django.dispatch", "allauth.account.signals")):
            yield f"{path}:{line}: {module} imported"


def texts_are_constant(path: Path, tree: ast.Module) -> Iterator[str]:
    """A text that is put together before translation is in no catalogue."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _name(node.func) in GETTEXT):
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.JoinedStr) or (isinstance(argument, ast.BinOp) and _holds_text(argument)):
                yield f"{path}:{node.lineno}: the text given to {_name(node.func)} is not a constant"


def jobs_deferred_in_flows(path: Path, tree: ast.Module) -> Iterator[str]:
    """Only flows wake the job engine, so that a wake-up carries ids and folds with its twins (design 9)."""
    if path.is_relative_to("salur/flows"):
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in {"defer", "defer_async", "batch_defer"} and not _is_query_defer(node):
            yield f"{path}:{node.lineno}: {node.func.attr}() outside salur/flows"


def seam_stands_alone(path: Path, tree: ast.Module) -> Iterator[str]:
    """connectors/base imports the standard library, httpx and itself (design 3)."""
    if not path.is_relative_to("salur/connectors/base"):
        return
    for module, line in _imports(tree):
        if module.split(".")[0] not in STANDARD | {"httpx"} and not module.startswith("salur.connectors.base"):
            yield f"{path}:{line}: the seam imports {module}"


RULES: tuple[Rule, ...] = (
    row_locks_only_in_locks,
    no_signals,
    texts_are_constant,
    jobs_deferred_in_flows,
    seam_stands_alone,
)


def files(package: Path = PACKAGE) -> Iterator[Path]:
    """The package's modules, without migrations."""
    return (path for path in sorted(package.rglob("*.py")) if "migrations" not in path.parts)


def complaints(rule: Rule) -> list[str]:
    """What ``rule`` says about the whole package."""
    return [
        line
        for path in files()
        for line in rule(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"), str(path)))
    ]


def too_long(package: Path) -> list[str]:
    """Files that nobody can keep in mind at once."""
    counted = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in files(package))
    return [f"{path.name}: {count} lines" for path, count in counted if count > LONGEST_FILE]


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _holds_text(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Constant | ast.JoinedStr) for part in ast.walk(node)) and any(
        isinstance(part, ast.JoinedStr | ast.Name) for part in ast.walk(node)
    )


def _is_query_defer(call: ast.Call) -> bool:
    """``queryset.defer("column")`` shares the name; it has only constant texts as arguments."""
    return bool(call.args) and all(isinstance(argument, ast.Constant) for argument in call.args)
