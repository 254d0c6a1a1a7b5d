import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.house import rules

BAD = [
    (rules.row_locks_only_in_locks, "salur/orders/x.py", "Order.objects.select_for_update().get(pk=1)"),
    (rules.no_signals, "salur/orders/x.py", "from django.db.models.signals import post_save"),
    (rules.no_signals, "salur/orders/x.py", "from django.db.models import signals"),
    (rules.no_signals, "salur/orders/x.py", "from django.dispatch import receiver"),
    (rules.texts_are_constant, "salur/web/x.py", "_(f'{n} orders')"),
    (rules.texts_are_constant, "salur/web/x.py", "gettext('orders of ' + name)"),
    (rules.texts_are_constant, "salur/web/x.py", "_('%s orders' % name)"),
    (rules.jobs_deferred_in_flows, "salur/orders/x.py", "push.defer(account=1)"),
    (rules.jobs_deferred_in_flows, "salur/web/x.py", "push.configure(lock='a').defer()"),
    (rules.seam_stands_alone, "salur/connectors/base/x.py", "import django"),
    (rules.seam_stands_alone, "salur/connectors/base/x.py", "from salur.foundation import clock"),
]

GOOD = [
    (rules.row_locks_only_in_locks, "salur/foundation/locks.py", "Order.objects.select_for_update()"),
    (rules.texts_are_constant, "salur/web/x.py", "_('%(count)s orders') % {'count': count}"),
    (rules.texts_are_constant, "salur/web/x.py", "_('one long ' 'text')"),
    (rules.jobs_deferred_in_flows, "salur/flows/wakeups.py", "push.defer(account=1)"),
    (rules.jobs_deferred_in_flows, "salur/orders/queries.py", "Order.objects.defer('raw')"),
    (rules.seam_stands_alone, "salur/connectors/base/x.py", "import httpx, json"),
]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: rules.Rule) -> None:
    assert rules.complaints(rule) == []


@pytest.mark.parametrize("part", ["salur", "tests", "benchmarks"])
def test_no_file_is_too_long_to_keep_in_mind(part: str) -> None:
    assert rules.too_long(rules.ROOT / part) == []


@pytest.mark.parametrize(("rule", "path", "code"), BAD)
def test_each_rule_sees_what_breaks_it(rule: rules.Rule, path: str, code: str) -> None:
    assert len(list(rule(Path(path), ast.parse(code)))) == 1


@pytest.mark.parametrize(("rule", "path", "code"), GOOD)
def test_each_rule_leaves_good_code_alone(rule: rules.Rule, path: str, code: str) -> None:
    assert list(rule(Path(path), ast.parse(code))) == []


def test_a_long_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    (tmp_path / "short.py").write_text("x = 1\n" * 400)
    assert rules.too_long(tmp_path) == ["long.py: 401 lines"]


@pytest.mark.parametrize(("lock", "groups"), [("run.lock", []), ("dev.lock", ["dev", "pgserver"])])
def test_every_dependency_is_locked(lock: str, groups: list[str]) -> None:
    project = tomllib.loads((rules.ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [need for group in groups for need in project["optional-dependencies"][group]]
    names = {re.split(r"[\[<>=; ]", need)[0].lower() for need in wanted}
    locked = set(re.findall(r"^([a-z0-9-]+)==", (rules.ROOT / "requirements" / lock).read_text(), re.MULTILINE))
    assert names <= locked
