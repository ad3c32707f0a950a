"""Hostile pushes, one by one: each is refused for its own reason, and none ever raises anything else."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
import yarl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.body import find_encrypt, read
from bot.channels.wechat.cipher import decrypt, encrypt, sign
from bot.channels.wechat.codec import Refused, open_push, seal, verify_url
from bot.channels.wechat.config import WeChatConfig
from bot.demo.wechat import Account
from bot.observe import FAILURES, REFUSED

NOW = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)
SAFE = WeChatConfig("token", "wxapp", aes_key="jiayoufangjiayoufangjiayoufangjiayoufang000")
PLAIN = WeChatConfig("token", "wxapp")
WORDS = "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType></xml>"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    "<xml><Content>&c;&c;&c;</Content></xml>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>'


def plain_query(at: datetime = NOW, nonce: str = "n1") -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"timestamp": timestamp, "nonce": nonce, "signature": sign("token", timestamp, nonce)}


def safe_query(encrypted: str, at: datetime = NOW) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    proof = sign("token", timestamp, "n1", encrypted)
    return {"timestamp": timestamp, "nonce": "n1", "encrypt_type": "aes", "msg_signature": proof}


def locked(message: str | bytes, app_id: str = "wxapp") -> str:
    content = message.encode() if isinstance(message, str) else message
    return encrypt(SAFE.key or b"", content, app_id, b"0123456789abcdef")


def raw_locked(framed: bytes) -> str:
    """Encrypt bytes as they are: no frame and no padding are added."""
    key = SAFE.key or b""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(framed) + encryptor.finalize()).decode()


def envelope(encrypted: str) -> bytes:
    return f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def reason(config: WeChatConfig, query: dict[str, str], body: bytes) -> str:
    with pytest.raises(Refused) as caught:
        open_push(config, query, body, NOW)
    return caught.value.reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LAUGHS, "doctype"),
        (OUTSIDE, "doctype"),
        ("<!DOCTYPE x><xml></xml>", "doctype"),
        ("<?php x?><xml></xml>", "doctype"),
        ("<xml><MsgType>text</MsgType><MsgType>image</MsgType></xml>", "duplicate"),
        ("<xml>" + "<a>" * 200 + "</a>" * 200 + "</xml>", "depth"),
        ("<xml>" + "".join(f"<a{n}/>" for n in range(2000)) + "</xml>", "depth"),
        ("<xml><Content>&nbsp;</Content></xml>", "malformed"),
        ("<xml><Content a='b'>x</Content></xml>", "malformed"),
        ("<html></html>", "malformed"),
        ("<xml><Content>", "malformed"),
        ("<xml><Content>\x0b</Content></xml>", "malformed"),
        ("", "malformed"),
        ("{", "malformed"),
        ("{}{}", "malformed"),
        ('{"a": NaN}', "malformed"),
        ('{"a": 1, "a": 2}', "duplicate"),
        ('{"a": ' + "[" * 9 + "]" * 9 + "}", "depth"),
        ('{"a": ' + "[" * 30000 + "]" * 30000 + "}", "depth"),
        ('{"a": ' + "9" * 5000 + "}", "malformed"),
        ('{"a": "\\ud800"}', "utf8"),
        ("<xml><Encrypt>abc</Encrypt></xml>", "no-key"),
    ],
)
def test_an_authentic_but_hostile_body_is_refused(body: str, expected: str):
    assert reason(PLAIN, plain_query(), body.encode()) == expected


def test_bytes_that_are_no_utf8_are_refused_in_both_modes():
    assert reason(PLAIN, plain_query(), b"<xml><Content>\xff\xfe</Content></xml>") == "utf8"
    broken = locked(b"<xml><Content>\xff\xfe</Content></xml>")
    assert reason(SAFE, safe_query(broken), envelope(broken)) == "utf8"


def test_a_hostile_body_inside_the_encryption_is_refused_as_well():
    for body, expected in ((LAUGHS, "doctype"), ("<xml><a/><a/></xml>", "duplicate"), ("[]", "malformed")):
        encrypted = locked(body)
        assert reason(SAFE, safe_query(encrypted), envelope(encrypted)) == expected


PAD = bytes([16]) * 16


@pytest.mark.parametrize(
    ("encrypted", "expected"),
    [
        (locked(WORDS, app_id="wxother"), "appid"),
        (locked(WORDS, app_id=""), "appid"),
        (raw_locked(b"x" * 32), "padding"),
        (raw_locked(b"x" * 31 + b"\0"), "padding"),
        (raw_locked(b"x" * 30 + b"\1\2"), "padding"),
        (raw_locked(b"x" * 31 + b"\x40"), "padding"),
        (raw_locked(bytes([32]) * 32), "cipher"),
        (raw_locked(b"0123456789abcdef" + b"\0\0\0" + b"\x0d" * 13), "cipher"),
        (raw_locked(b"0123456789abcdef" + b"\xff\xff\xff\xff" + b"wxapp" + b"\x07" * 7), "cipher"),
        (base64.b64encode(b"x" * 17).decode(), "cipher"),
        (base64.b64encode(b"x" * 15).decode(), "cipher"),
        ("AAA", "base64"),
        ("====", "base64"),
        ("A=AA", "base64"),
    ],
)
def test_a_signed_but_broken_ciphertext_is_refused(encrypted: str, expected: str):
    assert reason(SAFE, safe_query(encrypted), envelope(encrypted)) == expected


def test_an_empty_or_missing_or_doubled_encrypt_is_refused():
    query = safe_query("")
    assert reason(SAFE, query, b"<xml><Encrypt></Encrypt></xml>") == "no-encrypt"
    assert reason(SAFE, query, b'{"Encrypt": ""}') == "no-encrypt"
    assert reason(SAFE, query, b"<xml></xml>") == "no-encrypt"
    assert reason(SAFE, query, b"") == "no-encrypt"
    twice = locked(WORDS)
    assert reason(SAFE, safe_query(twice), envelope(twice) * 2) == "duplicate"


def test_plaintext_is_refused_once_a_key_is_set_even_with_a_right_signature():
    assert reason(SAFE, plain_query(), WORDS.encode()) == "plaintext"
    assert reason(SAFE, {**plain_query(), "encrypt_type": "raw"}, WORDS.encode()) == "plaintext"


def test_the_plain_signature_counts_for_nothing_in_safe_mode():
    encrypted = locked(WORDS)
    query = {**safe_query(encrypted), **plain_query()}
    assert open_push(SAFE, query, envelope(encrypted), NOW).encrypted
    del query["msg_signature"]
    assert reason(SAFE, query, envelope(encrypted)) == "no-proof"


def test_in_compatible_mode_only_the_encrypted_fields_are_believed():
    encrypted = locked(WORDS)
    body = f"<xml><FromUserName>forged</FromUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
    assert open_push(SAFE, safe_query(encrypted), body, NOW).payload["FromUserName"] == "o1"


@pytest.mark.parametrize("as_json", [False, True])
def test_words_that_look_like_an_envelope_do_not_confuse_it(as_json: bool):
    encrypted = locked(WORDS)
    trick = '<Encrypt>AAAA</Encrypt>"Encrypt":"AAAA"'
    body = (
        json.dumps({"Content": trick, "Encrypt": encrypted})
        if as_json
        else f"<xml><Content><![CDATA[{trick}]]></Content><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    )
    assert open_push(SAFE, safe_query(encrypted), body.encode(), NOW).payload["FromUserName"] == "o1"


def test_json_may_escape_its_slashes():
    encrypted = next(each for n in range(99) if "/" in (each := locked(f"{WORDS}{' ' * n}")))
    body = json.dumps({"Encrypt": encrypted}).replace("/", "\\/").encode()
    assert open_push(SAFE, safe_query(encrypted), body, NOW).payload["FromUserName"] == "o1"


@pytest.mark.parametrize("drift", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(days=900)])
def test_a_stale_or_early_timestamp_is_refused_where_the_proof_does_not_cover_the_body(drift: timedelta):
    assert reason(PLAIN, plain_query(NOW - drift), WORDS.encode()) == "stale"
    with pytest.raises(Refused, match="stale"):
        verify_url(PLAIN, {**plain_query(NOW - drift), "echostr": "1"}, NOW)


def test_a_sealed_push_is_believed_by_a_server_whose_clock_is_in_the_wrong_zone_but_not_for_days():
    encrypted = locked(WORDS)
    for drift in (timedelta(hours=8), timedelta(hours=-8)):
        push = open_push(SAFE, safe_query(encrypted, NOW - drift), envelope(encrypted), NOW)
        assert push.payload["FromUserName"] == "o1"
    for drift in (timedelta(hours=13), timedelta(hours=-13), timedelta(days=900)):
        assert reason(SAFE, safe_query(encrypted, NOW - drift), envelope(encrypted)) == "stale"


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": ""},
        {"timestamp": "-5"},
        {"timestamp": "１２３"},
        {"timestamp": "9" * 12},
        {"timestamp": "9" * 99},
        {"nonce": ""},
        {"nonce": "]]>"},
        {"nonce": "n" * 200},
        {"nonce": "n2"},
        {"signature": ""},
        {"signature": "０" * 40},
        {"signature": "\udcff"},
        {"signature": "0" * 4000},
    ],
)
def test_a_request_without_a_right_proof_is_refused(change: dict[str, str]):
    assert reason(PLAIN, {**plain_query(), **change}, WORDS.encode()) in ("no-proof", "signature", "stale")


def test_an_echo_that_is_no_plain_word_is_not_sent_back():
    for echo in ("", "<script>\n", "é", "x" * 1000):
        with pytest.raises(Refused, match="malformed"):
            verify_url(PLAIN, {**plain_query(), "echostr": echo}, NOW)


def test_a_push_for_another_account_is_refused_when_ours_is_known():
    ours = WeChatConfig("token", "wxapp", account="gh_ours")
    assert reason(ours, plain_query(), b"<xml><ToUserName>gh_other</ToUserName></xml>") == "account"


def test_searching_for_the_envelope_takes_linear_time_whatever_is_thrown_at_it():
    for bomb in (b"<![CDATA[" * 7000, b"<Encrypt>" * 7000, b"<Encrypt>" + b" " * 65000, b'{"Encrypt":' + b" " * 65000):
        started = datetime.now(UTC)
        assert find_encrypt(bomb) is None
        assert datetime.now(UTC) - started < timedelta(seconds=0.5)


@given(st.binary(max_size=300))
def test_no_bytes_make_the_readers_raise_anything_but_refused(body: bytes):
    for config, query in ((PLAIN, plain_query()), (SAFE, safe_query("AAAA"))):
        with contextlib.suppress(Refused):  # whatever else is raised fails the test
            assert open_push(config, query, body, NOW).proof


@given(st.text(alphabet="<>/xml![]CDATA&;{}\"':,Encrypt= ", max_size=200))
def test_no_arrangement_of_markup_makes_the_reader_raise_anything_but_refused(body: str):
    with contextlib.suppress(Refused):  # whatever else is raised fails the test
        assert isinstance(read(body.encode()), dict)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200), st.booleans())
def test_whatever_is_sealed_opens_again(message: str, as_json: bool):
    sealed = seal(SAFE, message, nonce="n1", now=NOW, salt=b"0123456789abcdef", json=as_json)
    encrypted = find_encrypt(sealed)
    assert encrypted
    assert decrypt(SAFE.key or b"", encrypted, "wxapp").decode() == message


class TestOverHttp:
    @pytest.fixture
    def account(self) -> Account:
        return Account(webhook="", mode="plaintext")

    def query(self, world, nonce: str = "n1") -> dict[str, str]:
        timestamp = str(int(world.clock().timestamp()))
        return {"timestamp": timestamp, "nonce": nonce, "signature": sign(world.config.token, timestamp, nonce)}

    def message(self, text: str, number: int = 1) -> bytes:
        return (
            f"<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1778619600</CreateTime>"
            f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{number}</MsgId></xml>"
        ).encode()

    async def post(self, world, body: object, query: dict[str, str] | None = None, **more: object) -> tuple[int, str]:
        url = world.webhook
        async with world.session.post(url, params=query or self.query(world), data=body, **more) as response:
            return response.status, await response.text()

    async def raw(self, world, headers: str, body: bytes) -> bytes:
        """Write a request by hand and read the first line of what comes back while the body is still going out."""
        url = yarl.URL(world.webhook)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        query = "&".join(f"{name}={value}" for name, value in self.query(world).items())
        writer.write(f"POST /wechat?{query} HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode() + body)
        try:
            return await asyncio.wait_for(reader.readline(), 30)
        finally:
            writer.close()

    async def test_a_body_of_ten_megabytes_is_413_before_any_of_it_is_parsed(self, world):
        before = REFUSED.labels("too-large")._value.get()
        line = await self.raw(world, "Content-Length: 10485760", b"<xml>" + b"<a/>" * 1000)
        assert line.startswith(b"HTTP/1.1 413")
        assert REFUSED.labels("too-large")._value.get() == before + 1
        assert world.bot.received == []

    async def test_a_body_without_a_length_is_counted_while_it_comes(self, world):
        chunks = b"".join(b"1000\r\n" + b"x" * 4096 + b"\r\n" for _ in range(40))
        assert (await self.raw(world, "Transfer-Encoding: chunked", chunks)).startswith(b"HTTP/1.1 413")
        assert world.bot.received == []

    async def test_a_body_that_trickles_is_given_up(self, world):
        assert (await self.raw(world, "Content-Length: 100", b"<xml>")).startswith(b"HTTP/1.1 403")

    async def test_a_compressed_body_is_refused_unread(self, world):
        assert (await self.post(world, b"x", headers={"Content-Encoding": "gzip"}))[0] == 403

    async def test_a_refusal_is_empty_and_counted(self, world):
        before = REFUSED.labels("signature")._value.get()
        status, text = await self.post(world, self.message("在吗"), {**self.query(world), "signature": "0" * 40})
        assert (status, text) == (403, "")
        assert REFUSED.labels("signature")._value.get() == before + 1

    async def test_a_wrong_check_of_the_address_is_refused(self, world):
        async with world.session.get(world.webhook, params={**self.query(world), "signature": "0"}) as response:
            assert (response.status, await response.text()) == (403, "")

    async def test_an_old_proof_with_other_words_is_a_replay_and_the_same_words_are_a_retry(self, world):
        assert (await self.post(world, self.message("一")))[0] == 200
        assert (await self.post(world, self.message("一")))[0] == 200
        assert (await self.post(world, self.message("二", 2)))[0] == 403
        assert [inbound.text for inbound in world.bot.received] == ["一", "一"]

    async def test_without_memory_a_message_is_still_answered(self, world):
        world.bot.memory_down, before = True, FAILURES.labels("wechat-seen")._value.get()
        assert "收到：救命" in (await self.post(world, self.message("救命")))[1]
        assert FAILURES.labels("wechat-seen")._value.get() == before + 1

    @pytest.mark.parametrize(
        "body",
        [
            "<xml><MsgType>text</MsgType></xml>",
            "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><CreateTime>x</CreateTime></xml>",
            "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><CreateTime>99999999999</CreateTime></xml>",
            "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>",
            "<xml><FromUserName>&lt;&gt;</FromUserName><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>",
        ],
    )
    async def test_what_is_authentic_but_not_understood_is_answered_success(self, world, body):
        assert await self.post(world, body.encode()) == (200, "success")
        assert world.bot.received == []
