"""Tags as they are kept."""

import pytest

from salur.tenancy.tags import LONGEST, MOST, TagsRefused, clean_tags, split_tags


def test_a_tag_is_kept_once_whatever_its_case_and_spaces() -> None:
    assert clean_tags(split_tags(" Fragile, COLD  chain;fragile\n ,Quà tết")) == ["fragile", "cold chain", "quà tết"]


def test_tags_that_are_too_long_or_too_many_are_refused() -> None:
    with pytest.raises(TagsRefused, match="tag_too_long") as long:
        clean_tags(["ok", "x" * (LONGEST + 1)])
    assert long.value.tag == "x" * (LONGEST + 1)
    with pytest.raises(TagsRefused, match="too_many_tags"):
        clean_tags(f"tag {n}" for n in range(MOST + 1))
