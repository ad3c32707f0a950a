"""WeChat's API as we use it: sending, typing, templates, codes, the menu, media.

Every call has a timeout and is made once; only a refused token is renewed, once, and the call repeated, once. A call
that WeChat may have carried out although the answer was lost is not repeated here: there is no key by which WeChat
would know it again, so the sender decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp

from bot.channels.base import ChannelError
from bot.channels.wechat import errors
from bot.channels.wechat.config import WeChatConfig
from bot.channels.wechat.render import link
from bot.channels.wechat.tokens import Tokens
from bot.channels.wechat.wire import ANSWER_LIMIT, MEDIA_LIMIT, PATIENCE, Answer, as_json, request
from bot.channels.wechat.words import tidy

_SEND = "message/custom/send"
_MEDIA_PATIENCE = 30.0

# Is told how each call ended: its path, and what was wrong, if anything. It must neither wait nor fail.
Observer = Callable[[str, ChannelError | None], None]


def unobserved(_path: str, _error: ChannelError | None) -> None:
    """Tell nobody."""


class WeChatClient:
    """One account's API. `session` belongs to the caller, who closes it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        config: WeChatConfig,
        tokens: Tokens,
        patience: float = PATIENCE,
        observer: Observer = unobserved,
    ) -> None:
        self._observer = observer
        self._session = session
        self._config = config
        self._tokens = tokens
        self._patience = patience

    async def send_text(self, to: str, text: str, *, automatic: bool, author: str | None = None) -> None:
        """Send words; automatic ones carry the platform's own mark.

        An author who has a customer-service account there (name@account) is shown with its name and face; the name
        of one who has none is not sent: WeChat would refuse the whole message.
        """
        await self._send(to, "text", {"content": tidy(text)}, automatic=automatic, author=author)

    async def send_menu(
        self, to: str, head: str, choices: Sequence[tuple[str, str]], tail: str = "", *, automatic: bool = True
    ) -> None:
        """Send choices, each (id, words), to tap; accounts that may not send menus send the same as links."""
        listed = [{"id": menu_id, "content": tidy(words)} for menu_id, words in choices]
        menu = {"head_content": tidy(head), "list": listed, "tail_content": tidy(tail)}
        try:
            await self._send(to, "msgmenu", menu, automatic=automatic)
        except ChannelError as error:
            if error.code != str(errors.ACCOUNT_TYPE):
                raise
            lines = [head, *(link(words, words, menu_id) for menu_id, words in choices), tail]
            await self.send_text(to, "\n".join(filter(None, lines)), automatic=automatic)

    async def send_news(
        self, to: str, *, title: str, description: str, url: str, picture: str = "", automatic: bool = True
    ) -> None:
        """Send one article card (WeChat takes no more than one)."""
        article = {"title": title, "description": description, "url": url, "picurl": picture}
        await self._send(to, "news", {"articles": [article]}, automatic=automatic)

    async def send_miniprogram(
        self, to: str, *, title: str, app_id: str, path: str, thumb_media_id: str, automatic: bool = True
    ) -> None:
        """Send a mini-program card."""
        card = {"title": title, "appid": app_id, "pagepath": path, "thumb_media_id": thumb_media_id}
        await self._send(to, "miniprogrampage", card, automatic=automatic)

    async def typing(self, to: str, on: bool) -> None:
        """Show or hide 对方正在输入; not being able to is nobody's trouble."""
        try:
            await self._call("message/custom/typing", {"touser": to, "command": "Typing" if on else "CancelTyping"})
        except ChannelError as error:
            if error.kind != "transient" and int(error.code) not in errors.TYPING_CODES:
                raise

    async def send_template(
        self, to: str, template_id: str, values: Mapping[str, str], *, url: str = "", client_msg_id: str
    ) -> int:
        """Send a template notice, give its id; `client_msg_id` keeps a repeated call from reaching the person twice."""
        body = {
            "touser": to,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": {name: {"value": tidy(value)} for name, value in values.items()},
        }
        return int((await self._call("message/template/send", body)).get("msgid", 0))

    async def create_qr(self, scene: str, *, seconds: int | None = None) -> str:
        """Make a code that carries a scene, give the address it holds; without `seconds` it is permanent."""
        if not 1 <= len(scene) <= 64:
            message = "a scene has 1 to 64 characters"
            raise ValueError(message)
        body: dict[str, Any] = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        if seconds is not None:
            body |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
        return str((await self._call("qrcode/create", body)).get("url", ""))

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replace the account's custom menu (`menu.body`)."""
        if "errcode" not in await self._call("menu/create", menu):  # as in _send
            raise errors.unreachable("no-code")

    async def current_menu(self) -> list[dict[str, Any]]:
        """Give the buttons that the account has now, however they were set; none when it shows no menu."""
        answer = await self._call("get_current_selfmenu_info")
        if not isinstance(answer.get("is_menu_open"), int):
            raise errors.unreachable("not-json")
        info = answer.get("selfmenu_info")
        buttons = info.get("button") if answer["is_menu_open"] and isinstance(info, dict) else None
        return [each for each in buttons if isinstance(each, dict)] if isinstance(buttons, list) else []

    async def daily_quota(self, path: str) -> tuple[int, int]:
        """Tell how often a call was made today, and how often it may be."""
        quota = (await self._call("openapi/quota/get", {"cgi_path": f"/cgi-bin/{path}"})).get("quota")
        found = (quota.get("used"), quota.get("daily_limit")) if isinstance(quota, dict) else (None, None)
        if not isinstance(found[0], int) or not isinstance(found[1], int):
            raise errors.unreachable("not-json")
        return found[0], found[1]

    async def download_media(self, media_id: str) -> Answer:
        """Fetch what a parent sent; WeChat keeps it for three days."""
        params = {"media_id": media_id}
        with self._observed("media/get"):
            answer = await self._once_more("media/get", None, params, MEDIA_LIMIT, _MEDIA_PATIENCE)
            if answer.type.endswith("json") or answer.content[:1] == b"{":
                fault = as_json(answer.content)
                raise errors.from_code(int(fault.get("errcode", 40007)), str(fault.get("errmsg", "")))
        return answer

    async def _send(
        self, to: str, kind: str, content: Mapping[str, Any], *, automatic: bool, author: str | None = None
    ) -> None:
        body: dict[str, Any] = {"touser": to, "msgtype": kind, kind: content}
        if automatic:
            body["aimsgcontext"] = {"is_ai_msg": 1}
        if author and "@" in author:
            body["customservice"] = {"kf_account": author}
        if "errcode" not in await self._call(_SEND, body):  # WeChat says 0; anything else may come from anybody
            raise errors.unreachable("no-code")

    async def _call(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with self._observed(path):
            answer = as_json((await self._once_more(path, body, {}, ANSWER_LIMIT, self._patience)).content)
            if code := _code(answer):
                raise errors.from_code(code, str(answer.get("errmsg", "")))
        return answer

    @contextmanager
    def _observed(self, path: str) -> Iterator[None]:
        try:
            yield
        except ChannelError as error:
            self._observer(path, error)
            raise
        self._observer(path, None)

    async def _once_more(
        self,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, str],
        limit: int,
        patience: float,
    ) -> Answer:
        """Call; when the token was refused, renew it and call again, once."""
        url = f"{self._config.api_base}/cgi-bin/{path}"
        token = await self._tokens.get()
        for last in (False, True):
            query = {"access_token": token, **params}
            answer = await request(self._session, url, body, params=query, limit=limit, patience=patience)
            if last or not _token_refused(answer):
                return answer
            token = await self._tokens.renew(token)
        raise AssertionError  # the loop always returns on its last round


def _token_refused(answer: Answer) -> bool:
    if answer.content[:1] != b"{" or len(answer.content) > 4096:
        return False
    return _code(as_json(answer.content)) in errors.TOKEN_CODES


def _code(answer: Mapping[str, Any]) -> int:
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else -1
