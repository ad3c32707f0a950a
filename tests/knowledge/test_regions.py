import pytest
from a_library import library

from knowledge.model import Region
from knowledge.regions import RegionTree

REGIONS = library().regions
TREE = RegionTree(REGIONS)


def found(text: str) -> str | None:
    region = TREE.find(text)
    return region.slug if region else None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("我在普陀", "putuo"),
        ("普陀有没有免费的心理咨询", "putuo"),
        ("普陀区", "putuo"),
        ("上海普陀的", "putuo"),
        ("舟山普陀", "330903"),
        ("我们住舟山市普陀区", "330903"),
        ("常州天宁的", "320402"),
        ("江苏省常州市天宁区", "320402"),
        ("我们是渝北区的", "yubei"),
        ("宝鸡市金台区", "610303"),
        ("陕西宝鸡金台", "610303"),
        ("东街街道", "140502001"),
        ("晋城东街", "140502001"),
        ("晋城", "jincheng"),
        ("晋城市", "140500"),
        ("晋城市城区的", "jincheng"),
        ("晋城泽州县", "140525"),
        ("重庆", "500000"),
        ("乐山市中区", "511102"),
        ("住在天宁", "320402"),
        ("我是天宁的", "320402"),
        ("天宁这边有家长课堂吗", "320402"),
        ("天津和平", "120101"),
        ("天津市，和平区", "120101"),
        ("南京鼓楼区", "320106"),
        ("徐州的鼓楼", "320302"),
    ],
)
def test_a_sentence_that_names_a_place_is_understood(text: str, slug: str) -> None:
    assert found(text) == slug


@pytest.mark.parametrize(
    "text",
    [
        "",
        "孩子不写作业",
        "我叫李长安",
        "孩子跟长安玩得好",
        "怎么和孩子和平相处",
        "我们城区的学校",
        "东街",
        "全国都一样吗",
        "南京路上",
        "想考南京大学",
        "吃了重庆火锅拉肚子",
        "去普陀山玩了两天",
        "天宁寺",
        "在天宁小学",
    ],
)
def test_words_and_things_called_after_places_are_no_places(text: str) -> None:
    assert found(text) is None


def test_a_district_name_of_several_cities_alone_is_left_open() -> None:
    assert found("我们在鼓楼区") is None
    assert found("住在和平") is None


def test_an_ordinary_word_in_a_sentence_with_its_city_is_still_a_word() -> None:
    assert found("天津的孩子怎么和平相处") == "120000"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("从常州搬到宝鸡了", "baoji"),
        ("老家在宝鸡，现在住上海", "310000"),
        ("孩子爸爸在上海打工，我和孩子在宝鸡", "baoji"),
        ("我不在常州，在南京", "320100"),
        ("他爸在南京那边务工", None),
        ("你们是不是普陀的", "putuo"),
    ],
)
def test_the_place_where_the_family_is_now_counts(text: str, slug: str | None) -> None:
    assert found(text) == slug


def test_a_longer_name_is_not_cut_by_a_shorter_one_before_it() -> None:
    haidian = Region("110108", "110108", "海淀区", "district", "110000", ("海淀",))
    beijing = Region("110000", "110000", "北京市", "province", "china", ("北京",))
    tree = RegionTree({**REGIONS, haidian.slug: haidian, beijing.slug: beijing})

    assert tree.find("孩子上海淀区的小学") == haidian


def test_a_chain_goes_up_to_the_country() -> None:
    assert TREE.chain("140502001") == ("140502001", "jincheng", "140500", "140000", "china")
    assert TREE.chain("china") == ("china",)
    assert TREE.chain("no-such-place") == ("no-such-place", "china")


def test_a_loop_of_parents_ends() -> None:
    a = Region("a", "000001", "甲市", "city", "b")
    b = Region("b", "000002", "乙市", "city", "a")

    assert RegionTree({"a": a, "b": b}).chain("a") == ("a", "b", "china")


def test_a_place_lies_in_itself_and_those_above_it() -> None:
    assert TREE.within("320402", "changzhou")
    assert TREE.within("putuo", "putuo")
    assert TREE.within("putuo", "china")
    assert not TREE.within("putuo", "changzhou")


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("320402", "常州市天宁区"),
        ("putuo", "上海市普陀区"),
        ("changzhou", "常州市"),
        ("320000", "江苏省"),
        ("140502001", "晋城市城区东街街道"),
        ("china", "中国"),
        ("no-such-place", "no-such-place"),
    ],
)
def test_a_place_is_called_as_people_call_it(slug: str, name: str) -> None:
    assert TREE.name(slug) == name
