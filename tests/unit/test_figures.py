"""Figures: the same picture from the same frame, in the house's manner, leaving everything global alone."""

import subprocess
import sys

import matplotlib as mpl
import pytest

from steget_eval.reporting import figures
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.picture import Picture, behind, curves_behind, from_body, to_body
from steget_eval.reporting.gate import disclose
from steget_eval.reporting.release import Release
from steget_eval.study.results import Results

#: Figures of other releases than these.
OF_OTHERS = {
    "actor_network", "calendar_plan", "change_plot", "event_study", "funnel", "interrupted_series", "joint_shares",
    "panel_series", "move_matrix", "power_curve", "status_bounds",
    "studies_forest", "target", "target_counts",
}  # fmt: skip
TWO_ARMS = ("hundred_people", "forest", "love_plot", "state_shares", "flow_diagram")


@pytest.fixture(scope="module")
def release(results_two_arms: Results) -> Release:
    return disclose(results_two_arms)


@pytest.fixture(scope="module")
def single(results_single_arm: Results) -> Release:
    return disclose(results_single_arm)


@pytest.mark.parametrize("name", TWO_ARMS)
@pytest.mark.parametrize("narrow", [False, True])
def test_a_picture_drawn_twice_is_the_same_text(release: Release, name: str, narrow: bool) -> None:
    picture = Picture(name=name, frame=behind(name, release))
    again = Picture(name=name, frame=from_body(to_body(picture.frame)))
    assert picture.svg("sv", "a", narrow=narrow) == again.svg("sv", "a", narrow=narrow)


@pytest.mark.parametrize("name", TWO_ARMS)
def test_a_picture_carries_no_address_no_date_and_only_its_own_ids(release: Release, name: str) -> None:
    svg = Picture(name=name, frame=behind(name, release)).svg("en", "mine", narrow=False)
    assert "http" not in svg
    assert "<metadata" not in svg
    ids = {part.split('"')[0] for part in svg.split(' id="')[1:]}
    assert ids
    assert all(one.startswith("mine-") for one in ids)


def test_a_figure_takes_an_axis_returns_it_and_changes_nothing_global(release: Release) -> None:
    before = dict(mpl.rcParams)
    for name in figures.__all__:
        if name in OF_OTHERS:
            continue
        ax = style.new_axes(7.2, 4)
        assert getattr(figures, name)(release, language="sv", ax=ax) is ax
    assert dict(mpl.rcParams) == before


def test_target_draws_every_goal(single: Release) -> None:
    ax = figures.target(single)
    words = {text.get_text().replace("\n", " ") for panel in ax.child_axes for text in panel.texts}
    assert {one.label.en for one in single.protocol.targets} <= words


def test_alternative_text_tells_the_numbers_of_the_frame(release: Release) -> None:
    frame = curves_behind(release, "first_job")
    last = frame[frame["part"] == "curve"].groupby("arm_en")["estimate"].last()
    told = Picture(name="cumulative_incidence", frame=frame).alternative("en")
    assert all(f"{100 * value:.1f}%" in told for value in last)


def test_numbers_of_one_kind_beside_a_figure_have_as_many_decimals(results_two_arms: Results) -> None:
    frame = behind("forest", disclose(results_two_arms))
    round_numbers = frame.assign(estimate=0.25, conf_low=-0.1234567, conf_high=0.5)
    rows = [row[-3:] for row in Picture(name="forest", frame=round_numbers).table("sv")[1]]
    assert set(rows) == {("25,0", "−12,3", "50,0")}
    dollars = round_numbers.assign(contrast="mean_difference", unit="usd", estimate=1377.119)
    assert {row[-3] for row in Picture(name="forest", frame=dollars).table("sv")[1]} == {"1\u202f377"}


def test_both_languages_are_drawn_from_one_frame(release: Release) -> None:
    picture = Picture(name="forest", frame=behind("forest", release))
    assert "," in picture.alternative("sv").replace(", ", "")
    assert picture.svg("sv", "a", narrow=False) != picture.svg("en", "a", narrow=False)


def test_a_month_of_which_nothing_may_be_told_is_hatched_to_the_top(release: Release) -> None:
    frame = behind("state_shares", release)
    hidden = frame[(frame["time"] == frame["time"].max())].index
    frame.loc[hidden, ["n", "share"]] = float("nan")
    frame = frame.drop(hidden[1:])
    frame.loc[hidden[0], ["state", "suppressed"]] = ["suppressed", True]
    ax = style.new_axes(7.2, 4)
    from steget_eval.reporting.figures.state_shares import draw

    draw(frame, "en", ax)
    bands = [band for band in ax.child_axes[0].collections if band.get_hatch()]
    tops = [path.vertices[:, 1].max() for band in bands for path in band.get_paths()]
    assert tops
    assert max(tops) == pytest.approx(1.0)


@pytest.mark.parametrize("colour", [style.ACCENT, style.INK, style.GREY])
def test_colours_that_carry_words_have_a_contrast_of_at_least_four_and_a_half(colour: str) -> None:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_reporting_loads_no_matplotlib_until_a_figure_is_drawn() -> None:
    code = "import sys, steget_eval.reporting, steget_eval.reporting.blocks; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
