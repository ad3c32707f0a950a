"""Pictures of parents: fetched, kept if they are pictures, tried again, and given up with a reason."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.channels.base import ChannelError
from bot.channels.wechat.wire import Answer
from bot.jobs.fetch import LARGEST, TRIES, Fetcher, image_type
from bot.store import conversations, media, thread
from bot.store.tables import media as table
from tests.house import House
from tests.jobs.conftest import Clock, Talk

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Pictures:
    """WeChat's pictures, and the troubles that come first."""

    content: bytes = PNG
    troubles: list[ChannelError] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def download_media(self, media_id: str) -> Answer:
        self.asked.append(media_id)
        if self.troubles:
            raise self.troubles.pop(0)
        return Answer("application/octet-stream", self.content)


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def fetcher(engine: AsyncEngine, pictures: Pictures, clock: Clock) -> Fetcher:
    return Fetcher(engine, pictures, clock)


@pytest.fixture
async def picture(talk: Talk, engine: AsyncEngine, clock: Clock) -> Talk:
    """A talk in which the parent has sent a picture."""
    async with engine.begin() as conn:
        [line] = await thread.add(conn, talk.id, [thread.said("parent", "（一张图片）")], at=clock(), case_id=None)
        await media.add(conn, talk.id, line, "media-1", now=clock())
    return talk


async def stored(talk: Talk) -> tuple[str, str, str, bytes | None]:
    query = select(table.c.state, table.c.reason, table.c.mime, table.c.body)
    async with talk.engine.connect() as conn:
        row = (await conn.execute(query.where(table.c.conversation_id == talk.id))).one()
    return row.state, row.reason, row.mime, row.body


async def test_a_picture_is_fetched_and_kept_by_what_it_is(fetcher: Fetcher, picture: Talk, pictures: Pictures) -> None:
    assert await fetcher.run() == 1
    assert pictures.asked == ["media-1"]
    assert await stored(picture) == ("kept", "", "image/png", PNG)
    assert await fetcher.run() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"<html>", "收到的不是图片"), (PNG + b"0" * LARGEST, "超过 5 MB"), (b"", "收到的不是图片")],
    ids=["a page", "too large", "nothing"],
)
async def test_what_is_no_picture_or_too_large_is_not_kept(
    fetcher: Fetcher, picture: Talk, pictures: Pictures, content: bytes, said: str
) -> None:
    pictures.content = content
    await fetcher.run()
    state, reason, _, body = await stored(picture)
    assert (state, body) == ("failed", None)
    assert said in reason


async def test_trouble_is_tried_again_with_growing_pauses_until_wechat_has_dropped_it(
    fetcher: Fetcher, picture: Talk, pictures: Pictures, clock: Clock
) -> None:
    pictures.troubles = [ChannelError("暂时连不上微信", kind="transient", code="timeout")] * TRIES
    began = clock()
    assert await fetcher.run() == 1
    assert await fetcher.run() == 0
    clock.forward(seconds=5)
    assert await fetcher.run() == 1
    while (await stored(picture))[0] == "pending":
        clock.forward(hours=2)
        await fetcher.run()
    assert len(pictures.asked) == TRIES
    assert clock() - began < timedelta(hours=72)
    assert (await stored(picture))[:2] == ("failed", "试了很多次都没取到，微信已经不再保留")


async def test_a_picture_that_wechat_no_longer_has_fails_at_once(
    fetcher: Fetcher, picture: Talk, pictures: Pictures
) -> None:
    pictures.troubles = [ChannelError("素材已失效，没有发出", kind="permanent", code=40007)]
    await fetcher.run()
    assert (await stored(picture))[:2] == ("failed", "微信那边已经没有了")


async def test_a_picture_goes_with_the_conversation(fetcher: Fetcher, picture: Talk, engine: AsyncEngine) -> None:
    await fetcher.run()
    async with engine.begin() as conn:
        await conversations.erase_person(conn, "wechat", "o-mei")
    async with engine.connect() as conn:
        assert list(await conn.execute(select(table.c.id))) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF0000WEBPVP8 ", "image/webp"),
        (b"<svg xmlns=", None),
        (b"%PDF-1.7", None),
    ],
)
def test_a_picture_is_told_by_its_own_first_bytes(content: bytes, kind: str | None) -> None:
    assert image_type(content) == kind


async def test_a_parents_picture_is_there_for_the_counsellor_and_nobody_else(house: House) -> None:
    await house.say("我想找老师聊聊")
    staff = await house.staff()
    await staff.post("/desk/cases/1/claim", headers={"Sec-Fetch-Site": "same-origin"})
    await house.act("send", type="image", content=base64.b64encode(PNG).decode())
    async with staff.get("/desk/cases/1/stream?after=0") as stream:
        got = ""
        while "/desk/cases/1/media/1" not in got:
            got += (await stream.content.readany()).decode()
    shown = await staff.get("/desk/cases/1/media/1")
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/png", PNG)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert (await staff.get("/desk/cases/1/media/99")).status == 404
    assert (await house.browser().get("/desk/cases/1/media/1", allow_redirects=False)).status in (303, 401)
