"""A job: one notebook with its inputs, and the dotted names of what surrounds its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

#: Parameters of a notebook that the job's own inputs fill; nothing else may.
INPUT_PARAMETERS = ("protocol", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Dotted names, ``package.module:function``, of what this room does not know.

    Attributes
    ----------
    inputs
        ``(protocol, records) -> dict[str, str]``: fingerprints of what the files say, and the seed; raises
        `InputError` where they cannot be used.
    check
        ``(notebook) -> None``: raises `StegetError` where an executed notebook is no report.
    write
        ``(notebook, folder, *, languages) -> None``: writes the pages and ``estimates.csv``.
    headline
        ``(notebook) -> Mapping``: strict JSON that the index shows of the report.
    trace
        ``(notebook) -> list``: for every piece of the report its id, kind (``table``, ``figure``, ``text``), the
        function that made it and its data; empty where pieces are not told apart.
    beside
        ``(protocol) -> tuple[Path, ...]``: further files and folders that a protocol names as inputs; empty where
        none can.
    suits
        ``(notebook, protocol) -> None``: raises `InputError` where the notebook cannot tell what the protocol asks;
        empty where every notebook can.
    prepare
        ``(output, *, languages) -> None``: does of `write` what one output allows, while the notebook still runs;
        empty where nothing is worth it.
    """

    inputs: str
    check: str
    write: str
    headline: str
    trace: str = ""
    prepare: str = ""
    beside: str = ""
    suits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One report to be made.

    Attributes
    ----------
    base
        The folder that `protocol` and `records` are relative to; the notebook runs in it, so that the record of a
        run tells the paths as they were written and not where somebody's home lies.
    protocol, records
        As the person wrote them.
    optional
        Language to sentence, for records that need not be there; empty where they must.
    parameters
        Further parameters of the notebook, JSON values.
    site
        Where the programme is run, for the index; it is no reason to run again.
    timeout_seconds
        After which the job is given up; 0 for what the run allows.
    memory_mib
        What its kernel may add to the memory it starts with; 0 for no limit.
    """

    id: str
    notebook: Path
    base: Path
    protocol: str
    records: str
    hooks: Hooks
    languages: tuple[str, ...] = ("sv", "en")
    optional: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    site: str = ""
    timeout_seconds: float = 0.0
    memory_mib: int = 0

    @property
    def protocol_path(self) -> Path:
        """Where the protocol lies."""
        return self.base / self.protocol

    @property
    def records_path(self) -> Path:
        """Where the records lie."""
        return self.base / self.records

    @property
    def all_parameters(self) -> dict[str, Any]:
        """What the notebook is given: the inputs as written, then the further parameters."""
        return {"protocol": self.protocol, "records": self.records, **self.parameters}

    @property
    def promised(self) -> tuple[str, ...]:
        """The artefacts without which a report folder is not whole."""
        pages = tuple(f"report.{language}.html" for language in self.languages)
        return (*pages, "report.ipynb", "estimates.csv", "headline.json")

    def to_json(self) -> dict[str, Any]:
        """Return the job as JSON values, for a worker in another process."""
        paths = {"notebook": str(self.notebook), "base": str(self.base)}
        return asdict(self) | paths | {"languages": list(self.languages)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Job:
        """Return the job that `to_json` told of."""
        typed = {
            "notebook": Path(value["notebook"]),
            "base": Path(value["base"]),
            "hooks": Hooks(**value["hooks"]),
            "languages": tuple(value["languages"]),
        }
        return cls(**{**value, **typed})


def resolve(dotted: str) -> Callable[..., Any]:
    """Return the function behind ``package.module:function``."""
    module, _, name = dotted.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
