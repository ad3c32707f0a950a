"""Known answers: examples of WeChat's own documents and of other implementations, taken as they stand."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.channels.wechat.cipher import decrypt, encrypt, sign
from bot.channels.wechat.codec import Refused, open_push, seal, verify_url
from bot.channels.wechat.config import WeChatConfig

OFFICIAL = WeChatConfig("AAAAA", "wxba5fad812f8e6fb9", aes_key="A" * 43)
JAVA = WeChatConfig("pamtest", "wxb11529c136998cb6", aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
WECOM = WeChatConfig("QDG6eK", "wx5823bf96d3bd56c7", aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C")
WECHATPY = WeChatConfig("123456", "wx49f0ab532d5d035a", aes_key="kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR")
POWER = WeChatConfig(
    "pcoLldqMu2WQQtYBeDX5HiXPsBFlTnDM", "wwedab3d5fc43636d8", aes_key="CyjBvGm4tJNmcThkeL5Wajzom4jKlBygKtpTkYeqsnE"
)

V3 = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT"
    "740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8Y"
    "L/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
V6 = (
    "rTNFcsut4LfGuAFKEUVVpwcaCOTJzOd9twZdIW910jb3k+iicx2uvhttIZ3Qg9Qgty3BEF2xbOrz6boTfb30dMomcgrkTqdFPwnhqbk+kIQ7rZiwny9D"
    "7NUrTgA5kpX3KsZvrXzUZyP2x9YOlxbgm572lmxKvM7HAQQhIQ/p6HBmoY30bGXFK0BtIu1pW9TjhOYrLQoU18nWYjWqDA1ynkmOytpv7QRI1P1+0Nox"
    "L0q2zO1DgeSvnE8CZGo/o5Ap/WHK5W2RAsinpzN4/LjPnmB6U01I5XCoJoC0GK/yMZycd2Oh8Nq6+wBkC1U85oy0ktOY4nLvsQMLrourmMGdZHuTbqpe"
    "J8Ao/5PRYJ+WBvRUwPfGKBL2+2IKZF49vAJqkcGWSHGE76ZN2erXeuNazf/o9o3lIE3q739o4c8t9QGPe31GT2Go/rOz1BsrASwvauNulCh+++yz+CQz"
    "BIuikA=="
)
V8 = (
    "RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6ydJRv"
    "ZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1"
    "yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGA"
    "POQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0="
)
V9 = (
    "ZBY4h9SD1Y/v+ighMGU4yHSVWyMuf2UdQQfFuB8S/SY5il9MynR1rtKIJDG871vOqaCs0FVje6bX0VyhvL02PG7FXjRR+rAyiwVv7T7nBGgamkPeOv4n"
    "/jXgFQnY6NEt3Zym09t4aI+21pDcE6uN6JzcC+hxw5sBfVyza3NHyuLiyhvalsFbasA4HNcnK+4/3eZLMo+e6yvHUsY4WhmZWW5u5mHcDZm1jtI2fUtz"
    "od6Sx7PrCOhm+zUO1I98OD0EmICxHHMjMkGmSFuGhG8vXRKaRavzvV/fkscZK1HjW+XJOV0c9wYDZT+/LTjDS/yx5KkM5lIksiw57DsCro9gvmE1WdvB"
    "3bw3m+5ie2x1ZRSuh6ik1rbMTiXgJXt0MnbV8VsyPe1zhkbug1cwdhT9zcOTieb0oyiIl3wSAEkNNBNBaWB+78V1hM/ngMoZgKaaasJUCGtPH/rN+Ynx"
    "GicDOg=="
)


def at(timestamp: str) -> datetime:
    return datetime.fromtimestamp(int(timestamp), UTC)


def opened(config: WeChatConfig, timestamp: str, nonce: str, proof: str, body: str) -> dict[str, object]:
    query = {"timestamp": timestamp, "nonce": nonce, "msg_signature": proof, "encrypt_type": "aes"}
    return open_push(config, query, body.encode(), at(timestamp)).payload


def envelope(encrypted: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        "<AgentID><![CDATA[1]]></AgentID></xml>"
    )


def test_v1_the_official_check_of_an_address_is_answered_with_its_echo():
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    assert verify_url(OFFICIAL, query, at("1714036504")) == "4375120948345356249"


def test_v2_the_official_plaintext_push_is_authentic():
    plain = WeChatConfig("AAAAA", "wxba5fad812f8e6fb9")
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
    }
    push = open_push(plain, query, b'{"ToUserName":"gh_1"}', at("1714037059"))
    assert push.payload == {"ToUserName": "gh_1"}
    assert not push.encrypted
    assert push.json


@pytest.mark.parametrize("signature", ["6c5c811b55cc85e0e1b54200749188c20beb3f5d", "", "nonsense"])
def test_v3_the_official_safe_push_opens_whatever_its_plain_signature_says(signature: str):
    query = {
        "signature": signature,
        "timestamp": "1714112445",
        "nonce": "415670741",
        "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        "encrypt_type": "aes",
        "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
    }
    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": V3}).encode()
    push = open_push(OFFICIAL, query, body, at("1714112445"))
    assert push.encrypted
    assert push.json
    assert push.payload == {
        "ToUserName": "gh_97417a04a28d",
        "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        "CreateTime": 1714112445,
        "MsgType": "event",
        "Event": "debug_demo",
        "debug_str": "hello world",
    }


def test_v4_the_official_answer_is_made_to_the_byte():
    sealed = seal(
        OFFICIAL,
        '{"demo_resp":"good luck"}',
        nonce="415670741",
        now=at("1713424427"),
        salt=b"707722b803182950",
        json=True,
    )
    assert json.loads(sealed) == {
        "Encrypt": "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
        "MsgSignature": "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        "TimeStamp": 1713424427,
        "Nonce": "415670741",
    }


def test_v5_the_java_demo_encrypts_chinese_the_same():
    made = encrypt(JAVA.key or b"", "我是中文abcd123".encode(), JAVA.app_id, b"aaaabbbbccccdddd")
    assert made == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert decrypt(JAVA.key or b"", made, JAVA.app_id).decode() == "我是中文abcd123"


def test_v6_a_push_encrypted_in_php_opens():
    payload = opened(JAVA, "1458300676", "260774613", "4f3ad57b6989f09f4eb392acce4f9e93942ed890", envelope(V6))
    assert payload["FromUserName"] == "asdasdasdsadasd"
    assert payload["Content"] == "hello"


def test_v7_the_wecom_demo_decrypts_although_its_key_carries_loose_bits():
    echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    assert sign("QDG6eK", "1409659589", "263014780", echo) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert decrypt(WECOM.key or b"", echo, WECOM.app_id) == b"1616140317555161061"


def test_v8_the_echo_and_the_push_of_another_python_implementation_open():
    echo = "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q=="
    assert sign("123456", "1411443780", "437374425", echo) == "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96"
    assert decrypt(WECHATPY.key or b"", echo, WECHATPY.app_id) == b"5927782489442352469"
    payload = opened(WECHATPY, "1411525903", "461056294", "74d92dfeb87ba7c714f89d98870ae5eb62dff26d", envelope(V8))
    assert payload["Content"] == "test"
    assert payload["MsgId"] == "4363689963896700987"


def test_v9_a_push_opened_in_go_opens_and_its_owner_is_checked():
    payload = opened(POWER, "1623301925", "1624217036", "d728d2bea7e28585ebd14eacbd330d84073fe7f1", envelope(V9))
    assert payload["Content"] == "密文测试"
    stranger = WeChatConfig(POWER.token, "1000005", aes_key=POWER.aes_key)
    with pytest.raises(Refused, match="appid"):
        opened(stranger, "1623301925", "1624217036", "d728d2bea7e28585ebd14eacbd330d84073fe7f1", envelope(V9))


def test_v10_signatures_are_sha1_over_the_sorted_parts():
    assert sign("c", "a", "b") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    assert sign("345", "123") == "9f537aeb751ec72605f57f94a2f6dc3e3958e1dd"
