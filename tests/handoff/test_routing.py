"""Where a new case goes: the own station, near before far, on duty first, least loaded; danger to who is there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.handoff.duty.routing import LANGUAGES, Need, Post, language_in, route
from bot.store.stations import Station
from knowledge.model import Region
from knowledge.regions import RegionTree

TREE = RegionTree(
    {
        slug: Region(slug, slug, slug, level, above)  # type: ignore[arg-type]  # the levels below are the tree's
        for slug, level, above in (
            ("china", "country", None),
            ("jiangsu", "province", "china"),
            ("changzhou", "city", "jiangsu"),
            ("tianning", "district", "changzhou"),
            ("wujin", "district", "changzhou"),
            ("shanghai", "province", "china"),
        )
    }
)


def post(number: int, region: str | None, *, on: bool = True, room: int = 3, **changes: Any) -> Post:
    staffed = changes.pop("staffed", True)
    return Post(Station(number, f"s{number}", f"{number} 站", region, **changes), on, room, staffed)


def chosen(need: Need, *posts: Post) -> int | None:
    chain = TREE.chain(need.region) if need.region else TREE.chain("china")
    found = route(need, posts, chain, TREE.within)
    return found.id if found else None


def chat(region: str | None = "tianning", station: int | None = None, language: str | None = None) -> Need:
    return Need("chat", True, region, station, language)


def crisis(region: str | None = "tianning", station: int | None = None) -> Need:
    return Need("crisis", True, region, station)


OFF, FULL = {"on": False, "room": 0}, {"room": 0}
ROUTES = {
    "nobody is there at all": (chat(), [], None),
    "the own station goes before a nearer one": (chat(station=2), [post(1, "tianning"), post(2, "wujin")], 2),
    "also off duty": (chat(station=2), [post(1, "tianning"), post(2, "wujin", **OFF)], 2),
    "not when it is closed for good": (chat(station=2), [post(1, "tianning"), post(2, "wujin", active=False)], 1),
    "nor without people": (chat(station=2), [post(1, "tianning"), post(2, "wujin", staffed=False)], 1),
    "the district goes before the city": (chat(), [post(1, "changzhou"), post(2, "tianning")], 2),
    "the city on duty before the district off duty": (chat(), [post(1, "changzhou"), post(2, "tianning", **OFF)], 1),
    "for what is no talk the nearest, on duty or not": (
        Need("suggestion", False, "tianning"),
        [post(1, "changzhou"), post(2, "tianning", **OFF)],
        2,
    ),
    "everywhere after everything near": (chat(), [post(1, None), post(2, "jiangsu")], 2),
    "the one with more room": (chat(), [post(1, "tianning", room=1), post(2, "tianning", room=4)], 2),
    "fewer waiting when all are full": (chat(), [post(1, "tianning", room=-3), post(2, "tianning", room=-1)], 2),
    "one that takes the kind": (chat(), [post(1, "tianning", kinds=("suggestion",)), post(2, "changzhou")], 2),
    "within the region when only the city is known": (chat("changzhou"), [post(1, "shanghai"), post(2, "wujin")], 2),
    "beside it when the district has none": (chat(), [post(1, "shanghai"), post(2, "wujin")], 2),
    "its own level off duty before a neighbour on duty": (chat(), [post(1, "wujin"), post(2, "changzhou", **OFF)], 2),
    "where nobody knows the place it is everybody's": (chat(None), [post(1, "tianning")], None),
    "or the one's that serves everywhere": (chat(None), [post(1, "tianning"), post(2, None)], 2),
    "a danger to the own station on duty": (crisis(station=1), [post(1, "wujin"), post(2, "tianning")], 1),
    "a danger to one on duty if the own is not": (
        crisis(station=1),
        [post(1, "tianning", **OFF), post(2, "changzhou")],
        2,
    ),
    "also far away": (crisis(station=1), [post(1, "tianning", **OFF), post(2, "shanghai")], 2),
    "a danger with everybody off duty: the own people": (
        crisis("wujin", station=1),
        [post(1, "tianning", **OFF), post(2, "wujin", **OFF)],
        1,
    ),
    "a danger from nobody knows where has somebody": (crisis(None), [post(1, "tianning", **OFF), post(2, "wujin")], 2),
    "a danger stays with the own station that is full": (
        crisis(station=1),
        [post(1, "tianning", **FULL), post(2, "tianning")],
        1,
    ),
    "the language that they ask for": (
        chat(language="粤语"),
        [post(1, "tianning"), post(2, "changzhou", languages=("粤语",))],
        2,
    ),
    "before the own station": (
        chat(station=1, language="粤语"),
        [post(1, "tianning"), post(2, "changzhou", languages=("粤语",))],
        2,
    ),
    "somebody who does not speak it rather than nobody": (chat(language="藏语"), [post(1, "tianning")], 1),
}


@pytest.mark.parametrize("case", ROUTES)
def test_a_new_case_goes_to(case: str) -> None:
    need, posts, expected = ROUTES[case]
    assert chosen(need, *posts) == expected
    assert chosen(need, *reversed(posts)) == expected


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("有没有会说粤语的老师", "粤语"),
        ("我只会讲广东话，找老师", "粤语"),
        ("用英文行吗", "英语"),
        ("孩子英语考砸了，想找老师", None),
        ("我要找懂手语的老师", "手语"),
        ("我想找老师聊聊", None),
    ],
)
def test_a_language_counts_only_when_it_is_asked_for(words: str, language: str | None) -> None:
    assert language_in(words) == language
    assert language is None or language in LANGUAGES
