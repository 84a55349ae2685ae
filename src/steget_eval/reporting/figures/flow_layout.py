"""Where the boxes and arrows of the participant flow stand, in inches from the upper left corner."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pandas as pd

from steget_eval.reporting.text import Language, capital, numbers, phrase

#: Inches from one line of text to the next, inside the box's edge, and between boxes.
LINE, PAD, GAP = 0.18, 0.09, 0.22
_CHARACTER = 0.074  # mean width of a character of 9 point DejaVu Sans, with a margin

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box with its lines; the first is bold. `quiet` boxes hold those who left."""

    left: float
    top: float
    width: float
    lines: tuple[str, ...]
    bold: int = 1
    quiet: bool = False

    @property
    def height(self) -> float:
        """The height in inches that its lines need."""
        return 2 * PAD + LINE * len(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All boxes, all arrows (paths of points, the head at the last), and the height in all."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[Point, ...], ...]
    total: float


def lay_out(frame: pd.DataFrame, language: Language, width: float) -> Sheet:
    """Return where everything stands on a sheet `width` inches wide."""
    sheet = _Sheet(frame, language, width)
    sheet.start()
    for kind in ("outside", "excluded"):
        sheet.leave(kind)
    sheet.stay()
    return Sheet(boxes=tuple(sheet.boxes), arrows=tuple(sheet.arrows), total=sheet.y + 0.03)


class _Sheet:
    """A sheet that fills from the top; made and used up inside `lay_out`."""

    def __init__(self, frame: pd.DataFrame, language: Language, width: float) -> None:
        self.frame, self.language, self.width = frame, language, width
        self.main = min(width, 3.9)
        self.spine = 0.24 if width < 5 else 1.2
        self.y = 0.02
        self.open = 0.0
        self.boxes: list[Box] = []
        self.arrows: list[tuple[Point, ...]] = []

    def start(self) -> None:
        records = self._whole("records")
        self._main([self._line(records)])
        self.open = self.y

    def leave(self, kind: str) -> None:
        rows = self._whole(kind)
        if rows.empty:
            return
        left = self.spine + 0.4
        lines = [f"{row[f'step_{self.language}']}: {self._n(row)}" for _, row in rows.iterrows()]
        head = phrase(f"picture.flow_{kind}", self.language)
        if kind == "excluded" and (rows["n"] == 0).all():
            head, lines = phrase("picture.flow_nobody", self.language), []
        box = self._box(left, self.y + GAP, self.width - left, [head], lines, quiet=True)
        middle = box.top + box.height / 2
        self.arrows.append(((self.spine, middle), (left, middle)))
        self.y = box.top + box.height

    def stay(self) -> None:
        self.y += GAP
        self.arrows.append(((self.spine, self.open), (self.spine, self.y)))
        arms = [arm for arm in dict.fromkeys(self.frame["arm_id"]) if arm != "all"]
        included = self._main([self._line(self._whole("included"))])
        if len(arms) < 2:
            self._one_branch()
        else:
            self._branches(arms, included)

    def _one_branch(self) -> None:
        known = self._whole("known")
        if known.empty:
            return
        top, self.y = self.y, self.y + GAP
        self.arrows.append(((self.spine, top), (self.spine, self.y)))
        self._main([self._line(known)])

    def _branches(self, arms: list[str], above: Box) -> None:
        each = (self.width - 0.2 * (len(arms) - 1)) / len(arms)
        each = min(each, 3.4)
        start, self.y = self.y, self.y + 1.5 * GAP
        bottom = self.y
        for place, arm in enumerate(arms):
            rows = self.frame[(self.frame["arm_id"] == arm) & self.frame["kind"].isin(["included", "known"])]
            left = place * (each + 0.2)
            lines = [f"{row[f'step_{self.language}']}: {self._n(row)}" for _, row in rows.iterrows()]
            box = self._box(left, self.y, each, [capital(str(rows[f"arm_{self.language}"].iloc[0]))], lines)
            centre, knee = left + each / 2, start + 0.6 * GAP
            from_x = above.left + self.spine
            self.arrows.append(((from_x, start), (from_x, knee), (centre, knee), (centre, self.y)))
            bottom = max(bottom, box.top + box.height)
        self.y = bottom

    def _main(self, heads: list[str]) -> Box:
        box = self._box(0.02, self.y, self.main - 0.04, heads, [])
        self.y = box.top + box.height
        return box

    def _box(
        self, left: float, top: float, width: float, heads: list[str], lines: list[str], *, quiet: bool = False
    ) -> Box:
        room = int((width - 2 * PAD) / _CHARACTER)
        bold = [part for head in heads for part in textwrap.wrap(head, int(room * 0.9))]
        plain = [part for line in lines for part in textwrap.wrap(line, room, subsequent_indent="  ")]
        box = Box(
            left=left, top=top, width=width - 0.02, lines=(*bold, *plain), bold=len(bold), quiet=quiet or bool(lines)
        )
        self.boxes.append(box)
        return box

    def _whole(self, kind: str) -> pd.DataFrame:
        return self.frame[(self.frame["arm_id"] == "all") & (self.frame["kind"] == kind)]

    def _line(self, rows: pd.DataFrame) -> str:
        row = rows.iloc[0]
        return f"{row[f'step_{self.language}']}: {self._n(row)}"

    def _n(self, row: pd.Series) -> str:
        return number_text(row, self.language)


def number_text(row: pd.Series, language: Language) -> str:
    """Return a step's count, or that the gate took it."""
    if row["suppressed"] or pd.isna(row["n"]):
        return phrase("cell.suppressed", language)
    return numbers.count(float(row["n"]), language)
