"""Several drafts sent to review at once: each is judged by itself, and what fails stays a draft and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.channels.web.forms import fields
from bot.channels.web.refused import Refused
from bot.store.people import Staff
from bot.web.admin.entries.pages import EntryList
from bot.web.admin.entries.review import Review
from bot.web.permissions import STAFF
from knowledge.editorial import Step, StepError
from knowledge.files import SLUG

MOST = 50  # a page of the list; each is looked at by the rules, one after the other
_PICK = "pick-"


@dataclass(frozen=True, slots=True)
class Together:
    """The handler."""

    review: Review
    list: EntryList

    async def submit(self, request: web.Request) -> web.Response:
        """`POST /admin/entries?tab=draft…`: send the ticked drafts to review; a tick carries the version it showed."""
        me, picked = request[STAFF], _picked(await fields(request))
        if not picked:
            return await self.list.draw(request, problem="还没有勾。请在要送审的那几条前面打勾。")
        if len(picked) > MOST:
            return await self.list.draw(request, problem=f"一次最多送 {MOST} 条，请分几次。", picked=picked)
        refused = []
        for key, seen in picked.items():
            if why := await self._submitted(me, key, seen):
                refused.append((key, *why))
        sent = len(picked) - len(refused)
        if refused:
            done = f"{sent} 条送审了，等另一位同事来看。" if sent else ""
            left = {key for key, *_ in refused}
            return await self.list.draw(request, done=done, refused=refused, picked=left)
        return web.Response(status=303, headers={"Location": f"/admin/entries?tab=in-review&sent={sent}"})

    async def _submitted(self, me: Staff, key: str, seen: int) -> tuple[str, str] | None:
        """Send one to review; its title and why not, if it could not be."""
        title = key
        try:
            stands = await self.review.editor.stands(key)
            title = stands.title
            if stands.open is None:
                return title, "这一条刚刚已经定下来了。"
            await self.review.take(me, stands.open, Step.SUBMIT, "", seen)
        except Refused as refused:
            return "没有的一条", refused.sentence
        except StepError as error:
            return title, str(error)
        return None


def _picked(given: Mapping[str, object]) -> dict[str, int]:
    found = {}
    for name, value in given.items():
        key, seen = name.removeprefix(_PICK), str(value)
        if name.startswith(_PICK) and SLUG.fullmatch(key) and seen.isascii() and seen.isdecimal() and len(seen) < 19:
            found[key] = int(seen)
    return found
