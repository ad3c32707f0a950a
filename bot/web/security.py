"""What every response says to the browser, and which requests may change something.

Cross-origin requests are told by headers (`Sec-Fetch-Site`, then `Origin`), so that pages need no tokens:
https://web.dev/articles/fetch-metadata
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.channels.web.refused import Refused

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms, and the check below would refuse them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# WeChat's servers call without a browser and sign what they send.
SIGNED_PATHS = frozenset({"/wechat"})


def same_origin(request: web.Request, public_url: str = "") -> bool:
    """Whether a page of ours sent this request; without either header it is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = urlsplit(request.headers.get("Origin", "")).netloc.lower()
    ours = {request.host.lower(), urlsplit(public_url).netloc.lower()} - {""}
    return origin in ours


def guard(public_url: str = "") -> Middleware:
    """Make the middleware that refuses requests which change something and come from elsewhere."""

    @web.middleware
    async def refuse_cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
        harmless = request.method in SAFE_METHODS or request.path in SIGNED_PATHS
        if not harmless and not same_origin(request, public_url):
            raise Refused(403, "这个请求不是从我们的页面发来的，所以没有做。请打开对话页再试。", "cross-origin")
        return await handler(request)

    return refuse_cross_origin


def _cache(request: web.Request) -> str:
    """Say how long a response may be kept: files named by their digest for a year, everything personal not at all."""
    if request.path.startswith("/static/"):
        return "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
    return "no-store"


def headers(public_url: str = "") -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Make the `on_response_prepare` handler that puts the headers on every response, errors and streams too."""
    fixed = HEADERS | (HTTPS_HEADERS if public_url.startswith("https://") else {})

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(fixed)
        response.headers.setdefault("Cache-Control", _cache(request))

    return add_headers
