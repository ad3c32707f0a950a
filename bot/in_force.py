"""What this process goes by: what is packaged until something else is installed; who tries something sees their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")


class InForce(Generic[T]):
    """One value that all of the process reads. Putting another is one assignment: a reader sees the old or the new."""

    def __init__(self, name: str, packaged: Callable[[], T]) -> None:
        """Take what makes the packaged value; it is called when first needed."""
        self._packaged = packaged
        self._installed: T | None = None
        self._tried: ContextVar[T | None] = ContextVar(name, default=None)

    def get(self) -> T:
        """Give the value: the one tried in this context, else the installed one, else the packaged one."""
        tried = self._tried.get()
        if tried is not None:
            return tried
        return self._packaged() if self._installed is None else self._installed

    def put(self, value: T | None) -> None:
        """Let everybody read another value from now on; None: the packaged one."""
        self._installed = value

    @contextmanager
    def trying(self, value: T) -> Iterator[None]:
        """Let only this thread or task read another value, for a while."""
        before = self._tried.set(value)
        try:
            yield
        finally:
            self._tried.reset(before)
