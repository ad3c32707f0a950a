"""The content folder <-> a library: every file read strictly, every fault at once, and written in one fixed form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from knowledge import entry_files, paraphrase_files, records, region_file, taxonomy_file, yaml_text
from knowledge.faults import ContentError, Fault
from knowledge.model import Activity, Duty, Entry, Library, Listing, Region, Source, Taxonomy
from knowledge.yaml_text import Line

__all__ = ["CONTENT", "ContentError", "Fault", "dump", "load", "load_taxonomy"]

CONTENT = Path(__file__).parent / "content"
SOURCES = "sources.yaml"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# Written even where they say nothing: that a number or an hour is not known is itself said.
_ALWAYS: Mapping[type, tuple[str, ...]] = {Listing: ("phone", "hours", "verified")}


class _Record(Protocol):
    @property
    def id(self) -> str: ...


class _Placed(_Record, Protocol):
    @property
    def region(self) -> str: ...


R = TypeVar("R", bound=_Record)
P = TypeVar("P", bound=_Placed)


def load(root: Path = CONTENT) -> Library:
    """Read the library from its folder.

    Raises:
        ContentError: with every fault of every file, none of which may be there.
    """
    faults: list[Fault] = []
    taxonomy = _taxonomy(root, faults)
    library = Library(
        taxonomy=taxonomy or Taxonomy({}, {}, {}, {}),
        entries=_entries(root, faults),
        listings=_by_region(root, "listings", Listing, faults),
        activities=_by_region(root, "activities", Activity, faults),
        duties=_by_region(root, "duties", Duty, faults),
        sources=_records(root, root / SOURCES, Source, faults, {}),
        regions=_regions(root, faults),
        paraphrases=_paraphrases(root, faults),
    )
    if faults:
        raise ContentError(faults)
    return library


def load_taxonomy(root: Path = CONTENT) -> Taxonomy:
    """Read the taxonomy alone.

    Raises:
        ContentError: with every fault of its file.
    """
    faults: list[Fault] = []
    taxonomy = _taxonomy(root, faults)
    if taxonomy is None:
        raise ContentError(faults)
    return taxonomy


def dump(library: Library, root: Path) -> None:
    """Write the library so that `load` gives it back; the folder then holds these files and no other ones of ours.

    Comments in YAML files are not part of the library and are not kept, but a taxonomy file that already says the
    same is left as it is. Anything else in the folder, such as `exam`, stays.

    Raises:
        ValueError: when an id, a topic or a region cannot be the name of a file.
    """
    files = _written(library)
    if _taxonomy(root, []) == library.taxonomy:
        del files[taxonomy_file.FILE]
    for stale in set(_ours(root)) - {root / name for name in files}:
        if stale.name != taxonomy_file.FILE:
            stale.unlink()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _ours(root: Path) -> Iterator[Path]:
    """The files that hold a library in this folder."""
    yield from sorted(root.glob("entries/*/*.md"))
    for folder in ("listings", "activities", "duties", "paraphrases"):
        yield from sorted(root.glob(f"{folder}/*.yaml"))
    yield from (path for name in (SOURCES, region_file.FILE, taxonomy_file.FILE) if (path := root / name).exists())


def _written(library: Library) -> dict[str, str]:
    files = {taxonomy_file.FILE: taxonomy_file.write(library.taxonomy)}
    for entry in library.entries.values():
        files[f"entries/{_slug(*entry.topics[:1])}/{_slug(entry.id)}.md"] = entry_files.write(entry)
    files |= _regional("listings", library.listings.values())
    files |= _regional("activities", library.activities.values())
    files |= _regional("duties", library.duties.values())
    for topic, text in paraphrase_files.write(library).items():
        files[f"paraphrases/{_slug(topic)}.yaml"] = text
    files[SOURCES] = yaml_text.write_list(map(_fields, library.sources.values()))
    files[region_file.FILE] = region_file.write(library.regions.values())
    return files


def _regional(folder: str, things: Iterable[_Placed]) -> dict[str, str]:
    regions: dict[str, list[_Placed]] = {}
    for thing in things:
        regions.setdefault(thing.region, []).append(thing)
    return {
        f"{folder}/{_slug(name)}.yaml": yaml_text.write_list(map(_fields, group)) for name, group in regions.items()
    }


def _slug(name: str = "") -> str:
    """Let nothing but a slug become part of a path."""
    if not SLUG.fullmatch(name):
        raise ValueError(f"not a slug: {name!r}")
    return name


def _fields(record: _Record) -> dict[str, object]:
    fields: dict[str, object] = dict.fromkeys(_ALWAYS.get(type(record), ())) | records.encode(record)
    ordered = {name: fields[name] for name in records.names(type(record)) if name in fields}
    for name, value in ordered.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            ordered[name] = [Line(item) for item in value]
        elif isinstance(value, dict):
            ordered[name] = Line(value)
    return ordered


def _text(root: Path, path: Path, faults: list[Fault]) -> str | None:
    name = path.relative_to(root).as_posix()
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.append(Fault(name, "没有这个文件", "补上它"))
    except UnicodeDecodeError:
        faults.append(Fault(name, "不是 UTF-8 编码", "用 UTF-8 另存"))
    return None


def _taxonomy(root: Path, faults: list[Fault]) -> Taxonomy | None:
    text = _text(root, root / taxonomy_file.FILE, faults)
    return _kept(taxonomy_file.read(text), faults) if text is not None else None


def _regions(root: Path, faults: list[Fault]) -> Mapping[str, Region]:
    text = _text(root, root / region_file.FILE, faults)
    return _kept(region_file.read(text), faults) if text is not None else {}


T = TypeVar("T")


def _kept(result: tuple[T, list[Fault]], faults: list[Fault]) -> T:
    faults.extend(result[1])
    return result[0]


def _paraphrases(root: Path, faults: list[Fault]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(root.glob("paraphrases/*.yaml")):
        file = path.relative_to(root).as_posix()
        text = _text(root, path, faults)
        for name, lines in (_kept(paraphrase_files.read(text, file), faults) if text is not None else {}).items():
            if name in found:
                faults.append(Fault(file, f"{name} 在别的文件里已有", "合到一处"))
            found[name] = lines
    return found


def _entries(root: Path, faults: list[Fault]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for path in sorted(root.glob("entries/*/*.md")):
        file = path.relative_to(root).as_posix()
        text = _text(root, path, faults)
        entry = _kept(entry_files.read(text, file), faults) if text is not None else None
        if entry is None:
            continue
        if entry.id != path.stem:
            faults.append(Fault(file, f"id 是 {entry.id}，和文件名不一样", "让 id 和文件名一样"))
        if entry.topics[:1] != (path.parent.name,):
            faults.append(Fault(file, f"放在 {path.parent.name}，和第一个主题不一样", "移到第一个主题的文件夹"))
        _add(found, entry, file, faults)
    return found


def _by_region(root: Path, folder: str, kind: type[P], faults: list[Fault]) -> dict[str, P]:
    found: dict[str, P] = {}
    for path in sorted(root.glob(f"{folder}/*.yaml")):
        file = path.relative_to(root).as_posix()
        faults += [
            Fault(file, f"{thing.id} 的 region 是 {thing.region}", f"移到 {folder}/{thing.region}.yaml")
            for thing in _records(root, path, kind, faults, found).values()
            if thing.region != path.stem
        ]
    return found


def _records(root: Path, path: Path, kind: type[R], faults: list[Fault], found: dict[str, R]) -> dict[str, R]:
    """Read a list of records into `found`, and give those of this file."""
    file = path.relative_to(root).as_posix()
    text = _text(root, path, faults)
    value = _kept(yaml_text.read(text, file), faults) if text is not None else None
    if value is not None and not isinstance(value, list):
        faults.append(Fault(file, "不是列表", "每一项以 “- id: ” 开头"))
        return {}
    own: dict[str, R] = {}
    for number, item in enumerate(value or [], 1):
        record, wrongs = records.decode(kind, item)
        name = item.get("id") if isinstance(item, dict) else None
        faults.extend(Fault(file, f"{name or f'第 {number} 项'}：{wrong.what}", wrong.mend) for wrong in wrongs)
        if record is not None and _add(found, record, file, faults):
            own[record.id] = record
    return own


def _add(found: dict[str, R], record: R, file: str, faults: list[Fault]) -> bool:
    if record.id in found:
        faults.append(Fault(file, f"id {record.id} 前面已有", "改一个，或删去重复的"))
        return False
    found[record.id] = record
    return True
