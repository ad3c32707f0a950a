"""What every channel promises to those who send: one call, and one kind of error that says what to do next."""

from __future__ import annotations

from typing import Literal, Protocol

# window-closed and quota-used: the parent must speak first, then the words can go. misconfigured: an operator must act.
ErrorKind = Literal["permanent", "transient", "window-closed", "quota-used", "misconfigured"]


class ChannelError(Exception):
    """A message that did not go out.

    `str(error)` is a Chinese sentence that staff may read; `code` and `rid` (the channel's own request id) are for
    logs. `permanent` means that sending the same words to the same person again can never work.
    """

    def __init__(self, sentence: str, *, kind: ErrorKind, code: int | str = "", rid: str = "") -> None:
        super().__init__(sentence)
        self.kind: ErrorKind = kind
        self.code = str(code)
        self.rid = rid

    @property
    def permanent(self) -> bool:
        """Whether trying again is useless."""
        return self.kind == "permanent"


class Channel(Protocol):
    """Somewhere that a parent reads."""

    async def send_text(self, to: str, text: str, *, automatic: bool, author: str | None = None) -> None:
        """Send words, marked as automatic when no person wrote them; raise ChannelError when they did not go out."""

    async def typing(self, to: str, on: bool) -> None:
        """Show or hide that somebody is writing; never fails for the sake of it."""
