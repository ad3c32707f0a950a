"""The floor to compare with: the least that an aiohttp and wechatpy bot does, decrypt, echo, encrypt. No database."""

from __future__ import annotations

import sys

from aiohttp import web
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto


def app(token: str, aes_key: str, app_id: str) -> web.Application:
    """Make the echo."""
    crypto = WeChatCrypto(token, aes_key, app_id)

    async def receive(request: web.Request) -> web.Response:
        query = request.query
        body = crypto.decrypt_message(await request.read(), query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(body)
        xml = create_reply(message.content, message).render()
        return web.Response(text=crypto.encrypt_message(xml, query["nonce"], query["timestamp"]))

    application = web.Application()
    application.add_routes([web.post("/wechat", receive)])
    return application


if __name__ == "__main__":
    web.run_app(app(*sys.argv[2:5]), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
