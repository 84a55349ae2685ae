"""A question put to the published evidence, decided before its figures are pooled."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from steget_eval.core.fingerprint import fingerprint_json
from steget_eval.core.yaml import load_model, read_yaml
from steget_eval.protocol.base import Id, Part, Text
from steget_eval.protocol.protocol import Protocol
from steget_eval.protocol.yaml import load_protocol


class OnlyKinds(Part):
    """Which kinds of study a pool takes, in the library's own words.

    Attributes
    ----------
    country, population, programme, comparator
        Any of these; empty takes every one.
    fidelity_at_least
        Least share of the fidelity scale's maximum, so that 100 of 125 is 0.8.
    """

    country: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    comparator: tuple[str, ...] = ()
    fidelity_at_least: float | None = Field(default=None, gt=0, le=1)


class Pool(Part):
    """Which published lines are pooled together.

    Attributes
    ----------
    months, minimum_dose
        The window and the dose of the lines; an empty dose is one that was not stated, None takes every dose.
    only
        Countries, populations, programmes, comparators and fidelity that are taken; without it every one.
    mixed
        Pool windows and doses that differ; every figure then says so.
    """

    id: Id
    label: Text
    months: int | None = Field(default=None, gt=0)
    minimum_dose: str | None = None
    only: OnlyKinds | None = None
    mixed: bool = False

    @model_validator(mode="after")
    def _says_what_it_pools(self) -> Pool:
        if self.months is None and not self.mixed:
            raise ValueError("months is needed, or mixed: true, which pools windows that differ and says so")
        return self


class Borrow(Part):
    """How much of the published control arms is borrowed.

    Attributes
    ----------
    power
        What each published person is worth of one's own, 0 to 1.
    informative
        Probability, before one's own figures, that one's own comparison is like the published ones.
    tau_scale
        How far arms may differ, on the logit.
    """

    power: float = Field(ge=0, le=1)
    informative: float = Field(ge=0, le=1)
    tau_scale: float = Field(default=1.0, gt=0)


class PublishedMeans(Part):
    """The published features of one study's control arm, for a matching-adjusted comparison.

    Attributes
    ----------
    study
        Its id in the library; the arm is that of the same pool.
    means
        Covariate of the programme's protocol to the published mean; a share for yes or no.
    """

    study: str
    means: dict[Id, float] = Field(min_length=1)


class Beside(Part):
    """The programme that is put beside the evidence.

    Attributes
    ----------
    protocol, records
        Paths, relative to the file that names them.
    estimand
        The programme's estimand that asks what the evidence asks.
    pool
        The pool that it is put beside.
    minimum_dose
        The least that counts as the outcome in the programme, in the library's words.
    because
        Why it may stand beside studies of another dose or window; needed where they differ.
    """

    protocol: str
    records: str
    estimand: Id
    pool: Id
    minimum_dose: str = ""
    because: Text | None = None
    borrow: Borrow | None = None
    published: PublishedMeans | None = None


class EvidenceProtocol(Part):
    """What is asked of the published evidence.

    Attributes
    ----------
    outcome
        The outcome's code in the library.
    primary
        The pool that heads the report.
    explored
        The pool whose heterogeneity is looked into: subgroups, features, small studies, single studies.
    features
        Features of the studies that the effect is regressed on.
    subgroup
        What the studies of the explored pool are divided by. Of countries, populations, programmes and comparators
        those with a single study are one part together.
    """

    schema_version: Literal[1]
    kind: Literal["evidence"]
    id: Id
    title: Text
    decided_on: date
    question: Text
    outcome: Id
    outcome_label: Text
    measure: Literal["risk_ratio", "odds_ratio", "risk_difference"] = "risk_ratio"
    pools: tuple[Pool, ...] = Field(min_length=1)
    primary: Id
    explored: Id
    features: tuple[Literal["months", "year"], ...] = ()
    subgroup: Literal["counts", "window", "country", "population", "programme", "comparator", "fidelity"] | None = None
    beside: Beside | None = None
    limits: tuple[Text, ...] = ()
    confidence_level: float = Field(default=0.95, gt=0.5, lt=1)
    _folder: Path | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _names_pools_that_exist(self) -> EvidenceProtocol:
        ids = [pool.id for pool in self.pools]
        if len(set(ids)) < len(ids):
            raise ValueError("pools: an id stands more than once")
        asked = {"primary": self.primary, "explored": self.explored}
        asked |= {"beside.pool": self.beside.pool} if self.beside else {}
        for name, pool in asked.items():
            if pool not in ids:
                raise ValueError(f"{name} is {pool!r}; allowed: {', '.join(ids)}")
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of every decision, defaults included, whatever the file looked like."""
        return fingerprint_json(self.model_dump(mode="json"))

    def pool(self, pool_id: str) -> Pool:
        """Return the pool of that id; raises `KeyError` where there is none."""
        return {pool.id: pool for pool in self.pools}[pool_id]

    def programme(self) -> Protocol | None:
        """Return the protocol of the programme that stands beside; None where there is none."""
        return load_protocol(self._place(self.beside.protocol)) if self.beside else None

    def programme_records(self) -> Path | None:
        """Return where the programme's records lie; None where there is no programme."""
        return self._place(self.beside.records) if self.beside else None

    def read_from(self, folder: Path) -> EvidenceProtocol:
        """Return the same decisions, knowing from which folder its paths run."""
        copy = self.model_copy()
        copy._folder = folder
        return copy

    def _place(self, path: str) -> Path:
        return (self._folder or Path()) / path


def load_evidence(path: str | Path) -> EvidenceProtocol:
    """Return the question to the evidence in a YAML file.

    Raises
    ------
    SpecError
        With one line for every fault: file, path inside it, what was found, what is allowed.
    """
    file = Path(path)
    return load_model(file, EvidenceProtocol).read_from(file.parent)


def asks_evidence(path: Path) -> bool:
    """Tell whether a YAML file is a question to the evidence, not a programme's protocol."""
    # Asked of every job of a batch: a file without the word need not be parsed for it.
    if path.is_file() and b"evidence" not in path.read_bytes():
        return False
    return read_yaml(path).get("kind") == "evidence"


def files_beside(path: Path) -> tuple[Path, ...]:
    """Return the further inputs that a protocol's file names: a programme's protocol and its records."""
    if not asks_evidence(path):
        return ()
    asked = load_evidence(path)
    if asked.beside is None:
        return ()
    return (asked._place(asked.beside.protocol), asked._place(asked.beside.records))
