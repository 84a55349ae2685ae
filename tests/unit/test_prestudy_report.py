"""The report on a prestudy: planning values in both languages, no small count anywhere, and no effect."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from steget_eval import blocks, disclose, figures, load_mapping, load_protocol, map_prestudy
from steget_eval.core.errors import SpecError
from steget_eval.core.shipped import shipped
from steget_eval.face import HOOKS
from steget_eval.protocol.evidence import load_evidence
from steget_eval.reporting.block import Block
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.network_layout import lay_out
from steget_eval.reporting.figures.picture import Picture, from_body, to_body
from steget_eval.reporting.html import Page, page_html
from steget_eval.reporting.release_prestudy import PrestudyRelease
from steget_eval.reporting.text import LANGUAGES, forbidden_words, phrases
from steget_eval.reporting.write import estimates_csv
from steget_eval.runs.batch import load_batch, notebook_path
from steget_eval.runs.job import Job
from steget_eval.runs.plan import plan_job
from steget_eval.study.inputs import fingerprint_inputs
from steget_eval.study.prestudy_notebook import refuse_unsuited

PLACE = shipped("data", "programmes", "gotland_2020_00682")
NOTEBOOK = shipped("notebooks", "prestudy_mapping.ipynb")


@pytest.fixture(scope="module")
def release() -> PrestudyRelease:
    return disclose(map_prestudy(load_protocol(PLACE / "protocol.yaml"), load_mapping(PLACE / "mapping")))


@pytest.fixture(scope="module")
def made(release: PrestudyRelease) -> tuple[Block, ...]:
    source = "".join("".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])
    return tuple(getattr(blocks.prestudy, name)(release) for name in re.findall(r"blocks\.prestudy\.(\w+)", source))


@pytest.fixture(scope="module")
def pages(made: tuple[Block, ...]) -> dict[str, str]:
    return {language: page_html(made, language, Page(made_on=date(2026, 11, 22))) for language in LANGUAGES}


def words(page: str) -> str:
    """What a page says in its own language, its pictures' words included."""
    body = re.sub(r"<style.*?</style>|<svg.*?</svg>", " ", page.split("<body>", 1)[1], flags=re.DOTALL)
    body = re.sub(r"<(\w+)[^>]*\bhreflang=.*?</\1>", " ", body, flags=re.DOTALL)
    body = re.sub(r"</?(?:span|strong)[^>]*>", "", body)
    alternatives = " ".join(re.findall(r'aria-label="([^"]*)"', body))
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body) + " " + alternatives)).replace("\u00ad", "")


def test_the_notebook_promises_every_piece_and_tells_that_it_is_for_prestudies(made) -> None:
    steget = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["metadata"]["steget"]
    assert steget["for"] == "prestudy"
    assert steget["promises"] == [block.id for block in made]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_keeps_to_the_words_of_a_prestudy(pages, language) -> None:
    text = words(pages[language])
    assert len(text) > 5000
    assert forbidden_words(text, "prestudy", language) == ()
    assert ("planeringsvärde" if language == "sv" else "planning value") in text.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_prestudy_would_be_missed(language) -> None:
    assert forbidden_words("effekten" if language == "sv" else "the effect", "prestudy", language) != ()


@pytest.mark.parametrize(("language", "other"), [("sv", ("the", "and", "people", "with", "yes")),
                                                 ("en", ("och", "personer", "med", "inte", "ja"))])  # fmt: skip
def test_a_page_speaks_one_language(pages, language, other) -> None:
    assert sorted(set(re.findall(r"\w+", words(pages[language]).lower())) & set(other)) == []


def test_the_published_amounts_come_out_beside_the_stated_share(pages) -> None:
    plain = {language: words(page).replace("\u00a0", " ").replace("\u202f", " ") for language, page in pages.items()}
    assert "Stödet är 187 394 kronor av en budget på 398 710 kronor, det är 47,0 %." in plain["sv"]
    assert "Den angivna andelen är 50 %. Skillnaden är 3,0 procentenheter, eller 11 961 kronor" in plain["sv"]
    assert "The support is 187,394 kronor of a budget of 398,710 kronor, which is 47.0%." in plain["en"]
    assert "The stated share is 50%. The difference is 3.0 percentage points, or 11,961 kronor" in plain["en"]


def test_planned_sizes_are_those_of_the_methods_witnesses(release) -> None:
    """25, 82 and 294 with a known outcome in each arm at 80 % power, as R's power.prop.test gives them."""
    known = {name: release.row("sample_size_known", name)["estimate"] for name in ("malmo", "half", "small")}
    assert known == {"malmo": 25, "half": 82, "small": 294}


def test_every_planning_value_says_so_and_has_no_interval(release) -> None:
    assert (release.estimates["interval_kind"] == "none").all()
    assert release.estimates["note"].str.startswith("planning value").all()
    assert release.estimates[["n_1", "n_0", "events_1", "events_0"]].isna().to_numpy().all()


def test_both_pages_carry_the_same_ids_and_every_named_value_is_in_the_table_of_estimates(pages, made, release) -> None:
    found = {language: re.findall(r'(?:data-block|data-estimate)="([^"]+)"', page) for language, page in pages.items()}
    assert found["sv"] == found["en"]
    rows = list(csv.DictReader(io.StringIO(estimates_csv(made[-1]))))
    names = {"/".join(row[key] for key in ("estimand", "subgroup", "contrast", "method", "population")): row
             for row in rows}  # fmt: skip
    assert len(names) == len(rows) == len(release.estimates)
    cells = [cell for block in made for cell in _cells(block)]
    assert len(cells) > 60
    for cell in cells:
        told = names[cell["ref"]]["estimate"]
        assert cell["value"] == (float(told) if told else None)


def test_a_held_back_count_stands_nowhere(pages, made, release) -> None:
    assert release.hidden == ("supported_now",)
    label = next(line.label for line in release.mapping.target_group if line.id == "supported_now")
    for language, page in pages.items():
        for row in re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL):
            if getattr(label, language).lower() in row.lower():
                assert not re.search(r">\s*(?:2|3|4|2–4)\s*<", row)
        assert re.search(rf"{getattr(label, language)}: – \(", words(page))
    frame = next(one for block in made for one in block.children if one.id == "target_group-figure").body["frame"]
    place = [name.startswith(("n_", "told", "span")) for name in frame["columns"]]
    assert all(value is None for value, number in zip(frame["rows"][-1], place, strict=True) if number)


def test_who_is_left_out_and_that_the_map_is_made_up_stand_on_every_page(pages) -> None:
    for language, page in pages.items():
        assert "LSS" in words(page)
        assert page.count(phrases(language)["shell.synthetic"]) >= 1
        assert phrases(language)["prestudy.synthetic"] in html.unescape(page)


@pytest.mark.parametrize("name", ["actor_network", "target_counts", "power_curve"])
def test_a_figure_takes_an_axis_and_is_the_same_from_its_frame(release, made, name) -> None:
    ax = style.new_axes(7.2, 4)
    assert getattr(figures, name)(release, language="sv", ax=ax) is ax
    block = next(one for block in made for one in block.children if one.body.get("figure") == name)
    picture = Picture(name=name, frame=from_body(block.body["frame"]))
    again = Picture(name=name, frame=from_body(to_body(picture.frame)))
    assert picture.svg("en", "a", narrow=True) == again.svg("en", "a", narrow=True)


def test_the_network_says_every_way_in_words(release) -> None:
    from steget_eval.reporting.figures.actor_network import behind, describe

    told = describe(behind(release), "en")
    assert told.startswith("Network of 7 actors and 12 ways.")
    assert told.count("→") == len(release.mapping.pathways)
    assert "Psychiatry → Employment Service" in told.split("Routine missing:")[1]


def test_the_layout_follows_the_seed_alone() -> None:
    actors, ways = ["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "d")]
    first = lay_out(actors, ways, seed=1)
    assert lay_out(actors, ways, seed=1) == first
    assert {axis for point in first.values() for axis in point} >= {0.0, 1.0}


def test_a_name_alone_on_the_map_is_drawn_too(release) -> None:
    alone = release.mapping.model_copy(update={"pathways": release.mapping.pathways[:1]})
    from dataclasses import replace

    from steget_eval.reporting.figures.actor_network import behind, describe

    frame = behind(replace(release, mapping=alone))
    assert len(frame) == 1 + 5
    assert "No way asked about: " in describe(frame, "en")


def test_an_effect_evaluation_of_a_prestudy_is_refused_before_a_kernel_starts(tmp_path: Path) -> None:
    job = Job(id="a", notebook=notebook_path("effect_evaluation", PLACE), base=PLACE, protocol="protocol.yaml",
              records="mapping", hooks=HOOKS)  # fmt: skip
    settled = plan_job(job, tmp_path / "a").settled
    assert settled is not None
    assert settled.state == "refused"
    assert "a prestudy has no participants, so effect_evaluation has no effect to estimate" in settled.sentence


def test_a_mapping_notebook_of_another_design_is_refused_too() -> None:
    other = shipped("data", "programmes", "ips_sydnarke", "protocol.yaml")
    with pytest.raises(SpecError, match="prestudy_mapping tells of a prestudy"):
        refuse_unsuited(NOTEBOOK, other)
    question = shipped("data", "programmes", "evidence", "ips_employment.yaml")
    assert load_evidence(question)
    refuse_unsuited(shipped("notebooks", "evidence.ipynb"), question)


def test_the_batch_makes_the_prestudy_and_its_inputs_are_known_by_their_fingerprints() -> None:
    batch = load_batch(shipped("data", "programmes", "batch.yaml"), HOOKS)
    job = next(one for one in batch.jobs if one.id == "gotland_2020_00682")
    assert job.notebook == NOTEBOOK
    inputs = fingerprint_inputs(job.protocol_path, job.records_path)
    assert inputs["origin"] == "synthetic"
    assert inputs["protocol"] == load_protocol(job.protocol_path).fingerprint


def _cells(block: Block) -> list[dict]:
    found = [cell for row in block.body.get("rows", []) for cell in row if isinstance(cell, dict) and cell.get("ref")]
    if block.kind == "list" and block.body["style"] == "figures":
        found += [cell for _, cells in block.body["entries"] for cell in cells if cell.get("ref")]
    return found + [cell for child in block.children for cell in _cells(child)]


def test_the_checklists_say_where_each_item_is_answered_and_which_are_open(made, pages) -> None:
    section = next(block for block in made if block.id == "checklist")
    rows = {child.id: child.body["rows"] for child in section.children if child.kind == "checklist"}
    told = {row["id"]: [one["anchor"] for one in row["where"]] for row in rows["checklist-prestudy_report-items"]}
    assert told["4"] == ["mapping"]
    assert told["11"] == ["budget"]
    # Nothing in a prestudy's protocol or mapping tells of these, and the report does not pretend that it does.
    assert [name for name, where in told.items() if not where] == ["8", "10", "12"]
    plan = {row["id"]: [one["anchor"] for one in row["where"]] for row in rows["checklist-analysis_plan-items"]}
    assert plan["10"] == ["study_plan"]
    assert all(f'id="{anchor}"' in pages["sv"] for where in (*told.values(), *plan.values()) for anchor in where)


def test_a_checklist_leaves_open_what_the_mapping_lacks(release: PrestudyRelease) -> None:
    bare = replace(release, prestudy=release.prestudy.model_copy(update={"grant": None, "exclusions": ()}))
    bare = replace(bare, mapping=bare.mapping.model_copy(update={"budget": (), "pathways": ()}))
    section = blocks.prestudy.checklist(bare)
    rows = next(child for child in section.children if child.id == "checklist-prestudy_report-items").body["rows"]
    assert [row["id"] for row in rows if not row["where"]] == ["3", "6", "8", "10", "11", "12"]
