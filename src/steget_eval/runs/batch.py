"""Reads a batch file, or refuses it with file, path, what was found and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, model_validator

from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.core.yaml import load_model, refusal
from steget_eval.runs.grid import ID, GridError, as_json, combinations, fill, id_of
from steget_eval.runs.job import INPUT_PARAMETERS, Hooks, Job

#: An identifier that can be the name of a folder.
Id = Annotated[str, Field(pattern=ID, max_length=60)]
#: A value as YAML says it; a date becomes its text in ISO 8601, for what it is, the notebook declares.
Value = Annotated[JsonValue, BeforeValidator(as_json)]


class BatchPart(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(BatchPart):
    """A sentence in both languages."""

    sv: str = Field(min_length=1)
    en: str = Field(min_length=1)


class JobEntry(BatchPart):
    """One job as a person writes it, or with `over` and `each` a pattern of many.

    Attributes
    ----------
    id
        With `over` or `each` a pattern such as ``{site}_{months}``, which must give every job another id.
    over
        Names with lists of values: every combination is a job.
    each
        A list of mappings: each is a job, with `over` every combination of each.
    notebook
        The name of a shipped notebook, or a path that ends in ``.ipynb``, relative to the batch file.
    protocol, records
        Paths relative to the batch file.
    optional
        How to get records that need not be there; without it absent records are refused.
    site
        Where the programme is run, as the index shows it; without it the value named ``site`` of `over` or `each`.
    timeout_seconds, memory_mib
        How long the job may take, and what its kernel may add to the memory it starts with; 0 for no limit of its own.
    """

    id: str = Field(min_length=1)
    over: dict[str, Annotated[tuple[Value, ...], Field(min_length=1)]] = {}
    each: tuple[dict[str, Value], ...] = ()
    notebook: str = Field(min_length=1)
    protocol: str = Field(min_length=1)
    records: str = Field(min_length=1)
    optional: Words | None = None
    parameters: dict[str, Value] = {}
    site: str = ""
    timeout_seconds: float = Field(default=0.0, ge=0)
    memory_mib: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _inputs_stand_once(self) -> JobEntry:
        twice = [name for name in INPUT_PARAMETERS if name in self.parameters]
        if twice:
            raise ValueError(f"parameters.{twice[0]} belongs one level up, as the job's own key {twice[0]}")
        return self


class BatchFile(BatchPart):
    """What a batch file says."""

    schema_version: Literal[1]
    id: Id
    jobs: tuple[JobEntry, ...] = Field(min_length=1)
    languages: tuple[Literal["sv", "en"], ...] = Field(default=("sv", "en"), min_length=1)

    @model_validator(mode="after")
    def _stand_once(self) -> BatchFile:
        twice = sorted({one for one in self.languages if self.languages.count(one) > 1})
        if twice:
            raise ValueError(f"languages: {twice[0]!r} stands more than once")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Jobs that are run together, in their order."""

    id: str
    jobs: tuple[Job, ...]


def load_batch(path: str | Path, hooks: Hooks) -> Batch:
    """Return the batch in a YAML file, every job with the given hooks.

    Raises
    ------
    SpecError
        With one line for every fault.
    """
    file = Path(path)
    written = load_model(file, BatchFile)
    base = file.resolve().parent
    jobs: list[Job] = []
    for number, entry in enumerate(written.jobs):
        try:
            jobs += [_job(one, base, written.languages, hooks) for one in _spread(entry)]
        except GridError as error:
            raise SpecError(f"{file}: jobs[{number}]{error}") from None
        except ValidationError as error:
            raise SpecError(refusal(file, error, JobEntry)) from None
    ids = [job.id for job in jobs]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise SpecError(f"{file}: jobs: the id {twice[0]!r} stands more than once")
    return Batch(id=written.id, jobs=tuple(jobs))


def notebook_path(name: str, base: Path) -> Path:
    """Return where a notebook lies: a shipped one by name, any other by its path from `base`."""
    return base / name if name.endswith(".ipynb") else shipped("notebooks") / f"{name}.ipynb"


def _spread(entry: JobEntry) -> list[JobEntry]:
    """Return the entries that a pattern stands for, every placeholder filled."""
    said: dict[str, Any] = entry.model_dump(exclude={"over", "each"})
    spread = []
    for values in combinations(entry.over, entry.each):
        filled = {name: fill(value, values, name) for name, value in said.items()}
        site = filled["site"] or str(values.get("site", ""))
        spread.append(JobEntry.model_validate({**filled, "id": id_of(entry.id, values), "site": site}))
    return spread


def _job(entry: JobEntry, base: Path, languages: tuple[str, ...], hooks: Hooks) -> Job:
    return Job(
        id=entry.id,
        notebook=notebook_path(entry.notebook, base),
        base=base,
        protocol=entry.protocol,
        records=entry.records,
        hooks=hooks,
        languages=languages,
        optional=entry.optional.model_dump() if entry.optional else {},
        parameters=entry.parameters,
        site=entry.site,
        timeout_seconds=entry.timeout_seconds,
        memory_mib=entry.memory_mib,
    )
