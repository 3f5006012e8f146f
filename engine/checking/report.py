"""The outcome of a self-test: as JSON, as it is remembered, and in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from engine.checking.file_facts import FileFacts
from engine.checking.knowledge import KIND_ACCURACY, WORKING_ACCURACY, Knowledge, Polarity, Verdict
from engine.checking.known_pairs import KnownPhotos
from engine.scoring.base import ModelInfo
from engine.types import Role

SCHEMA = 1
CHECK_VERSION = "check-1"  # change it whenever the same file could get another verdict


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that a self-test found. `knowledge` is None when the network could not even be asked."""

    file: str | None  # None for rules, which have no file
    sha256: str | None
    name: str  # of the model, as its status shows it
    version: str  # of preprocessing and method
    facts: FileFacts | None
    device: str | None
    runtime: str | None
    load_seconds: float | None
    ms_per_photo: float | None
    photos_from: str
    knowledge: Knowledge | None
    verdict: Verdict
    notes: tuple[str, ...] = ()

    @property
    def warning(self) -> str | None:
        """The verdict, when it is one that has to stand at the model's name."""
        return self.verdict.value if self.verdict.is_warning else None

    @property
    def at_name(self) -> str | None:
        """What stands at the model's name from now on, if anything."""
        return warning_at_name(self.verdict)


def warning_at_name(verdict: Verdict) -> str | None:
    """Return what stands at the name of a model with that verdict; None when it works."""
    return f"self-test: {verdict.value}" if verdict.is_warning else None


def report_of_answers(info: ModelInfo, known: KnownPhotos, knowledge: Knowledge) -> CheckReport:
    """Return what answers on known pairs prove of a model in use; its file was not looked into."""
    return CheckReport(
        file=info.checkpoint,
        sha256=info.sha256,
        name=info.name,
        version=info.version,
        facts=None,
        device=info.device,
        runtime=info.runtime,
        load_seconds=None,
        ms_per_photo=None,
        photos_from=known.source,
        knowledge=knowledge,
        verdict=knowledge.verdict,
        notes=(known.lacking,) if known.lacking else (),
    )


def check_key(version: str) -> str:
    """Return the method version under which a check of a model is remembered."""
    return f"{CHECK_VERSION}/{version}"


def as_json(report: CheckReport) -> dict[str, Any]:
    """Return the report as `models check --json` writes it and the library keeps it."""
    return {"schema": SCHEMA, **asdict(report)}


def remembered_verdict(document: dict[str, Any] | None) -> Verdict | None:
    """Return the verdict of a remembered report; None when there is none that this version knows."""
    found = (document or {}).get("verdict")
    return next((verdict for verdict in Verdict if verdict.value == found), None)


def remembered_polarity(document: dict[str, Any] | None) -> Polarity | None:
    """Return the polarity of a remembered report; None when it holds none that this version knows."""
    knowledge = (document or {}).get("knowledge")
    found = knowledge.get("polarity") if isinstance(knowledge, dict) else None
    return next((polarity for polarity in Polarity if polarity.value == found), None)


def rows(report: CheckReport) -> list[tuple[str, str]]:
    """Return the report as (figure, value), for the terminal and the panel."""
    found = [("verdict", report.verdict.value), ("model", report.name)]
    if report.file is not None:
        found += [("file", PurePath(report.file).name), ("SHA-256", report.sha256 or "")]
    found += _fact_rows(report.facts) if report.facts else []
    found += _run_rows(report)
    found += _knowledge_rows(report) if report.knowledge else []
    return found + [("note", note) for note in report.notes]


def _fact_rows(facts: FileFacts) -> list[tuple[str, str]]:
    found = [
        ("format", facts.format),
        ("architecture", facts.architecture),
        ("preprocessing", facts.preprocessing),
    ]
    if facts.parameters is not None:
        found.insert(2, ("parameters", f"{facts.parameters:,}"))
    if facts.epoch is not None:
        found.append(("epoch", str(facts.epoch)))
    return found + [(f"{name} in the file", f"{value:.4g}") for name, value in facts.validation.items()]


def _run_rows(report: CheckReport) -> list[tuple[str, str]]:
    place = f"{report.device} ({report.runtime})" if report.runtime else report.device
    found = [("device", place)] if place else []
    if report.load_seconds is not None:
        found.append(("load time", f"{report.load_seconds:.2f} s"))
    if report.ms_per_photo is not None:
        found.append(("per photo", f"{report.ms_per_photo:.0f} ms"))
    return found


def _knowledge_rows(report: CheckReport) -> list[tuple[str, str]]:
    known = report.knowledge
    assert known is not None
    asked = "known faces" if report.facts and report.facts.role is Role.PORTRAIT else "known pairs"
    found = [
        (f"{asked} right", accuracy_text(known)),
        ("asked for", f"{WORKING_ACCURACY:.0%} of all and {KIND_ACCURACY:.0%} of each kind"),
        ("by kind", ", ".join(f"{kind} {share:.0%}" for kind, share in known.by_kind.items())),
        (f"{asked} of", f"{known.photos} photos ({report.photos_from})"),
    ]
    if known.order_bias is not None:
        found.append(("answers that flip with the order", f"{known.order_bias:.0%}"))
    if known.polarity is not None:
        found.append(("class 1 means", _POLARITY_WORDS[known.polarity]))
    return found


_POLARITY_WORDS = {
    Polarity.FIRST: "first photo better",
    Polarity.SECOND: "second photo better",
    Polarity.UNKNOWN: "cannot be told from known pairs",
}


def accuracy_text(known: Knowledge) -> str:
    """Return such as "96.0% (121 of 126; 95% interval 91.0 to 98.3)"."""
    interval = f"95% interval {known.low * 100:.1f} to {known.high * 100:.1f}"
    return f"{known.accuracy * 100:.1f}% ({known.right} of {known.pairs}; {interval})"
