"""The routes of this room: method, path, view, and the permission that stands before it."""

from __future__ import annotations

from bot.web.admin.given import Given
from bot.web.admin.pool.asking import Asking
from bot.web.admin.pool.hours import HourPages
from bot.web.admin.pool.lists import PoolList
from bot.web.admin.pool.month import MonthPages
from bot.web.admin.pool.person import STEPS, PersonPages
from bot.web.admin.pool.trainings import TrainingPages
from bot.web.permissions import View

Row = tuple[str, str, View, str | None]


def rows(given: Given) -> list[Row]:
    """Give all of them."""
    return [*_pool(given), *_training(given)]


def _pool(given: Given) -> list[Row]:
    people, person, months = PoolList(given), PersonPages(given), MonthPages(given)
    asking, one = Asking(given, person), r"/admin/pool/{id:\d{1,18}}"
    return [
        ("GET", "/admin/pool", people.page, "numbers"),
        ("GET", "/admin/pool/export", people.export, "numbers"),
        ("GET", "/admin/pool/month", months.month, "numbers"),
        ("GET", "/admin/pool/figures", months.figures, "numbers"),
        ("GET", "/admin/pool/figures/export", months.export, "numbers"),
        ("GET", "/admin/pool/new", person.new, "numbers"),
        ("POST", "/admin/pool/new", person.add, "numbers"),
        ("GET", one, person.page, "numbers"),
        ("POST", one, person.save, "numbers"),
        ("POST", f"{one}/{{step:{'|'.join(STEPS)}}}", person.step, "numbers"),
        ("POST", f"{one}/engagements", asking.ask, "numbers"),
        ("POST", rf"{one}/engagements/{{engagement:\d{{1,18}}}}", asking.move, "numbers"),
    ]


def _training(given: Given) -> list[Row]:
    pages, hours, one = TrainingPages(given), HourPages(given), r"/admin/training/{id:\d{1,18}}"
    return [
        ("GET", "/admin/training", pages.listing, "numbers"),
        ("GET", "/admin/training/people", hours.page, "numbers"),
        ("GET", "/admin/training/export", hours.export, "numbers"),
        ("GET", "/admin/training/new", pages.new, "numbers"),
        ("POST", "/admin/training/new", pages.add, "numbers"),
        ("GET", one, pages.page, "numbers"),
        ("POST", one, pages.save, "numbers"),
        ("POST", f"{one}/there", pages.tick, "numbers"),
        ("POST", f"{one}/drop", pages.drop, "numbers"),
    ]
