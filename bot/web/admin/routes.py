"""The admin's part of the table of routes: method, path, view, and the permission that stands before it."""

from __future__ import annotations

from bot.web.accounts import View
from bot.web.admin.account.codes import Codes
from bot.web.admin.account.consent import ConsentPages
from bot.web.admin.account.digest import STEPS as DIGEST_STEPS
from bot.web.admin.account.digest import DigestPages
from bot.web.admin.account.health import HealthPages
from bot.web.admin.account.limits import LimitPages
from bot.web.admin.account.menu import MenuPages
from bot.web.admin.account.words import WordPages
from bot.web.admin.asking.batches import Batches
from bot.web.admin.asking.exams import Exams
from bot.web.admin.asking.releases import Releases
from bot.web.admin.asking.trying import Trying
from bot.web.admin.entries.editor import Editor
from bot.web.admin.entries.history import History
from bot.web.admin.entries.pages import EntryList
from bot.web.admin.entries.review import STEPS, Review
from bot.web.admin.entries.together import Together
from bot.web.admin.exchange.imports import Imports
from bot.web.admin.exchange.pages import Exchange
from bot.web.admin.figures.offices import OfficePages
from bot.web.admin.figures.page import UsePages
from bot.web.admin.given import Given
from bot.web.admin.keeping.families import Families
from bot.web.admin.keeping.trail import TrailPages
from bot.web.admin.listings.calls import Calls
from bot.web.admin.listings.history import History as ServiceHistory
from bot.web.admin.listings.pages import Services
from bot.web.admin.offices.filling import Filling
from bot.web.admin.offices.list import UnitList
from bot.web.admin.offices.pages import DemandPages
from bot.web.admin.offices.unit import UnitPages
from bot.web.admin.pool.routes import rows as pool_rows
from bot.web.admin.publish.pages import Publish
from bot.web.admin.safety.findings import Findings
from bot.web.admin.safety.overview import Safety
from bot.web.admin.safety.rules import RulePages
from bot.web.admin.unanswered.acts import Acts
from bot.web.admin.unanswered.pages import Unanswered
from bot.web.admin.unanswered.reading import Reading
from bot.web.admin.unanswered.year import Year
from bot.web.admin.views import Admin

Row = tuple[str, str, View, str | None]


def rows(given: Given) -> list[Row]:
    """Give all of them."""
    return [
        *_overview(given),
        *_entries(given),
        *_services(given),
        *_exchange(given),
        *_publish(given),
        *_asking(given),
        *_unanswered(given),
        *_safety(given),
        *_figures(given),
        *_demands(given),
        *pool_rows(given),
        *_keeping(given),
        *_health(given),
        *_menu(given),
        *_words(given),
        *_limits(given),
        *_digest(given),
        ("GET", "/admin/codes", Codes(given).page, "account"),
    ]


def _overview(given: Given) -> list[Row]:
    admin = Admin(given)
    return [
        ("GET", "/admin", admin.overview, "knowledge"),
    ]


def _entries(given: Given) -> list[Row]:
    editor = Editor(given)
    review, history, entries = Review(editor), History(editor), EntryList(given)
    one = "/admin/entries/{id:[a-z0-9-]{1,100}}"
    return [
        ("GET", "/admin/entries", entries.page, "knowledge"),
        ("POST", "/admin/entries", Together(review, entries).submit, "knowledge"),
        ("GET", "/admin/entries/new", editor.new, "knowledge"),
        ("POST", "/admin/entries/new", editor.save, "knowledge"),
        ("GET", one, review.page, "knowledge"),
        ("POST", one, editor.save, "knowledge"),
        ("POST", f"{one}/check", editor.check, "knowledge"),
        ("POST", f"{one}/article", editor.article, "knowledge"),
        ("GET", f"{one}/history", history.page, "knowledge"),
        ("POST", f"{one}/restore", history.restore, "knowledge"),
        ("POST", f"{one}/revive", history.revive, "knowledge"),
        ("POST", f"{one}/retire", review.retire, "knowledge"),
        ("POST", f"{one}/{{step:{'|'.join(STEPS)}}}", review.step, "knowledge"),
    ]


def _services(given: Given) -> list[Row]:
    services = Services(given)
    calls, history = Calls(given, services), ServiceHistory(given, services)
    one = "/admin/services/{sort:listing|activity|duty|source}/{id:[a-z0-9-]{1,120}}"
    steps = "{step:submit|remark|return|approve|take-back|drop|retire|revive}"
    return [
        ("GET", "/admin/services", services.listing, "knowledge"),
        ("GET", one, services.page, "knowledge"),
        ("POST", one, services.save, "knowledge"),
        ("POST", f"{one}/{steps}", services.step, "knowledge"),
        ("GET", f"{one}/history", history.page, "knowledge"),
        ("POST", f"{one}/restore", history.restore, "knowledge"),
        ("POST", "/admin/services/listing/{id:[a-z0-9-]{1,120}}/verify", calls.verify, "knowledge"),
        ("GET", "/admin/verify", calls.todo, "knowledge"),
    ]


def _exchange(given: Given) -> list[Row]:
    exchange, imports = Exchange(given), Imports(given)
    one = r"/admin/exchange/imports/{id:\d{1,18}}"
    return [
        ("GET", "/admin/exchange", exchange.page, "knowledge"),
        ("GET", "/admin/exchange/export", exchange.export, "knowledge"),
        ("GET", "/admin/exchange/template", exchange.template, "knowledge"),
        ("POST", "/admin/exchange/imports", exchange.upload, "knowledge"),
        ("GET", one, imports.page, "knowledge"),
        ("POST", one, imports.choose, "knowledge"),
    ]


def _publish(given: Given) -> list[Row]:
    publish = Publish(given)
    one = r"/admin/publish/{number:\d{1,9}}"
    return [
        ("GET", "/admin/publish", publish.page, "knowledge"),
        ("POST", "/admin/publish", publish.ask, "publish"),
        ("GET", one, publish.release, "knowledge"),
        ("POST", f"{one}/live", publish.bring, "publish"),
        ("POST", f"{one}/rebuild", publish.rebuild, "publish"),
    ]


def _asking(given: Given) -> list[Row]:
    releases = Releases(given)
    trying, exams, batches = Trying(given, releases), Exams(given, releases), Batches(given, releases)
    trial = r"/admin/trials/{id:\d{1,18}}"
    return [
        ("GET", "/admin/try", trying.page, "knowledge"),
        ("POST", "/admin/try", trying.act, "knowledge"),
        ("GET", "/admin/exam", exams.page, "knowledge"),
        ("POST", r"/admin/exam/{id:\d{1,18}}", exams.turn, "knowledge"),
        ("GET", "/admin/trials", batches.listing, "knowledge"),
        ("POST", "/admin/trials", batches.ask, "knowledge"),
        ("GET", trial, batches.page, "knowledge"),
        ("POST", trial, batches.again, "knowledge"),
    ]


def _unanswered(given: Given) -> list[Row]:
    reading = Reading(given)
    pages, year = Unanswered(given, reading), Year(given, reading)
    return [
        ("GET", "/admin/unanswered", pages.listing, "knowledge"),
        ("GET", "/admin/unanswered/year", year.page, "knowledge"),
        ("GET", "/admin/unanswered/year/export", year.export, "knowledge"),
        ("GET", r"/admin/unanswered/{id:\d{1,18}}", pages.one, "knowledge"),
        ("POST", r"/admin/unanswered/{id:\d{1,18}}", Acts(pages).act, "knowledge"),
    ]


def _safety(given: Given) -> list[Row]:
    findings, rules = Findings(given.engine, given.clock), RulePages(given.engine, given.clock, given.look)
    safety = Safety(given.engine, given.clock)
    one = r"/{conversation:\d{1,18}}/{id:\d{1,18}}"
    sort = "/admin/safety/{sort:patterns|protocols}"
    return [
        ("GET", "/admin/safety", safety.overview, "safety"),
        ("GET", "/admin/safety/detections", findings.listing, "safety"),
        ("POST", f"/admin/safety/detections{one}", findings.mark, "safety"),
        ("GET", "/admin/safety/missed", findings.silent, "safety"),
        ("POST", f"/admin/safety/missed{one}", findings.miss, "safety"),
        ("GET", "/admin/safety/marks", findings.export, "safety"),
        ("GET", sort, rules.listing, "safety"),
        ("GET", f"{sort}/{{key:[a-z0-9-]{{1,61}}}}", rules.editor, "safety"),
        ("POST", f"{sort}/{{key:[a-z0-9-]{{1,61}}}}", rules.act, "safety"),
    ]


def _keeping(given: Given) -> list[Row]:
    trail, families = TrailPages(given), Families(given)
    one = r"/admin/families/{conversation:\d{1,18}}"
    return [
        ("GET", "/admin/trail", trail.page, "account"),
        ("GET", "/admin/trail/export", trail.export, "account"),
        ("GET", "/admin/families", families.search, "account"),
        ("POST", "/admin/families", families.find, "account"),
        ("GET", one, families.page, "account"),
        ("POST", f"{one}/{{step:export|erase}}", families.act, "account"),
    ]


def _figures(given: Given) -> list[Row]:
    use, offices = UsePages(given), OfficePages(given)
    return [
        ("GET", "/admin/figures", use.page, "numbers"),
        ("GET", "/admin/figures/export", use.export, "numbers"),
        ("GET", "/admin/figures/reported", offices.page, "numbers"),
        ("POST", "/admin/figures/reported", offices.save, "numbers"),
    ]


def _health(given: Given) -> list[Row]:
    health = HealthPages(given)
    return [
        ("GET", "/admin/health", health.page, "account"),
        ("POST", "/admin/health/quota", health.quota, "account"),
    ]


def _menu(given: Given) -> list[Row]:
    menu = MenuPages(given)
    return [
        ("GET", "/admin/menu", menu.page, "account"),
        ("POST", "/admin/menu", menu.act, "account"),
        ("POST", "/admin/menu/send", menu.send, "account"),
        ("POST", "/admin/menu/look", menu.look, "account"),
    ]


def _words(given: Given) -> list[Row]:
    words, consent = WordPages(given), ConsentPages(given)
    one = r"/admin/words/{key:[a-z_.-]{1,60}}"
    return [
        ("GET", "/admin/words", words.listing, "account"),
        ("GET", one, words.editor, "account"),
        ("POST", one, words.act, "account"),
        ("POST", f"{one}/check", words.check, "account"),
        ("GET", "/admin/consent", consent.page, "account"),
        ("POST", "/admin/consent", consent.save, "account"),
        ("POST", "/admin/consent/check", consent.check, "account"),
    ]


def _limits(given: Given) -> list[Row]:
    limits = LimitPages(given)
    return [
        ("GET", "/admin/limits", limits.page, "account"),
        ("POST", "/admin/limits", limits.act, "account"),
    ]


def _digest(given: Given) -> list[Row]:
    pages = DigestPages(given)
    one = r"/admin/digest/{week:\d{4}-\d\d-\d\d}"
    steps = "{step:" + "|".join(step.value for step in DIGEST_STEPS) + "}"
    return [
        ("GET", "/admin/digest", pages.listing, "knowledge"),
        ("GET", one, pages.page, "knowledge"),
        ("POST", one, pages.save, "knowledge"),
        ("POST", f"{one}/check", pages.check, "knowledge"),
        ("POST", f"{one}/approve", pages.approve, "publish"),
        ("POST", f"{one}/{steps}", pages.step, "knowledge"),
    ]


def _demands(given: Given) -> list[Row]:
    pages, filling, listed, one = DemandPages(given), Filling(given), UnitList(given), UnitPages(given)
    unit = r"/admin/units/{id:\d{1,18}}"
    return [
        ("GET", "/admin/demands", pages.page, "numbers"),
        ("GET", "/admin/demands/export", pages.export, "numbers"),
        ("GET", "/admin/demands/form", filling.form, "numbers"),
        ("GET", "/admin/demands/fill", filling.page, "numbers"),
        ("POST", "/admin/demands/fill", filling.bring, "numbers"),
        ("GET", "/admin/units", listed.page, "numbers"),
        ("POST", "/admin/units", listed.add, "numbers"),
        ("GET", unit, one.page, "numbers"),
        ("POST", unit, one.save, "numbers"),
        ("POST", f"{unit}/{{step:rename|close|open}}", one.change, "numbers"),
    ]
