"""``salur orders import`` and ``salur stock verify``, as programs of their own (R145; design 10)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from salur.orders.models import Order, SyncRun
from tests.harness.database import Database
from tests.world import World, make_world

HEADER = "order_id,recipient_name,address1,country,sku,quantity\r\n"
GOOD = "A,Som,Road 1,TH,TEA,2\r\nB,Som,Road 1,TH,TEA,1\r\n"
BAD = "C,Som,Road 1,XX,TEA,none\r\n"


def salur(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "salur", *arguments],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def world(db: Database) -> World:
    made = make_world()
    made.add_product("TEA", pieces=10)
    return made


def written(folder: Path, content: str) -> str:
    path = folder / "orders.csv"
    path.write_text(content, newline="")
    return str(path)


def test_a_good_file_is_imported_and_again_changes_nothing(world: World, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + GOOD)
    first = salur("orders", "import", file, "--store", "Store")
    assert (first.returncode, "2 new, 0 changed, 0 unchanged, 0 bad" in first.stdout) == (0, True), first
    assert world.order("A").source == "file"
    assert world.balance("TEA") == (10, 3)
    again = salur("orders", "import", file, "--store", "Store")
    assert (again.returncode, "0 new, 0 changed, 2 unchanged" in again.stdout) == (0, True), again


def test_a_preview_names_everything_and_writes_nothing(world: World, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER + GOOD + BAD)
    looked = salur("orders", "import", file, "--store", "Store", "--preview")
    assert looked.returncode == 2, looked
    assert "line 4, column quantity: “none” is not a number of pieces" in looked.stdout
    assert "2 orders with 2 lines, 2 bad rows; nothing was written" in looked.stdout
    with world.scope():
        assert not Order.objects.exists()
        assert SyncRun.objects.count() == 1, "the world's own"


def test_an_encoding_can_be_said_and_must_be_one(world: World, tmp_path: Path) -> None:
    path = tmp_path / "thai.csv"
    path.write_bytes((HEADER + "A,สมชาย,Road 1,TH,TEA,2\r\n").encode("cp874"))
    wrong = salur("orders", "import", str(path), "--store", "Store", "--encoding", "latin9")
    assert (wrong.returncode, "is not one of the encodings" in wrong.stderr) == (1, True), wrong
    done = salur("orders", "import", str(path), "--store", "Store", "--encoding", "cp874")
    assert done.returncode == 0, done
    assert world.order("A").recipient_name == "สมชาย"


def test_bad_rows_are_named_by_line_column_and_reason(world: World, tmp_path: Path) -> None:
    done = salur("orders", "import", written(tmp_path, HEADER + GOOD + BAD), "--store", "Store")
    assert done.returncode == 2, done
    lines = done.stdout.splitlines()
    assert any(one.startswith("line 4, column country: ") and "XX" in one and "(order C)" in one for one in lines)
    assert any(one.startswith("line 4, column quantity: ") and "none" in one for one in lines)
    assert "2 new" in lines[-1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--store", "Elsewhere"], "no store is called 'Elsewhere'"),
        (["--store", "Store", "--merchant", "999999"], "there is no merchant 999999"),
        (["--store", "Store"], "columns"),
    ],
)
def test_what_cannot_be_imported_is_refused_with_the_reason(
    world: World, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = salur("orders", "import", written(tmp_path, "a,b\r\n1,2\r\n"), *arguments)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    done = salur("orders", "import", str(tmp_path / "none.csv"), "--store", "Store")
    assert done.returncode == 1
    assert "none.csv: No such file" in done.stderr


def test_a_name_that_two_merchants_use_needs_the_merchant(world: World, tmp_path: Path) -> None:
    other = make_world()
    file = written(tmp_path, HEADER + GOOD)
    unclear = salur("orders", "import", file, "--store", "Store")
    assert unclear.returncode == 1
    assert "--merchant" in unclear.stderr
    chosen = salur("orders", "import", file, "--store", "Store", "--merchant", str(other.merchant_id))
    assert chosen.returncode == 0
    assert len(other.lists("A")) == 0  # the other merchant has no TEA
    assert other.order("A").source == "file"


def test_verify_finds_a_figure_that_its_movements_do_not_explain(world: World, db: Database) -> None:
    make_world()
    sound = salur("stock", "verify")
    assert (sound.returncode, sound.stdout.strip()) == (0, "2 merchants verified, 0 figures differ")
    db.admin.execute("UPDATE stock_balance SET on_hand = on_hand + 3")
    wrong = salur("stock", "verify")
    assert wrong.returncode == 1
    assert f"merchant {world.merchant_id}, balance" in wrong.stdout
    assert "on_hand is 13, it should be 10" in wrong.stdout
    assert salur("stock", "verify", "--merchant", str(world.merchant_id)).returncode == 1
    assert salur("stock", "verify", "--merchant", "999999").returncode == 1
