from dataclasses import replace

from indexes.documents import documents
from knowledge.model import Library
from knowledge.release import Release, freeze


def test_all_four_kinds_become_documents_in_a_fixed_order(release: Release) -> None:
    held = documents(release)
    assert [document.kind for document in held] == ["entry"] * 12 + ["listing"] * 2 + ["activity", "duty"]
    assert held == documents(release)
    assert [document.id for document in held[:12]] == sorted(release.library.entries)


def test_what_is_asked_begins_with_the_title(release: Release) -> None:
    by_id = {document.id: document for document in documents(release)}
    assert by_id["canteen"].asked == ("食堂饭菜不干净", "学校的饭吃了拉肚子找谁")
    assert by_id["phone-junior"].asked[0] == "初中生一收手机就翻脸"
    assert by_id["phone-junior"].stages == ("junior",)


def test_national_things_are_for_everybody_and_others_for_their_place(release: Release) -> None:
    places = {document.id: document.region for document in documents(release)}
    assert places["youth-line"] is None
    assert places["phone-junior"] is None
    assert places["changzhou-centre"] == "changzhou"
    assert places["tutoring-report"] == "shanghai"


def test_a_body_is_words_without_markup_and_names_its_topics(library: Library) -> None:
    entry = replace(library.entries["eating-picky"], full="### 为什么\n\n- 怕**新**的味道\n1. 反复上桌")
    held = documents(freeze(replace(library, entries={entry.id: entry}), 1))
    body = held[0].body
    assert not set("#*-") & set(body)
    assert "反复上桌" in body
    assert "饮食" in body
