"""State shares: where the people of each arm are, month by month."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from steget_eval.cohort import NOT_FOLLOWED
from steget_eval.cohort.windows import WEEKS_PER_POINT
from steget_eval.records.codes import STATES
from steget_eval.reporting.figures import style
from steget_eval.reporting.figures.labels import arm_columns, code_columns, columns_of
from steget_eval.reporting.text import LANGUAGES, Label, Language, capital, key_label, numbers, phrase

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from steget_eval.reporting.release import Release

#: The columns of the frame that the page shows beside the picture.
SHOWN = ("arm", "when", "state", "n", "total", "share")

#: From the outcome that programmes aim for, at the bottom, to those no longer followed, at the top.
_WORK = ("competitive_employment", "employment", "self_employment", "subsidised_employment", "sheltered_employment")
_FIRST = (*_WORK, "education", "work_practice", "job_seeking")
_LAST = ("none", "suppressed", NOT_FOLLOWED)
ORDER = (*_FIRST, *(state for state in STATES if state not in _FIRST), *_LAST)

_COLOURS = {
    "competitive_employment": "#0b5f73", "employment": "#2f7d90", "self_employment": "#5b9cab",
    "subsidised_employment": "#8bbac5", "sheltered_employment": "#b5d3da", "education": "#3d4349",
    "work_practice": "#6d757d", "job_seeking": "#949ba2", "none": "#eef0f1", "suppressed": "#ffffff",
    NOT_FOLLOWED: "#ffffff",
}  # fmt: skip
#: Inches that one and two lines of the key take, and characters of a line on a phone and beside the panels.
_ROWS = {1: 0.21, 2: 0.36}
_KEY_WIDE, _KEY_SLIM = 44, 31
_KEY = 2.6  # inches for the key beside the panels
_OTHERS = ("#aab1b8", "#d5d9dd", "#8e969d", "#c2c8cd", "#e3e6e9", "#a2a9b0", "#cdd2d7", "#b5bbc1")


def state_shares(release: Release, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the share of the arm's people in each state at each month, one panel an arm.

    Those no longer followed are the white above; the pooled band is hatched.
    """
    frame = behind(release)
    return draw(frame, language, style.new_axes(style.WIDE, height(frame, narrow=False)) if ax is None else ax)


def behind(release: Release) -> pd.DataFrame:
    """Return one row per arm, month and state, the treated arm first, states from the bottom of the picture up."""
    rows = release.states.copy()
    arms = {arm.id: place for place, arm in enumerate(release.protocol.arms.compared())}
    places = {state: place for place, state in enumerate(ORDER)}
    rows = rows.assign(arm_place=rows["arm"].map(arms), state_place=rows["state"].map(places))
    rows = rows.sort_values(["arm_place", "month", "state_place"], kind="stable").reset_index(drop=True)
    clock = release.protocol.clock
    if clock.unit == "weeks" and clock.horizon is not None:
        rows["month"] = (rows["month"] * WEEKS_PER_POINT).clip(upper=clock.horizon)
    rows = rows.rename(columns={"month": "time"}).assign(unit=clock.unit or "months")
    rows = rows.assign(since="exit" if clock.index == "discharged_on" else "time")
    when = [key_label(f"picture.at_{unit}", n=_same(n)) for unit, n in zip(rows["unit"], rows["time"], strict=True)]
    words = [arm_columns(release.protocol, rows["arm"]), code_columns(rows["state"], "state", "state"),
             columns_of(when, "when")]  # fmt: skip
    return pd.concat([*words, rows[["state", "time", "unit", "since", "n", "total", "share", "suppressed"]]], axis=1)


def height(frame: pd.DataFrame, *, narrow: bool) -> float:
    """Return the height in inches."""
    present, characters = _present(frame), _KEY_WIDE if narrow else _KEY_SLIM
    key = max(_key_height(frame, present, language, characters) for language in LANGUAGES)
    return 2.1 * frame["arm_en"].nunique() + 0.25 + key if narrow else max(3.4, 0.7 + key)


def draw(frame: pd.DataFrame, language: Language, ax: Axes) -> Axes:
    """Draw the frame behind the figure: panels side by side on a page, one under the other on a phone."""
    arms = list(dict.fromkeys(frame[f"arm_{language}"]))
    present = _present(frame)
    with style.styled():
        width, total = style.canvas(ax)
        key = _key_height(frame, present, language, _KEY_WIDE)
        for place, arm in enumerate(arms):
            box = _box(place, len(arms), width, total, key, narrow=style.is_narrow(ax))
            panel = style.panel(ax, *box)
            _panel(frame[frame[f"arm_{language}"] == arm], arm, present, language, panel)
            if place and not style.is_narrow(ax):
                panel.set_yticklabels([])
        _key(frame, present, language, ax, left=0.05 if style.is_narrow(ax) else width - _KEY + 0.05,
             top=key + 0.02 if style.is_narrow(ax) else total - 0.38)  # fmt: skip
    return ax


def describe(frame: pd.DataFrame, language: Language) -> str:
    """Return the figure in words: each arm's states at the last month, largest first."""
    parts = []
    for arm, rows in frame.groupby(f"arm_{language}", sort=False):
        known = rows[rows["share"].notna()]
        last = known[known["time"] == known["time"].max()].sort_values("share", ascending=False)
        when = "" if last.empty else capital(str(last[f"when_{language}"].iloc[0]))
        told = [
            phrase("alt.states_item", language, when=when, state=state, share=numbers.percent(share, language, 0))
            for state, share in zip(last[f"state_{language}"], last["share"], strict=True)
        ]
        parts.append(phrase("alt.states", language, arm=str(arm), detail=" ".join(told)))
    return " ".join(parts)


def _box(
    place: int, arms: int, width: float, total: float, key: float, *, narrow: bool
) -> tuple[float, float, float, float]:
    if narrow:
        return 0.55, key + 0.67 + 2.1 * (arms - 1 - place), width - 0.75, 1.4
    each = (width - _KEY - 0.6) / arms
    return 0.55 + each * place, 0.5, each - 0.25, total - 0.85


def _panel(rows: pd.DataFrame, arm: str, present: list[str], language: Language, panel: Any) -> None:
    months = sorted(rows["time"].unique())
    wide = rows.pivot_table(index="time", columns="state", values="share", aggfunc="sum").reindex(months)
    base = pd.Series(0.0, index=months)
    for state in present:
        share = wide[state].fillna(0.0) if state in wide else base * 0
        if state == "suppressed":
            share = share.where(base + share > 0, 1.0)  # a month of which nothing may be told
        hatch = "////" if state == "suppressed" else None
        panel.fill_between(
            months, base, base + share, step="mid", facecolor=colour(state), hatch=hatch,
            edgecolor=style.GREY if hatch else style.PAPER, linewidth=0 if hatch else 0.5,
        )  # fmt: skip
        base = base + share
    panel.set(xlim=(min(months), max(months)), ylim=(0, 1))
    panel.set_title(capital(arm))
    panel.set_yticks([0, 0.25, 0.5, 0.75, 1], [numbers.percent(tick, language, 0) for tick in (0, 0.25, 0.5, 0.75, 1)])
    unit = str(rows["unit"].iloc[0])
    ticks = [month for month in months if month % (6 if unit == "months" else 26) == 0]
    ticks = ticks if len(ticks) > 2 or unit == "months" else [months[0], months[len(months) // 2], months[-1]]
    panel.set_xticks(ticks, [str(int(month)) for month in ticks])
    panel.set_xlabel(phrase(f"figure.axis_{rows['since'].iloc[0]}_{unit}", language))


def _key(frame: pd.DataFrame, present: list[str], language: Language, ax: Axes, *, left: float, top: float) -> None:
    from matplotlib.patches import Rectangle

    words = dict(zip(frame["state"], frame[f"state_{language}"], strict=True))
    y = top
    for state in reversed(present):
        told = _wrapped(words[state], _KEY_WIDE if left < 1 else _KEY_SLIM)
        row = _ROWS[len(told)]
        y -= row / 2
        hatch = "////" if state == "suppressed" else None
        ax.add_patch(
            Rectangle(
                (left, y - 0.07), 0.2, 0.14, facecolor=colour(state), hatch=hatch, edgecolor=style.GREY, linewidth=0.5
            )
        )
        ax.text(left + 0.27, y, "\n".join(told), va="center", ha="left", fontsize=9)
        y -= row / 2


def _same(n: int) -> Label:
    return {language: str(int(n)) for language in LANGUAGES}


def _present(frame: pd.DataFrame) -> list[str]:
    seen = set(frame.loc[frame["share"].notna() | frame["suppressed"].astype(bool), "state"])
    return [state for state in ORDER if state in seen]


def _key_height(frame: pd.DataFrame, present: list[str], language: Language, characters: int) -> float:
    words = dict(zip(frame["state"], frame[f"state_{language}"], strict=True))
    return sum(_ROWS[len(_wrapped(words[state], characters))] for state in present)


def _wrapped(words: str, characters: int) -> list[str]:
    return textwrap.wrap(words, characters)[:2]


def colour(state: str) -> str:
    """Return a state's colour: accent for work, greys for the rest, white for what is not told."""
    others = [one for one in ORDER if one not in _COLOURS]
    return _COLOURS.get(state) or _OTHERS[others.index(state) % len(_OTHERS)]
