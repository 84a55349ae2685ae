"""Who was in the study, how alike the arms were, who is missing, and where people were month by month."""

from __future__ import annotations

from steget_eval.reporting import tables
from steget_eval.reporting.block import Block
from steget_eval.reporting.blocks import build
from steget_eval.reporting.blocks.design_choices import design_choices, reservoir_warnings
from steget_eval.reporting.blocks.gates_told import gates_told
from steget_eval.reporting.figures.picture import behind
from steget_eval.reporting.release import Release
from steget_eval.reporting.text import Cell, Sentence, key_label, sentences


def flow(release: Release) -> Block:
    """Return the way of the people through the study, as a diagram."""
    if release.flow.empty:
        return build.absent("flow", "absent.flow")
    figure = build.figure(
        "flow-diagram", "flow_diagram", behind("flow_diagram", release), key_label("caption.flow_figure")
    )
    return build.section("flow", build.heading_of("flow"), [figure])


def table_one(release: Release) -> Block:
    """Return the participants at the index date, arm by arm."""
    if release.baseline.empty:
        return build.absent("table_one", "absent.baseline")
    children = [build.table("table_one-table", tables.table_one(release))]
    if any(covariate.known == "later" for covariate in release.protocol.covariates):
        children.append(build.heading("table_one-later", build.heading_of("known_later")))
        children.append(build.table("table_one-later-table", tables.table_one(release, known="later")))
    return build.section("table_one", build.heading_of("table_one"), children)


def balance(release: Release) -> Block:
    """Return how alike the arms are before and after weighting, and the weights' key figures."""
    if release.protocol.arms.comparison is None:
        return build.absent("balance", "absent.one_arm")
    frame = behind("love_plot", release)
    children = []
    if len(frame):
        weighted = bool(frame["smd_weighted"].notna().any())
        caption = key_label("caption.love" if weighted else "picture.love_caption")
        children.append(build.figure("balance-love", "love_plot", frame, caption))
    if len(release.overlap):
        children.append(build.table("balance-overlap", tables.overlap(release)))
    children += gates_told(release)
    if warnings := reservoir_warnings(release):
        children.append(build.paragraph("balance-reservoir", *warnings))
    children = [*_choices(release), *children]
    if release.design is not None and len(release.design):
        children.append(build.table("balance-design", tables.design_counts(release)))
    if not children:
        return build.absent("balance", "absent.balance")
    return build.section("balance", build.heading_of("balance"), children)


def unknown(release: Release) -> Block:
    """Return how many have no known outcome, and how many left before the horizon."""
    if release.unknown.empty:
        return build.absent("unknown", "absent.unknown")
    said = (*sentences.unknown(release), *sentences.censoring(release), *_observed_late(release))
    children = [build.paragraph("unknown-sentences", *said)] if said else []
    children.append(build.table("unknown-table", tables.unknown(release)))
    if any(release.estimates["subgroup"].astype(str).str.startswith("unknown=")):
        children.append(build.table("unknown-ladder", tables.ladder(release)))
        children += [
            build.table(f"unknown-tipping-{estimand}", tables.tipping(release, estimand))
            for estimand in tables.tipped(release)
        ]
    return build.section("unknown", build.heading_of("unknown"), children)


def states(release: Release) -> Block:
    """Return the share of people in each state month by month, one panel an arm."""
    if release.states.empty:
        return build.absent("states", "absent.states")
    frame = behind("state_shares", release)
    if not frame["share"].notna().any():
        return build.absent("states", "absent.states_hidden")
    name = "states_weeks" if release.protocol.clock.unit == "weeks" else "states"
    figure = build.figure("states-figure", "state_shares", frame, key_label(f"caption.{name}"))
    children = [figure]
    if (frame["suppressed"].astype(bool) & frame["share"].isna()).any():
        children.append(build.paragraph("states-hidden", key_label("picture.states_hidden"), style="small"))
    children += _occupation(release)
    return build.section("states", build.heading_of(name), children)


def _occupation(release: Release) -> list[Block]:
    """Return the expected months in each state by arm, and the moves from month to month of each arm that has some."""
    if release.months is None or release.months.empty or release.months["suppressed"].all():
        return []
    children = [build.table("states-months", tables.months(release))]
    moves = release.month_moves
    arms = [] if moves is None else [str(arm) for arm in dict.fromkeys(moves["arm"])]
    return children + [build.table(f"states-moves-{arm}", tables.month_moves(release, arm)) for arm in arms]


def _choices(release: Release) -> list[Block]:
    """Return in sentences how the protocol makes the arms comparable, beyond a plain score of what was measured."""
    told = design_choices(release.protocol) if release.protocol.design == "comparison" else []
    return [build.paragraph("balance-choices", *told)] if told else []


def _observed_late(release: Release) -> list[Sentence]:
    """Return from when people were followed, where some had their index date before."""
    first = release.protocol.clock.observed_from
    if first is None:
        return []
    return [build.sentence("sentence.observed_from", day=Cell(format="date", value=first.isoformat()))]
