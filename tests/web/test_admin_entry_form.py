"""The form of an entry and its fields: there and back without a loss; the id of a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.admin.entries import form as forms
from bot.web.admin.entries.checking import Finding, gone, looked, plain
from bot.web.admin.entries.form import Cited, Typed
from bot.web.admin.entries.naming import free, slug
from knowledge import files
from knowledge.amend import encode
from knowledge.model import Entry
from knowledge.regions import RegionTree

LIBRARY = files.load()
TREE = RegionTree(LIBRARY.regions)
ENTRY = LIBRARY.entries["screens-junior-phone-conflict"]
TODAY = date(2026, 5, 12)


def region(name: str) -> str:
    found = TREE.find(name)
    return found.slug if found else name


def test_every_entry_of_the_library_goes_through_the_form_unchanged() -> None:
    for entry in LIBRARY.entries.values():
        body = encode(entry)
        form = forms.shown(body, LIBRARY, TREE.name)
        assert forms.fields_of(form, LIBRARY, region, body) == body, entry.id
        assert forms.entry_of(body, entry.id, TODAY) == entry


@given(st.dictionaries(st.sampled_from(["title", "topics", "brief", "stages", "region", "review_by", "x"]), st.text()))
def test_whatever_is_stored_can_be_shown(body: dict[str, object]) -> None:
    form = forms.shown(body, LIBRARY, TREE.name)
    assert isinstance(form.title, str)
    assert isinstance(forms.entry_of(body, "new", TODAY), Entry)


def test_rows_may_have_gaps_and_articles_may_be_typed_with_their_words() -> None:
    title = next(source.title for source in LIBRARY.sources.values() if source.kind == "law")
    form = forms.typed(
        {"wording-7": " 乙 ", "wording-2": "甲", "wording-3": "", "source-1": f"《{title}》", "place-1": "第 71 条"}
    )
    assert form.wordings == ("甲", "乙")
    assert form.sources == (Cited(f"《{title}》", "第 71 条"),)
    (reference,) = forms.fields_of(form, LIBRARY, region, {})["sources"]
    assert reference.endswith("-71")


def test_what_nobody_knows_is_kept_as_it_was_typed() -> None:
    form = Typed(title="甲", sources=(Cited("没有的文件"),), related=("没有的条目",), region="没有的地方")
    body = forms.fields_of(form, LIBRARY, region, {})
    again = forms.shown(body, LIBRARY, TREE.name)
    assert (again.sources, again.related, again.region) == (form.sources, form.related, form.region)


def test_an_id_is_made_of_topic_and_title_and_is_free() -> None:
    assert slug("screens", "一收手机就砸门、喊我滚，怎么办？") == "screens-yi-shou-shou-ji-jiu-za"
    assert slug("", "ABC、？") == "entry-abc"
    assert free("a", {"a", "a-2"}) == "a-3"


@given(st.text(max_size=60))
def test_an_id_is_always_a_slug(title: str) -> None:
    assert files.SLUG.fullmatch(slug("screens", title))


def found(entry: Entry) -> list[Finding]:
    return list(looked(encode(entry), entry, LIBRARY, None).findings)


def test_a_sound_entry_has_nothing_to_mend() -> None:
    assert found(ENTRY) == []


@pytest.mark.parametrize(
    ("wrong", "slot", "words"),
    [
        ({"title": "孩子真不听话！"}, "title", "感叹号"),
        ({"brief": ENTRY.brief + "温馨提示。"}, "brief", "温馨提示"),
        ({"full": "太短。"}, "full", "应在 400 到 900 字"),
        ({"topics": ()}, "topics", "还没有选主题"),
        ({"sources": ()}, "sources", "还没有写依据"),
        ({"related": ("nothing-there",)}, "related", "nothing-there"),
        ({"region": "nowhere"}, "region", "不认识“nowhere”"),
        ({"full": ENTRY.full + "打 86991234 问。"}, "full", "86991234"),
        ({"review_by": date(2020, 1, 1)}, "review_by", "早于"),
        ({"brief": ""}, "brief", "还没有写聊天里的回答"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(wrong: dict[str, object], slot: str, words: str) -> None:
    findings = found(replace(ENTRY, **wrong))  # type: ignore[arg-type]
    assert any(finding.slot == slot and words in finding.sentence for finding in findings), findings


def test_a_wording_of_another_entry_is_told_at_its_row_by_the_others_title() -> None:
    other = next(one for one in LIBRARY.entries.values() if one.id != ENTRY.id)
    entry = replace(ENTRY, wordings=(*ENTRY.wordings[:3], other.wordings[0], *ENTRY.wordings[4:]))
    told = [finding for finding in looked(encode(entry), entry, LIBRARY, None).findings if finding.at == 3]
    elsewhere = looked(encode(entry), entry, LIBRARY, None).elsewhere
    said = " ".join([*(finding.sentence for finding in told), *elsewhere])
    assert other.wordings[0] in said
    assert ENTRY.id not in said
    assert other.id not in said


def test_taking_out_an_entry_that_others_point_at_names_them() -> None:
    pointed = next(key for entry in LIBRARY.entries.values() for key in entry.related)
    assert any(sentence.startswith("《") for sentence in gone(pointed, LIBRARY))


def test_no_file_names_are_said_to_educators() -> None:
    for message in (
        "topics 里的 x 不在 taxonomy.yaml 中，请改成已有的。",
        "没有写出处，请至少写一个 sources.yaml 里的出处。",
    ):
        assert ".yaml" not in plain(message, LIBRARY)
