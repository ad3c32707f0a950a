"""Trouble on order: error codes, silence and nonsense for chosen API paths."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Fault:
    """One kind of trouble; `times` None lasts until cleared. `hang` seconds pass before anything is answered.

    `done` carries the call out although the answer says otherwise; `drop` breaks the connection off unanswered.
    """

    errcode: int = 0
    times: int | None = 1
    hang: float = 0.0
    raw: str = ""
    status: int = 200
    done: bool = False
    drop: bool = False


@dataclass(slots=True)
class Faults:
    """Trouble by path (`message/custom/send`, `stable_token`); the first ordered comes first."""

    waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def order(self, path: str, fault: Fault) -> None:
        """Let the next calls of a path meet it."""
        self.waiting.setdefault(path, []).append(fault)

    def clear(self) -> None:
        """End all trouble."""
        self.waiting.clear()

    def next(self, path: str) -> Fault | None:
        """Give what a call meets, and count it."""
        queue = self.waiting.get(path)
        if not queue:
            return None
        fault = queue[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                queue.pop(0)
        return fault


# What WeChat says beside its numbers.
MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40053: "invalid action info",
    40125: "invalid appsecret",
    40164: "invalid ip, not in whitelist",
    40200: "invalid account type",
    40243: "AppSecret has been frozen",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    43019: "require remove blacklist",
    44004: "empty content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no message from the user in the last 30 seconds",
    45081: "typing already",
    47001: "data format error",
    47003: "argument invalid",
    48001: "api unauthorized",
    48002: "user refuse to accept the msg",
    48006: "forbid to clear quota because of reaching the limit",
    65401: "invalid custom service account",
    76021: "cgi_path not found, please check",
}
