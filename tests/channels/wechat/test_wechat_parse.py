"""Every message and event that WeChat documents, as it is written there, in our words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.body import read
from bot.channels.wechat.cipher import Refused
from bot.channels.wechat.parse import to_inbound

NOW = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)
HEAD = "<ToUserName>gh</ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1348831860</CreateTime>"
NOTICES = (
    "<SubscribeMsgPopupEvent><List><TemplateId>t</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
    "<List><TemplateId>u</TemplateId></List></SubscribeMsgPopupEvent>"
)
OPENING = {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": 1348831860}


def push(body: str):
    return to_inbound(read(f"<xml>{HEAD}{body}</xml>".encode()), NOW)


def message(kind: str, body: str):
    return push(f"<MsgType><![CDATA[{kind}]]></MsgType><MsgId>7250021412600020992</MsgId>{body}")


def event(name: str, body: str = ""):
    return push(f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{body}")


@pytest.mark.parametrize(
    ("kind", "body", "expected", "text", "detail"),
    [
        ("text", "<Content><![CDATA[在吗]]></Content>", "text", "在吗", {}),
        ("text", "<Content></Content>", "text", "", {}),
        ("text", "", "text", "", {}),
        ("text", "<Content>【收到不支持的消息类型，暂无法显示】</Content>", "unsupported", "", {}),
        ("image", "<PicUrl>u</PicUrl><MediaId>m</MediaId>", "image", "", {"url": "u", "media_id": "m"}),
        (
            "voice",
            "<MediaId>m</MediaId><Format>amr</Format><Recognition></Recognition><MediaId16K>k</MediaId16K>",
            "voice",
            "",
            {"media_id": "m", "media_id_16k": "k", "format": "amr", "recognised": ""},
        ),
        ("voice", "<Recognition>在吗</Recognition>", "voice", "在吗", None),
        ("video", "<MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>", "video", "", None),
        ("shortvideo", "<MediaId>m</MediaId>", "video", "", {"media_id": "m", "thumb_media_id": ""}),
        (
            "location",
            "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale><Label>天宁区</Label>",
            "location",
            "天宁区",
            {"latitude": 23.134521, "longitude": 113.358803, "scale": "20", "label": "天宁区"},
        ),
        (
            "link",
            "<Title>标题</Title><Description>说明</Description><Url>u</Url>",
            "link",
            "标题",
            {"title": "标题", "description": "说明", "url": "u"},
        ),
        ("file", "", "unsupported", "", {"type": "file"}),
    ],
)
def test_each_message_has_its_kind_words_and_detail(kind, body, expected, text, detail):
    inbound = message(kind, body)
    assert (inbound.kind, inbound.text, inbound.key) == (expected, text, "m:7250021412600020992")
    assert (inbound.sender, inbound.at, inbound.surface) == ("o1", datetime.fromtimestamp(1348831860, UTC), "push")
    if detail is not None:
        assert inbound.detail == detail
    assert json.loads(json.dumps(dict(inbound.detail))) == inbound.detail


@pytest.mark.parametrize(
    ("name", "body", "expected", "detail"),
    [
        ("subscribe", "", "subscribe", {"scene": "", "ticket": ""}),
        (
            "subscribe",
            "<EventKey>qrscene_123123</EventKey><Ticket>T</Ticket>",
            "subscribe",
            {"scene": "123123", "ticket": "T"},
        ),
        ("SCAN", "<EventKey>123</EventKey><Ticket>T</Ticket>", "scan", {"scene": "123", "ticket": "T"}),
        ("unsubscribe", "<EventKey></EventKey>", "unsubscribe", {}),
        (
            "LOCATION",
            "<Latitude>23.137466</Latitude><Longitude>113.352425</Longitude><Precision>119.385040</Precision>",
            "position",
            {"latitude": 23.137466, "longitude": 113.352425, "precision": "119.385040"},
        ),
        ("CLICK", "<EventKey>ASK</EventKey>", "click", {"key": "ASK"}),
        ("VIEW", "<EventKey>www.qq.com</EventKey><MenuId>1</MenuId>", "view", {"key": "www.qq.com"}),
        (
            "TEMPLATESENDJOBFINISH",
            "<MsgID>200163836</MsgID><Status>success</Status>",
            "sent-report",
            {"msgid": "200163836", "status": "success"},
        ),
        (
            "TEMPLATESENDJOBFINISH",
            "<Status>failed:user block</Status>",
            "sent-report",
            {"msgid": "", "status": "blocked"},
        ),
        (
            "TEMPLATESENDJOBFINISH",
            "<Status>failed: user block</Status>",
            "sent-report",
            {"msgid": "", "status": "blocked"},
        ),
        (
            "TEMPLATESENDJOBFINISH",
            "<Status>failed: system failed</Status>",
            "sent-report",
            {"msgid": "", "status": "failed"},
        ),
        (
            "kf_switch_session",
            "<FromKfAccount>a@x</FromKfAccount><ToKfAccount>b@x</ToKfAccount>",
            "other-event",
            {"event": "kf_switch_session", "source": "a@x", "target": "b@x"},
        ),
        (
            "kf_close_session",
            "<KfAccount>a@x</KfAccount><CloseType>TIMEOUT</CloseType>",
            "other-event",
            {"event": "kf_close_session", "account": "a@x", "reason": "TIMEOUT"},
        ),
        (
            "subscribe_msg_popup_event",
            NOTICES,
            "other-event",
            {
                "event": "subscribe_msg_popup_event",
                "notices": [{"TemplateId": "t", "SubscribeStatusString": "accept"}, {"TemplateId": "u"}],
            },
        ),
        ("user_authorization_revoke", "", "other-event", {"event": "user_authorization_revoke", "key": ""}),
        ("made_up_tomorrow", "<EventKey>k</EventKey>", "other-event", {"event": "made_up_tomorrow", "key": "k"}),
    ],
)
def test_each_event_has_its_kind_and_detail(name, body, expected, detail):
    inbound = event(name, body)
    assert (inbound.kind, inbound.detail) == (expected, detail)
    assert inbound.key.startswith(f"e:1348831860:{name}:")


def test_a_single_notice_in_json_is_a_list_of_one_as_well():
    notice = {"TemplateId": "t", "ErrorCode": 0}
    payload = {**OPENING, "MsgType": "event", "Event": "subscribe_msg_sent_event"}
    inbound = to_inbound({**payload, "SubscribeMsgSentEvent": {"List": notice}}, NOW)
    assert inbound.detail["notices"] == [{"TemplateId": "t", "ErrorCode": "0"}]


def test_a_tap_carries_its_id():
    assert message("text", "<Content>有</Content><bizmsgmenuid>101</bizmsgmenuid>").menu_id == "101"
    assert message("text", "<Content>有</Content>").menu_id is None


def test_events_of_one_second_are_told_apart_and_the_same_one_is_the_same():
    keys = [event("CLICK", f"<EventKey>{key}</EventKey>").key for key in ("ASK", "HUMAN", "ASK")]
    assert keys == ["e:1348831860:CLICK:ASK", "e:1348831860:CLICK:HUMAN", "e:1348831860:CLICK:ASK"]
    long = [event("VIEW", f"<EventKey>https://example.com/{'x' * 900}{n}</EventKey>").key for n in range(2)]
    assert long[0] != long[1]
    assert all(len(key) < 200 for key in long)


def test_characters_that_no_database_holds_are_dropped():
    inbound = to_inbound({**OPENING, "MsgType": "text", "MsgId": 1, "Content": "在\x00吗\x0b"}, NOW)
    assert inbound.text == "在吗"


@pytest.mark.parametrize(
    "change",
    [
        {"FromUserName": None},
        {"FromUserName": ""},
        {"FromUserName": {"a": "b"}},
        {"FromUserName": "o" * 65},
        {"CreateTime": None},
        {"CreateTime": "soon"},
        {"CreateTime": 0},
        {"CreateTime": -1},
        {"CreateTime": 1348831860.5},
        {"CreateTime": 1348831860000},
        {"CreateTime": "1" * 30},
        {"MsgId": None},
        {"MsgId": "x"},
        {"MsgId": 2**64},
        {"MsgId": [1]},
        {"Content": {"nested": "words"}},
        {"MsgType": "event"},
        {"MsgType": ["text"]},
        {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
        {"MsgType": "location", "Location_X": "91", "Location_Y": "1"},
        {"MsgType": "location"},
    ],
)
def test_what_misses_its_sender_time_or_id_is_malformed(change):
    with pytest.raises(Refused, match="malformed"):
        to_inbound({**OPENING, "MsgType": "text", "MsgId": 1, "Content": "在吗", **change}, NOW)


FIELDS = ["FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Content", "MsgId", "Status", "Location_X"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["event", "text"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_no_payload_raises_anything_but_refused(payload):
    try:
        inbound = to_inbound({**OPENING, **payload}, NOW)
    except Refused:
        return
    assert inbound.channel == "wechat"
