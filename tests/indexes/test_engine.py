import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexes.engine import SearchEngine
from indexes.hits import Kind, Query
from knowledge.model import Library


def first(engine: SearchEngine, text: str, **known: object) -> str | None:
    found = engine.search(Query(text, **known))  # type: ignore[arg-type]  # known fields of Query, by name
    return found.items[0].id if found.items else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("儿子14岁 手机一拿走就发火踹东西", "phone-junior"),
        ("四歲寶寶不給看動畫片就哭鬧打滾", "phone-preschool"),
        ("一道题抠一个小时橡皮 天天十一点", "homework-slow"),
        ("到了校门口死活不进去 抱着我哭", "refusal-morning"),
        ("书包让同学扔了 还问他要钱", "bullied"),
        ("打电话回去娃只会要钱", "left-behind-call"),
    ],
)
def test_parents_words_find_the_entry_with_and_without_the_dense_leg(
    fresh: SearchEngine, warm: SearchEngine, text: str, expected: str
) -> None:
    assert first(fresh, text) == expected
    assert first(warm, text) == expected
    assert not fresh.search(Query(text)).dense
    assert warm.search(Query(text)).dense


def test_every_wording_of_the_library_always_answers(fresh: SearchEngine, library: Library) -> None:
    for entry in library.entries.values():
        for wording in (entry.title, *entry.wordings):
            found = fresh.search(Query(f"请问{wording}怎么办😭", region=entry.region))
            assert (found.items[0].id, found.verdict) == (entry.id, "answer"), wording


def test_the_hit_names_the_wording_and_explains_itself(warm: SearchEngine) -> None:
    hit = warm.search(Query("昨天手机拿走他就踹门")).items[0]
    assert hit.wording == "初二男孩手机拿走就踹门"
    assert {"lexical", "dense"} <= hit.parts.keys()
    assert 0 <= hit.score <= 1


@pytest.mark.parametrize("text", ["你好", "在吗", "😭😭", "", "   ", "。。。", "\x00", "怎么办"])
def test_a_message_that_says_nothing_is_asked_back(warm: SearchEngine, text: str) -> None:
    assert warm.search(Query(text)).verdict == "clarify"


@pytest.mark.parametrize(
    "text",
    [
        "明天北京会不会下雨呀带不带伞",
        "帮我看看这只股票还能不能买进",
        "加微信领红包本店全场五折",
        "阿莫西林和头孢能一起吃吗吃几片",
        "红烧排骨怎么做才嫩",
    ],
)
def test_what_is_not_ours_is_turned_away(warm: SearchEngine, fresh: SearchEngine, text: str) -> None:
    assert warm.search(Query(text)).verdict == "none"
    assert fresh.search(Query(text)).verdict == "none"


def test_a_scrap_of_a_message_relies_on_what_was_said_before(warm: SearchEngine) -> None:
    found = warm.search(Query("那初中呢", context="四岁不给看动画片、不给手机就躺地上打滚"))
    assert found.with_context
    assert found.items[0].id == "phone-junior"


def test_small_talk_is_not_answered_with_what_was_said_before(warm: SearchEngine) -> None:
    found = warm.search(Query("明天下雨吗", context="儿子初二 手机拿走就踹门"))
    assert not found.with_context
    assert found.verdict in {"clarify", "none"}


def test_a_new_topic_drops_what_was_said_before(warm: SearchEngine) -> None:
    found = warm.search(Query("对了，离婚的事怎么跟孩子说，判给我了", context="儿子初二 手机拿走就踹门 怎么办"))
    assert not found.with_context
    assert found.items[0].id == "divorce-tell"


@pytest.mark.parametrize(
    ("region", "seen"), [("putuo", True), ("shanghai", True), ("tianning", False), (None, False), ("nowhere", False)]
)
def test_regional_entries_are_seen_from_within_only(warm: SearchEngine, region: str | None, seen: bool) -> None:
    found = warm.search(Query("机构跑路了学费不退", region=region))
    assert ("tutoring-report" in {hit.id for hit in found.items}) is seen


@pytest.mark.parametrize(
    ("kind", "text", "region", "expected"),
    [
        ("listing", "心理热线电话", None, "youth-line"),
        ("listing", "常州家庭教育指导中心", "tianning", "changzhou-centre"),
        ("activity", "亲子阅读", "putuo", "reading-week"),
        ("duty", "学校食堂吃坏肚子找谁", None, "canteen"),
    ],
)
def test_other_kinds_are_found_when_asked_for(
    warm: SearchEngine, kind: Kind, text: str, region: str | None, expected: str
) -> None:
    hits = warm.search(Query(text, region=region, kinds=(kind,))).items
    assert hits[0].id == expected
    assert {hit.kind for hit in hits} == {kind}


def test_the_childs_known_stage_decides_between_lookalikes(warm: SearchEngine) -> None:
    assert first(warm, "不给看手机就闹", stage="preschool") == "phone-preschool"
    assert first(warm, "不给看手机就闹", stage="junior") == "phone-junior"


def test_a_further_worry_of_another_topic_is_answered_too(warm: SearchEngine, fresh: SearchEngine) -> None:
    both = Query("儿子初二，手机拿走就踹门，还有就是青菜进嘴就吐，光吃白米饭")
    for engine in (warm, fresh):
        found = engine.search(both)
        assert found.second is not None
        assert {found.items[0].id, found.second.id} == {"phone-junior", "eating-picky"}
    assert warm.search(Query("儿子初二，手机拿走就踹门，还有就是抢手机抢得像仇人一样")).second is None
    assert warm.search(Query("儿子初二，手机拿走就踹门")).second is None


def test_opening_is_quick_and_loads_nothing_heavy(built: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from indexes.engine import SearchEngine; from indexes.hits import Query;"
        "print(SearchEngine.open(Path(sys.argv[1])).search(Query('手机')).dense,"
        " {'torch', 'sentence_transformers', 'faiss'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(built)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False set()"


def test_many_threads_get_the_same_answer(warm: SearchEngine) -> None:
    query = Query("两个娃天天抢东西")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: warm.search(query), range(64)))
    assert all(one == found[0] for one in found)


def test_a_very_long_message_is_searched_too(warm: SearchEngine) -> None:
    assert first(warm, "儿子手机拿走就踹门，" * 2000) == "phone-junior"
