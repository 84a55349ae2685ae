"""Writes docs/reference/methods.md: every line of the catalogue with its page, witness and recovery case."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from steget_eval.core.catalogue import Method
from steget_eval.methods.catalogue import CATALOGUE

PAGE = Path(__file__).with_name("methods.md")
PAGES = PAGE.with_name("methods")
WITNESSES = PAGE.parents[2] / "tests" / "reference"
#: Which page explains a line that several of them mention, by kind and the room of its function.
BY_MODULE = {
    "single_arm": "one-arm", "clustered": "clusters", "site_permutation": "clusters", "joint": "one-arm",
    "longitudinal": "change", "transition": "change", "bounds": "change", "ordinal": "transitions",
    "pairwise": "transitions", "occupation": "time",
}  # fmt: skip
BY_KIND = {
    "binary": "binary", "amount": "amounts", "time_to_event": "time", "competing": "time", "longitudinal": "scales",
    "transition": "transitions",
}  # fmt: skip

HEAD = r"""# Methods

<!-- Written by `python docs/reference/build_methods.py`; a test says when it is out of date. -->

A caseworker can begin each page; a statistician can finish it. Every line of the catalogue
(`src/steget_eval/methods/catalogue.py`) names its function, its witness and its recovery case. The witness is a script
in R with its printed output, side by side in `tests/reference/`: more than NUMBERS numbers of SCRIPTS scripts.
Tolerance: $|x - r| \le \mathrm{tol}\cdot\max(|r|, 1)$ with $10^{-8}$ where the formula is closed and $10^{-6}$ where
something is iterated, Satterthwaite's degrees of freedom and entropy weights among it. What is looser than $10^{-6}$
says why beside the number, and a test holds it to that. How often the intervals hold the
truth: [operating characteristics](operating-characteristics.md), and of
[series and panels](operating-series.md).

Notation: $y$ outcome, $a$ arm (1 treated, 0 comparison), $x$ what was known at the index date, $n_k$ people and $x_k$
people with the event in arm $k$, $\hat p_k = x_k/n_k$, $z$ the normal quantile of the confidence level.

"""

FOOT = """
Published evidence is recomputed and pooled by the functions of `methods/evidence/`, which are not lines of the
catalogue, since no programme's protocol names them: [Evidence](evidence.md), [Synthesis](synthesis.md). Outcomes that
nobody saw: [Missing](missing.md).
"""


def page() -> str:
    """Return the page as it should be."""
    pages = sorted(path.stem for path in PAGES.glob("*.md"))
    toc = [
        "```{toctree}",
        ":maxdepth: 1",
        "",
        *(f"methods/{name}" for name in pages),
        "operating-characteristics",
        "operating-series",
        "```",
        "",
    ]
    rows = ["| line | kind | contrasts | witness | recovery |", "|---|---|---|---|---|", *map(_row, CATALOGUE)]
    outputs = sorted(WITNESSES.glob("*.txt"))
    thousands = sum(map(numbers, outputs)) // 1000
    head = HEAD.replace("NUMBERS", f"{thousands},000").replace("SCRIPTS", f"{len(outputs) // 10 * 10} and more")
    return head + "\n".join([*toc, *rows]) + "\n" + FOOT


def numbers(output: Path) -> int:
    """Return how many numbers a witness printed, those that name a case left out."""
    with output.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return sum(_is_number(value) for row in rows for name, value in row.items() if name not in {"case", "key"})


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def page_of(line: Method) -> str:
    """Return the name of the page that explains a line."""
    module = line.function.split(":")[0].rsplit(".", 1)[1]
    named = [path.stem for path in sorted(PAGES.glob("*.md")) if _named(line, path)]
    for wanted in (BY_MODULE.get(module), BY_KIND[line.kinds[0]]):
        if wanted in named:
            return wanted
    return named[0]


def _named(line: Method, path: Path) -> bool:
    return re.search(rf"`{line.name}`", path.read_text(encoding="utf-8")) is not None


def _row(line: Method) -> str:
    name = f"[`{line.name}`](methods/{page_of(line)}.md)"
    files = [f"`{Path(one).name}`" for one in (line.witness, line.recovery)]
    return f"| {name} | {', '.join(line.kinds)} | {', '.join(line.contrasts)} | {' | '.join(files)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
