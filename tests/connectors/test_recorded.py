"""Calls that were recorded and kept by ``salur exchange keep`` are understood today as they were then (idea 3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from salur.flows.cassettes import agrees, judge_cassette, read

FILES = sorted(Path("contracts").glob("*/recorded/*.json"))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_kept_exchange_is_understood_as_it_was(path: Path) -> None:
    cassette = read(path)
    told = judge_cassette(cassette)
    assert agrees(cassette, told), f"kept: {cassette.today} {cassette.detail}; today: {told.today} {told.detail}"


def test_there_are_kept_exchanges() -> None:
    assert FILES
