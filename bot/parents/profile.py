"""What we keep of a parent so that they need not say it twice: place, the child's stage, the family's shape, consent.

Never a name, a phone number or a school: what is not kept cannot leak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from knowledge.calendar import CHINA
from knowledge.model import Taxonomy
from knowledge.regions import RegionTree


@dataclass(frozen=True, slots=True)
class Profile:
    """Ids of the taxonomy and the region tree; None means that the parent has not told."""

    region: str | None = None
    stage: str | None = None
    family: str | None = None
    consent_version: str | None = None
    consent_at: datetime | None = None
    station: str | None = None  # the slug of the station whose code was scanned

    def describe(self, tree: RegionTree, taxonomy: Taxonomy) -> tuple[tuple[str, str], ...]:
        """Give what is kept as pairs of label and value, for 我的资料; what is unknown is left out."""
        stage = taxonomy.stages.get(self.stage or "")
        rows = (
            ("地区", tree.name(self.region) if self.region else ""),
            ("孩子", stage.name if stage else ""),
            ("家庭", taxonomy.families.get(self.family or "", "")),
            ("找老师时", "先找您扫过码的那一站" if self.station else ""),
            ("隐私说明", self._consent()),
        )
        return tuple((label, value) for label, value in rows if value)

    def learn(self, *, region: str | None = None, stage: str | None = None, family: str | None = None) -> Profile:
        """Take what was newly told; what was not told stays."""
        return replace(self, region=region or self.region, stage=stage or self.stage, family=family or self.family)

    def agree(self, version: str, at: datetime) -> Profile:
        """Record that the parent agreed to this version of the notice; the first time counts."""
        if self.consent_version == version:
            return self
        return replace(self, consent_version=version, consent_at=at)

    def to_json(self) -> dict[str, str]:
        """Give plain JSON values of what is known; `from_json` reads them back."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        known["consent_at"] = self.consent_at.isoformat() if self.consent_at else None
        return {name: value for name, value in known.items() if value}

    @classmethod
    def from_json(cls, raw: object) -> Profile:
        """Read a profile; what is missing or misshapen counts as not told, what is unknown is ignored."""
        if not isinstance(raw, Mapping):
            return cls()
        at = _moment(raw.get("consent_at"))
        return cls(
            region=_text(raw.get("region")),
            stage=_text(raw.get("stage")),
            family=_text(raw.get("family")),
            station=_text(raw.get("station")),
            consent_version=_text(raw.get("consent_version")) if at else None,
            consent_at=at,
        )

    def _consent(self) -> str:
        if self.consent_at is None:
            return ""
        return f"{self.consent_at.astimezone(CHINA).date().isoformat()} 已同意（{self.consent_version} 版）"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> datetime | None:
    """Read an ISO moment with its zone."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
