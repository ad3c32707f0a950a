"""A small library in parents' voices, its release, and an index built from it without torch."""

from datetime import date
from pathlib import Path

import pytest

from indexes.build import build
from indexes.engine import SearchEngine
from knowledge.model import (
    Activity,
    Duty,
    Entry,
    Library,
    Listing,
    Recurrence,
    Region,
    Source,
    Stage,
    Taxonomy,
    Topic,
)
from knowledge.release import Release, freeze

WRITTEN, REVIEW = date(2026, 3, 1), date(2027, 3, 1)

TAXONOMY = Taxonomy(
    topics={
        name: Topic(name, chinese, "all")
        for name, chinese in {
            "screens": "手机与屏幕",
            "homework": "作业",
            "school-refusal": "厌学与休学",
            "sleep-routine": "睡眠作息",
            "eating": "饮食",
            "siblings": "同胞关系",
            "bullying": "欺凌",
            "romance": "异性交往",
            "divorce-stepfamily": "离异单亲重组",
            "left-behind": "留守",
            "tutoring": "校外培训与双减",
            "services": "机构与服务",
        }.items()
    },
    groups={"all": "全部"},
    stages={
        name: Stage(name, chinese, first, last)
        for name, chinese, first, last in (
            ("infant", "婴幼儿", 0, 3),
            ("preschool", "学龄前", 3, 6),
            ("primary", "小学", 6, 12),
            ("junior", "初中", 12, 15),
            ("senior", "高中", 15, 18),
        )
    },
    families={"left-behind": "留守", "divorced": "离异", "grandparents": "隔代"},
)

REGIONS = {
    region.slug: region
    for region in (
        Region("china", "000000", "中国", "country", None),
        Region("jiangsu", "320000", "江苏省", "province", "china"),
        Region("changzhou", "320400", "常州市", "city", "jiangsu"),
        Region("tianning", "320402", "天宁区", "district", "changzhou"),
        Region("shanghai", "310000", "上海市", "province", "china"),
        Region("putuo", "310107", "普陀区", "district", "shanghai"),
    )
}

# id, title, topics, stages, region, body, wordings
ENTRIES = (
    (
        "phone-junior",
        "初中生一收手机就翻脸",
        ("screens",),
        ("junior",),
        None,
        "先等两个人都平静，再一起商量手机几点停、放在哪里，写下来试一周。",
        (
            "初二男孩手机拿走就踹门",
            "没收了手机三天不跟我说话",
            "为个破手机跟我动手",
            "睡觉都攥着手机 一拿就炸",
            "抢手机抢得像仇人一样",
        ),
    ),
    (
        "phone-preschool",
        "小小孩离不开动画片和平板",
        ("screens",),
        ("preschool",),
        None,
        "定好一天看几集，看完一起做别的事，大人自己也放下手机。",
        ("四岁不给看动画片就躺地上打滚", "吃饭必须开着平板才张嘴", "一关电视就嚎", "三岁半手机玩得比我还溜"),
    ),
    (
        "homework-slow",
        "写作业磨蹭到半夜",
        ("homework",),
        ("primary",),
        None,
        "把作业切成小块，先做容易的，二十分钟歇一次，不坐在旁边盯。",
        ("写个字擦三遍 橡皮都擦烂了", "坐那儿抠手 一个小时写两行", "天天写到十一点我都要疯了", "不盯着就一个字不动"),
    ),
    (
        "refusal-morning",
        "早上死活不肯去上学",
        ("school-refusal",),
        ("primary", "junior"),
        None,
        "先听他怕的是什么，和老师约好一个可以慢慢回去的办法。",
        ("一到校门口就抱着我哭不进去", "周一就肚子疼 周末就好", "请了三周假了还是不去", "躺床上说打死也不上学了"),
    ),
    (
        "sleep-late",
        "晚上不肯睡早上起不来",
        ("sleep-routine",),
        ("preschool", "primary"),
        None,
        "睡前一小时关屏幕，固定洗漱讲故事熄灯的次序。",
        ("十点多还在床上蹦", "讲了八个故事还不闭眼", "早晨叫十遍都不醒", "熬到半夜白天打瞌睡"),
    ),
    (
        "eating-picky",
        "挑食不吃菜",
        ("eating",),
        ("preschool",),
        None,
        "不逼不哄，新的菜反复小份上桌，一家人一起吃。",
        ("青菜进嘴就吐", "光吃白米饭", "一顿饭喂一个钟头", "只肯吃肉绿的一口不碰"),
    ),
    (
        "siblings-jealous",
        "老大打老二",
        ("siblings",),
        (),
        None,
        "每天给老大一段单独的时间，不比较，不叫他永远让着小的。",
        ("有了妹妹以后他老掐她", "大宝说把弟弟送走", "两个娃天天抢东西打架", "生了二胎老大变得爱哭"),
    ),
    (
        "bullied",
        "孩子在学校被同学欺负",
        ("bullying",),
        ("primary", "junior"),
        None,
        "先让他说完，记下时间地点和人，当天联系班主任。",
        ("书包被人扔厕所里了", "几个同学堵着要钱", "全班不跟她讲话", "身上有青的问了也不说"),
    ),
    (
        "romance-junior",
        "发现孩子早恋",
        ("romance",),
        ("junior", "senior"),
        None,
        "不翻看不羞辱，先问他喜欢那个人什么。",
        ("翻到她跟男同学的聊天叫宝贝", "儿子天天给一个女生带早饭", "手牵手被我撞见了"),
    ),
    (
        "divorce-tell",
        "离婚了怎么跟孩子说",
        ("divorce-stepfamily",),
        (),
        None,
        "两个人一起说，不说对方坏话，告诉他不是他的错。",
        ("判给我了 他老问爸爸去哪了", "我俩分开的事瞒着娃", "前夫不来看孩子怎么解释"),
    ),
    (
        "left-behind-call",
        "在外打工怎么和孩子打电话",
        ("left-behind",),
        (),
        None,
        "固定时间打，多问高兴的事，少问成绩。",
        ("视频里娃不理我", "一打电话就问我要钱", "过年回去他躲着我", "跟奶奶亲 跟我像陌生人"),
    ),
    (
        "tutoring-report",
        "上海培训机构退费找谁",
        ("tutoring",),
        (),
        "shanghai",
        "先留好合同和付款记录，再找区里的主管部门。",
        ("机构跑路了学费不退", "补习班关门卡里还有八千"),
    ),
)


def _entry(row: tuple[str, str, tuple[str, ...], tuple[str, ...], str | None, str, tuple[str, ...]]) -> Entry:
    name, title, topics, stages, region, body, wordings = row
    return Entry(name, title, topics, wordings, body, body, ("outline",), WRITTEN, REVIEW, stages, (), region)


def _library() -> Library:
    return Library(
        TAXONOMY,
        {row[0]: _entry(row) for row in ENTRIES},
        {
            "youth-line": Listing(
                "youth-line",
                "未成年人心理热线",
                "hotline",
                "china",
                "孩子情绪低落时可以打",
                "outline",
                WRITTEN,
                phone="12355",
            ),
            "changzhou-centre": Listing(
                "changzhou-centre", "常州家庭教育指导中心", "centre", "changzhou", "面对面咨询", "outline", WRITTEN
            ),
        },
        {
            "reading-week": Activity(
                "reading-week", "亲子阅读周", "putuo", "周末在图书馆读绘本", Recurrence("monthly"), "outline", WRITTEN
            )
        },
        {
            "canteen": Duty(
                "canteen",
                "食堂饭菜不干净",
                "市场监督管理局",
                "china",
                "学校食堂",
                "outline",
                WRITTEN,
                ("学校的饭吃了拉肚子找谁",),
            )
        },
        {"outline": Source("outline", "指导大纲", "outline", "全国妇联", WRITTEN)},
        REGIONS,
    )


@pytest.fixture(scope="session")
def library() -> Library:
    return _library()


@pytest.fixture(scope="session")
def release(library: Library) -> Release:
    return freeze(library, 7)


@pytest.fixture(scope="session")
def built(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with a dense leg that needs no torch."""
    return build(release, tmp_path_factory.mktemp("indexes"), model="hashing")


@pytest.fixture
def fresh(built: Path) -> SearchEngine:
    """Freshly opened: the dense leg is not there yet."""
    return SearchEngine.open(built)


@pytest.fixture(scope="session")
def warm(built: Path) -> SearchEngine:
    engine = SearchEngine.open(built)
    engine.load_dense()
    return engine
