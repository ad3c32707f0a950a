"""The tables of docs/library.md, from the content itself; `make docs` writes them with the other generated parts."""

from __future__ import annotations

from collections import Counter
from functools import cache

from knowledge import exam, files, outline, tally
from knowledge.model import Library
from tests.docs_tables import table


@cache
def _library() -> Library:
    return files.load()


def counts() -> str:
    """Write how much there is of everything."""
    library, questions = _library(), exam.load(files.CONTENT / exam.FOLDER)
    intents = tally.by_intent(library)
    held = [
        ("entries", len(library.entries)),
        *((f"entries, intent {intent}", number) for intent, number in intents.items()),
        ("entries read by a second reader", sum(entry.reviewed is not None for entry in library.entries.values())),
        ("wordings", sum(len(entry.wordings) for entry in library.entries.values())),
        ("paraphrases, for the search alone", sum(map(len, library.paraphrases.values()))),
        ("listings", len(library.listings)),
        ("activities", len(library.activities)),
        ("duties", len(library.duties)),
        ("sources", len(library.sources)),
        ("exam questions", len(questions)),
        (
            "exam questions with the entries or listings that answer them",
            sum(bool(q.entries or q.listings) for q in questions),
        ),
        ("exam questions outside the library", sum(not q.inside for q in questions)),
    ]
    return table(("what", "number"), [(what, str(number)) for what, number in held])


def topics() -> str:
    """Write topics by stages; an entry for all ages counts at each; a dot where the topic does not occur."""
    library = _library()
    totals = tally.by_topic(library)
    stages = library.taxonomy.stages.values()
    rows = [
        (
            f"{library.taxonomy.topics[topic].name} `{topic}`",
            *("·" if number is None else str(number) for number in row.values()),
            str(totals[topic]),
        )
        for topic, row in tally.by_stage(library).items()
    ]
    head = ("topic", *(f"{stage.name} {stage.first}–{stage.last}" for stage in stages), "entries")
    return table(head, rows)


def families() -> str:
    """Write how many entries are special to each kind of family."""
    library = _library()
    rows = [
        (f"{library.taxonomy.families[family]} `{family}`", str(number))
        for family, number in tally.by_family(library).items()
    ]
    return table(("family", "entries"), rows)


def regions() -> str:
    """Write what there is for each region."""
    library = _library()
    kinds = {
        "entries": Counter(entry.region or "china" for entry in library.entries.values()),
        "listings": Counter(listing.region for listing in library.listings.values()),
        "activities": Counter(activity.region for activity in library.activities.values()),
        "duties": Counter(duty.region for duty in library.duties.values()),
    }
    held = sorted(
        {region for counter in kinds.values() for region in counter}, key=lambda region: (region != "china", region)
    )
    names = {region: library.regions[region].name for region in held}
    rows = [(f"{names[region]} `{region}`", *(str(counter[region]) for counter in kinds.values())) for region in held]
    return table(("region", *kinds), rows)


def points() -> str:
    """Write the outline's points with the entries that speak to them."""
    rows = [
        (point.band, point.about, ", ".join(f"`{name}`" for name in point.entries))
        for point in outline.load(files.CONTENT)
    ]
    return table(("band", "point", "entries"), rows)
