"""What is kept of a parent: told in Chinese, learned without forgetting, read back from JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.parents.profile import Profile
from knowledge.model import Region, Stage, Taxonomy
from knowledge.regions import RegionTree

AT = datetime(2026, 5, 12, 20, 0, tzinfo=UTC)
TREE = RegionTree(
    {
        "china": Region("china", "100000", "中国", "country", None),
        "changzhou": Region("changzhou", "320400", "常州市", "city", "china"),
    }
)
TAXONOMY = Taxonomy({}, {}, {"junior": Stage("junior", "初中", 12, 15)}, {"single": "单亲"})


def test_what_is_kept_is_told_in_chinese_and_consent_in_the_day_of_china() -> None:
    profile = Profile("changzhou", "junior", "single").agree("2026-11", AT)
    assert profile.describe(TREE, TAXONOMY) == (
        ("地区", "常州市"),
        ("孩子", "初中"),
        ("家庭", "单亲"),
        ("隐私说明", "2026-05-13 已同意（2026-11 版）"),
    )
    assert Profile().describe(TREE, TAXONOMY) == ()


def test_learning_keeps_what_was_not_told_again() -> None:
    profile = Profile(region="changzhou").learn(stage="junior")
    assert profile == Profile(region="changzhou", stage="junior")


def test_the_first_consent_to_a_version_counts_and_a_new_version_asks_anew() -> None:
    first = Profile().agree("1", AT)
    assert first.agree("1", AT.replace(day=20)) == first
    assert first.agree("2", AT.replace(day=20)).consent_version == "2"


def test_a_profile_comes_back_from_json_and_nonsense_counts_as_not_told() -> None:
    profile = Profile("changzhou", "junior", None).agree("1", AT)
    assert Profile.from_json(profile.to_json()) == profile
    assert Profile.from_json({"region": 3, "stage": "", "consent_at": "never", "consent_version": "1"}) == Profile()
    assert Profile.from_json(None) == Profile()
