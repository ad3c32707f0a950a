"""The one way in which the web channel says no: a status, a sentence for people, a code for logs."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - what happened, not an error of ours
    """A request is not carried out. `kept` is what the person had typed: the page gives it back to them."""

    def __init__(self, status: int, sentence: str, code: str, *, kept: str = "") -> None:
        super().__init__(code)
        self.status, self.sentence, self.code, self.kept = status, sentence, code, kept
