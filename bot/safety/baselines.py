"""What others do to find danger, trained and asked on the same messages as ours, so that it can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.messages import LEVELS, Level
from bot.safety.labelled import Labelled

System = Callable[[str], Level]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> a row of length 1 each

# Words that stand for danger by themselves, as lists of such words usually hold them.
EXPLICIT = ["自杀", "想死", "不想活", "轻生", "跳楼", "割腕", "遗书", "自残", "寻短见", "上吊", "去死"]
BROAD = [
    *EXPLICIT,
    "活着没意思",
    "没意义",
    "解脱",
    "消失",
    "结束生命",
    "撑不下去",
    "安眠药",
    "农药",
    "吞药",
    "家暴",
    "虐待",
    "强奸",
    "猥亵",
    "性侵",
    "裸照",
    "失踪",
    "走丢",
    "拐",
    "离家出走",
    "中毒",
    "溺水",
    "抽搐",
    "昏迷",
    "流血",
    "着火",
    "触电",
    "霸凌",
    "打死",
]


def keywords(words: Sequence[str]) -> System:
    """High where one of the words stands, none elsewhere."""
    return lambda text: "high" if any(word in text for word in words) else "none"


def tf_idf(messages: Sequence[Labelled]) -> System:
    """TF-IDF of one and two characters with logistic regression over the four levels, both as they come."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - only measuring needs it
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - as above

    found = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 2)), LogisticRegression(max_iter=500))
    found.fit([one.text for one in messages], [one.level for one in messages])
    return lambda text: LEVELS[LEVELS.index(found.predict([text])[0])]


def nearest_rule(rules: Sequence[str], embed: Embed, distance: float) -> System:
    """High where a rule, written as an example, is nearer than so much by cosine."""
    table = embed(rules)
    return lambda text: "high" if float((table @ embed([text])[0]).max()) > 1 - distance else "none"
