"""The stand-in served on its own, as the demo does it, and the controls that no other test needs."""

from __future__ import annotations

import asyncio
import random

from bot.demo.wechat import Account, run
from bot.demo.wechat.account import FAULT


async def test_it_serves_until_it_is_cancelled(world):
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    account = Account(webhook=world.webhook)
    serving = asyncio.create_task(
        run(0, account, clock=world.clock, rng=random.Random(1), ready=lambda _fake, given: port.set_result(given))
    )
    base = f"http://127.0.0.1:{await port}"
    async with world.session.post(f"{base}/_fake/check") as answer:
        assert await answer.json() == {"verified": True}
    async with world.session.post(f"{base}/_fake/followers/o9/say", json={"text": "在吗"}) as answer:
        assert await answer.json() == {"outcome": "passive"}
    async with world.session.get(base) as answer:
        assert answer.url.path == "/_fake/"
    serving.cancel()
    assert isinstance((await asyncio.gather(serving, return_exceptions=True))[0], asyncio.CancelledError)


async def test_the_same_seed_gives_the_same_run(world):
    await world.fake.control.act("o1", "say", {"text": "在吗"})
    first = world.bot.received[-1].key
    assert first == "m:7250021412600020994"
    assert world.fake.world.digits(10) != world.fake.world.digits(10)


async def test_acts_can_arrive_shuffled(world):
    acts = [{"act": "say", "text": str(number)} for number in range(6)]
    url = f"{world.api_base}/_fake/followers/o1/batch"
    async with world.session.post(url, json={"order": "shuffled", "acts": acts}) as answer:
        assert answer.status == 200
    arrived = [inbound.text for inbound in world.bot.received]
    assert arrived != sorted(arrived)
    assert sorted(arrived) == [str(number) for number in range(6)]


async def test_trouble_can_be_ordered_and_ended_over_http(world):
    await world.fake.control.act("o1", "say", {"text": "在吗"})
    order = {"path": "message/custom/send", "errcode": 45009, "times": None}
    async with world.session.post(f"{world.api_base}/_fake/faults", json=order) as answer:
        assert answer.status == 200
    assert world.fake.world.faults.next("message/custom/send").errcode == 45009
    async with world.session.delete(f"{world.api_base}/_fake/faults") as answer:
        assert answer.status == 200
    assert world.fake.world.faults.next("message/custom/send") is None


async def test_a_webhook_that_is_down_shows_a_fault_to_the_parent_but_not_for_silent_events(world):
    world.fake.world.account.webhook = "http://127.0.0.1:9/wechat"
    assert await world.fake.control.act("o1", "event", {"event": "VIEW", "key": "u"}) == "late"
    assert world.texts("o1") == []
    assert await world.fake.control.act("o1", "say", {"text": "在吗"}) == "late"
    assert world.texts("o1") == ["在吗", FAULT]


async def test_a_signature_of_another_token_is_noticed(world):
    world.fake.world.account.token = "another"
    assert await world.fake.control.act("o1", "say", {"text": "在吗"}) == "bad: status 403"
    assert not await world.fake.pusher.check_webhook(world.clock())
