"""A run draws each picture once, and a picture that was kept is the picture that would be drawn."""

from pathlib import Path

import pandas as pd
import pytest

from steget_eval.reporting.ahead import draw_ahead
from steget_eval.reporting.block import BLOCK_MIME, Block
from steget_eval.reporting.figures import picture as picture_module
from steget_eval.reporting.figures.drawn import FOLDER, drawn_once
from steget_eval.reporting.figures.picture import Picture


def test_what_another_process_of_the_run_has_drawn_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert drawn_once(["a", 1], lambda: "first") == "first"
    assert drawn_once(["a", 1], lambda: "second") == "first"
    assert drawn_once(["a", 2], lambda: "other") == "other"


def test_without_a_run_or_when_its_folder_is_gone_everything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    assert [drawn_once(["a"], lambda text=text: text) for text in ("one", "two")] == ["one", "two"]
    monkeypatch.setenv(FOLDER, str(tmp_path / "gone"))
    assert [drawn_once(["a"], lambda text=text: text) for text in ("one", "two")] == ["one", "two"]


def test_language_width_name_and_frame_each_make_another_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    drawn: list[str] = []
    monkeypatch.setattr(
        picture_module.Picture, "_draw", lambda self, *told, narrow: drawn.append(str((*told, narrow))) or str(drawn)
    )
    one = Picture(name="forest", frame=pd.DataFrame({"a": [1.0, None], "b": ["x", "y"]}))
    same = Picture(name="forest", frame=pd.DataFrame({"a": [1.0, None], "b": ["x", "y"]}))
    other = Picture(name="forest", frame=pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}))
    texts = [
        one.svg("sv", "p", narrow=False),
        one.svg("en", "p", narrow=False),
        one.svg("sv", "q", narrow=False),
        one.svg("sv", "p", narrow=True),
        other.svg("sv", "p", narrow=False),
    ]
    assert len(set(texts)) == len(drawn) == 5
    assert same.svg("sv", "p", narrow=False) == texts[0]
    assert len(drawn) == 5


def test_drawing_ahead_draws_what_the_page_shows_and_passes_over_what_is_no_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    drawn: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        picture_module.Picture, "_draw", lambda self, *told, narrow: drawn.append((*told, narrow)) or "svg"
    )
    figure = Block(kind="figure", id="f", body={"figure": "forest", "frame": {"columns": ["a"], "rows": [[1.0]]}})
    section = Block(kind="section", id="s", body={}, children=(figure,))
    draw_ahead({"data": {"text/plain": "no block"}})
    draw_ahead({"output_type": "stream", "text": "no data"})
    assert drawn == []
    draw_ahead({"data": {BLOCK_MIME: section.to_json()}}, languages=("sv",))
    assert drawn == [("sv", "f-w", False), ("sv", "f-n", True)]
