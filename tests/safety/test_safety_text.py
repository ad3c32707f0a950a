"""However it is typed, a message comes out comparable."""

from __future__ import annotations

import pytest

from bot.safety import assess
from bot.safety.text import LONGEST, normalise


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("她 在 楼 顶", "她在楼顶"),
        ("想.死", "想死"),
        ("自*杀", "自杀"),
        ("吃了 20 片", "吃了20片"),
        ("我該怎麼辦", "我该怎么办"),
        ("ＡＢＣ１２３", "abc123"),
        ("好好好难受", "好难受"),
        ("怎么办！！！快来……", "怎么办。快来"),
        ("真的吗？？他说“好”", "真的吗？他说，好"),
        ("[捂脸]没事[呲牙]", "没事哈哈"),
    ],
)
def test_a_message_is_made_plain(typed: str, plain: str) -> None:
    assert normalise(typed) == plain


@pytest.mark.parametrize(
    "text",
    [
        "孩子說不想活了",
        "她说想紫砂",
        "他发消息说想4了",
        "好想zs",
        "我想si了",
        "她在厕所gw了",
        "娃儿说不想活咯",
        "他说不 想 活 了",
        "我女儿要自.杀",
        "伢子要寻短见",
        "俺娃说不想活了",
    ],
)
def test_disguises_dialect_and_typing_are_understood(text: str) -> None:
    assert assess(text).crisis


@pytest.mark.parametrize(
    "text", ["想买个紫砂壶送老师", "孩子4岁了", "相似了怎么办", "iPhone 14 多少钱", "zs老师的课怎么样"]
)
def test_harmless_look_alikes_are_left_alone(text: str) -> None:
    assert assess(text).level == "none"


def test_a_very_long_message_keeps_its_beginning_and_its_end() -> None:
    long = "孩子写作业慢。" * 2000
    assert len(normalise(long)) <= LONGEST + 2
    assert assess(long + "他现在站在楼顶栏杆上").level == "urgent"
    assert assess("他现在站在楼顶栏杆上。" + long).level == "urgent"


def test_a_sign_buried_in_a_long_message_is_found() -> None:
    talk = "他上课走神，回家就看手机，老师也说了好几次。"
    assert assess(talk * 6 + "对了昨天他说不想活了。" + talk * 6).crisis
