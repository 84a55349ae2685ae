"""The report on a panel: words, what few may say, an interval that is refused, and the notebook that makes it."""

from __future__ import annotations

import json
import re
import runpy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from steget_eval import blocks, disclose, evaluate_panel, figures, load_protocol, read_records
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.protocol import Protocol
from steget_eval.reporting.block import Block
from steget_eval.reporting.figures.picture import Picture
from steget_eval.reporting.html import Page, page_html
from steget_eval.reporting.release_panel import PanelRelease
from steget_eval.reporting.text import LANGUAGES, forbidden_words
from steget_eval.study.prestudy_notebook import refuse_unsuited

PROGRAMMES = shipped("data", "programmes")
NOTEBOOK = shipped("notebooks", "municipality_panel.ipynb")
EXAMPLES = ("staggered_example", "interrupted_example")


def told(name: str) -> dict[str, Any]:
    return yaml.safe_load((PROGRAMMES / name / "protocol.yaml").read_text(encoding="utf-8"))


def release_of(name: str, protocol: Protocol | None = None) -> PanelRelease:
    decided = protocol or load_protocol(PROGRAMMES / name / "protocol.yaml")
    return disclose(evaluate_panel(decided, read_records(PROGRAMMES / name / "records")))


def made_of(release: PanelRelease) -> tuple[Block, ...]:
    source = "".join("".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])
    return tuple(getattr(blocks.panel, name)(release) for name in re.findall(r"blocks\.panel\.(\w+)", source))


def page_of(release: PanelRelease, language: Any) -> str:
    page = page_html(made_of(release), language, Page(made_on=date(2026, 11, 22)))
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL).split())


@pytest.fixture(scope="module", params=EXAMPLES)
def release(request: pytest.FixtureRequest) -> PanelRelease:
    return release_of(request.param)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_script_gives_the_committed_bytes(name: str, tmp_path: Path) -> None:
    script = runpy.run_path(str(PROGRAMMES / "build_panels.py"))
    assert set(script["SEEDS"]) == set(EXAMPLES)
    script["build"](name, tmp_path)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (PROGRAMMES / name / "records" / made.name).read_bytes()


def test_the_notebook_promises_every_piece_and_tells_that_it_is_for_panels(release: PanelRelease) -> None:
    steget = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["metadata"]["steget"]
    assert steget["for"] == "panel"
    assert steget["promises"] == [block.id for block in made_of(release)]


def test_a_panel_and_its_notebook_are_refused_apart() -> None:
    with pytest.raises(SpecError, match="the notebook municipality_panel does"):
        refuse_unsuited(shipped("notebooks", "effect_evaluation.ipynb"), PROGRAMMES / EXAMPLES[0] / "protocol.yaml")
    with pytest.raises(SpecError, match="municipality_panel tells of a panel"):
        refuse_unsuited(NOTEBOOK, PROGRAMMES / "ips_sydnarke" / "protocol.yaml")
    refuse_unsuited(NOTEBOOK, PROGRAMMES / EXAMPLES[0] / "protocol.yaml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_keep_to_the_words_of_their_design_and_tell_what_a_test_cannot_prove(release, language: Any) -> None:
    text = page_of(release, language)
    assert forbidden_words(text, release.protocol.design, language, is_ips=False) == ()
    proof = {"sv": "bevisar inte att trenderna var parallella", "en": "does not prove that the trends were parallel"}
    assert (proof[language] in text) == (release.protocol.design == "staggered")
    if release.protocol.design == "interrupted":
        lag = {"sv": "grannar upp till 3 perioder", "en": "neighbours up to 3 periods"}
        assert lag[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interval_that_few_cannot_carry_is_replaced_by_its_reason(language: Any) -> None:
    decided = told("staggered_example")
    kept = [unit for unit in decided["panel"]["units"] if unit.get("started_on") in {None, date(2020, 3, 1)}]
    decided["panel"]["units"] = [one for one in kept if one["id"] != "a"]
    decided["estimands"][0]["methods"] = ["group_time"]
    text = page_of(release_of("staggered_example", Protocol.model_validate(decided)), language)
    words = {"sv": "Inget intervall anges: färre än fyra som startat", "en": "No interval is told: fewer than four"}
    assert words[language] in text
    assert not re.search(r"95\s?% (?:CI|KI)", text)


def test_pictures_draw_at_both_widths_and_say_what_they_show(release: PanelRelease) -> None:
    shown = [child for block in made_of(release) for child in block.children if child.kind == "figure"]
    assert len(shown) == 2
    from steget_eval.reporting.figures.picture import from_body

    for block in shown:
        picture = Picture(name=block.body["figure"], frame=from_body(block.body["frame"]))
        for language in LANGUAGES:
            assert picture.alternative(language)
            assert "<svg" in picture.svg(language, "a", narrow=True)
            headings, rows = picture.table(language)
            assert len(rows) == len(picture.frame)
            assert len(headings) >= 3


def test_figures_take_a_release_and_return_their_axes() -> None:
    staggered, interrupted = (release_of(name) for name in EXAMPLES)
    assert figures.event_study(staggered, language="sv").child_axes
    assert figures.panel_series(staggered).child_axes
    assert figures.interrupted_series(interrupted).child_axes
