"""Ten thousand damaged inputs of every format end in records or in a refusal, and tell no cell of anybody."""

from __future__ import annotations

import gzip
import io
import random
import resource
import subprocess
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from steget_eval.core.errors import RecordsError
from steget_eval.intake import read_records
from steget_eval.intake.readers.apart import opened_stream
from steget_eval.intake.readers.parquet_file import sheet_from_arrow
from steget_eval.intake.readers.statistical import sheet_of_parsed
from steget_eval.intake.sheet import UnreadableError
from steget_eval.intake.table import Place, check_table
from steget_eval.records.tables import PARTICIPANTS

FILES = Path(__file__).parents[1] / "unit" / "files"

CARD = """\
schema_version: 1
title: {sv: Prov, en: Sample}
origin: synthetic
source: {sv: påhittat, en: made up}
licence: MIT
baseline:
  weeks_before: {type: number, label: {sv: veckor före, en: weeks before}}
"""
ROWS = [
    [
        "participant_id",
        "arm",
        "enrolled_on",
        "followed_until",
        "follow_up_ended_by",
        "site",
        "sex",
        "birth_year",
        "weeks_before",
    ],
    ["qx-77401", "arm-ips", "2021-03-07", "2023-03-07", "study_end", "zebra-hüset", "woman", "1987", "987654.25"],
    ["qx-77402", "arm-usual", "2021-04-08", "2022-04-08", "death", "tapir-hüset", "man", "1979", ""],
    ["qx-77403", "arm-usual", "2021-04-09", "2023-04-09", "study_end", "tapir-hüset", "unknown", "", "876543"],
]
#: Parts of cells that must stand in no message and no traceback, whatever became of the rest of the cell.
CANARIES = ("77401", "77402", "77403", "zebra", "tapir", "arm-ips", "arm-usual", "2021-03-07", "2022-04-08", "987654",
            "876543", "canary")  # fmt: skip
ODD_CELLS = (
    "=1+canary",
    '=HYPERLINK("canary")',
    "@canary",
    "#REF!",
    "9" * 400,
    "-" + "9" * 30,
    "1e999",
    "1e-999",
    "NaN",
    "inf",
    "0x1F",
    "9999-12-31",
    "0000-00-00",
    "2021-02-30",
    "31/12/2021",
    "2021-03-07T00:00:00",
    "1,5",
    "1.5.5",
    "true",
    "null",
    '"',
    '""',
    '"""',
    '"canary',
    'canary""canary"',
    "a\nb",
    "a\rb",
    "\x00",
    "a\x00canary",
    "\ufeff",
    "\u202ecanary",
    "\ud7ff",
    "canary" * 40_000,
    "canary|canary",
    " canary ",
    "' OR 1=1 --",
    "<canary/>",
    "&canary;",
    "٣",
    "Ⅷ",
)

Harm = Callable[[random.Random], bytes]


def _text(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in rows) + end


def _bytes_harmed(rng: random.Random, content: bytes) -> bytes:
    harmed = bytearray(content)
    span = len(harmed) if rng.random() < 0.5 else min(len(harmed), 400)
    kind = rng.choice(["flip", "cut", "insert", "delete", "zero", "double", "swap", "tail"])
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(span)
        if kind == "flip":
            harmed[at] = rng.randrange(256)
        elif kind == "zero":
            harmed[at : at + 8] = bytes([rng.choice([0, 127, 255])]) * min(8, len(harmed) - at)
        elif kind == "insert":
            harmed[at:at] = rng.randbytes(rng.randrange(9))
        elif kind == "delete" and len(harmed) > 20:
            del harmed[at : at + rng.randrange(9)]
        span = min(span, len(harmed))
    if kind == "cut":
        return bytes(harmed[: rng.randrange(len(harmed))])
    if kind == "double":
        return bytes(harmed * 2)
    if kind == "swap":
        at = rng.randrange(len(harmed))
        return bytes(harmed[at:] + harmed[:at])
    return bytes(harmed) + rng.randbytes(40) if kind == "tail" else bytes(harmed)


def _rows_harmed(rng: random.Random) -> list[list[str]]:
    rows = [[*row] for row in ROWS]
    kind = rng.choice(["cell", "cell", "cell", "ragged", "double header", "reorder", "columns", "swap", "drop", "rows"])
    at, place = rng.randrange(len(rows)), rng.randrange(len(rows[0]))
    if kind == "cell":
        rows[at][place] = rng.choice(ODD_CELLS)
    elif kind == "ragged":
        rows[at] = rows[at][:place] if rng.random() < 0.5 else [*rows[at], *rows[at][:place]]
    elif kind == "double header":
        rows[0][place] = rng.choice([*ROWS[0], "", "canary", "Sex", "sex "])
    elif kind == "reorder":
        rng.shuffle(rows)
    elif kind == "columns":
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        rows = [[row[number] for number in order] for row in rows]
    elif kind == "swap":
        rows[at], rows[-at] = [*rows[-at]], rows[at][::-1]
    elif kind == "drop":
        rows = [[cell for number, cell in enumerate(row) if number != place] for row in rows]
    else:
        rows = rows[:1] + rows[1:] * rng.choice([0, 2, 30])
    return rows


def _csv(rng: random.Random) -> bytes:
    if rng.random() < 0.002:
        wide = ",".join(f"canary{number}" for number in range(rng.choice([3_000, 20_000])))
        return (wide + "\n" + wide + "\n").encode()
    text = _text(_rows_harmed(rng), rng.choice(",,,,;\t|: "), rng.choice(["\n", "\n", "\r\n", "\r", "\n\n"]))
    encodings = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "cp437", "utf-7"]
    content = text.encode(rng.choice(encodings), "replace")
    if rng.random() < 0.1:  # two encodings in one file
        return content + _text(ROWS[1:]).encode(rng.choice(encodings))
    return _bytes_harmed(rng, content) if rng.random() < 0.4 else content


def _workbook(rows: list[list[Any]], sheet: str = "Blad1") -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append([_legal(cell) for cell in row])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _legal(cell: Any) -> Any:
    return "".join(sign for sign in cell if sign >= " ")[:30_000] if isinstance(cell, str) else cell


def _part(name: str, old: bytes, new: bytes, content: bytes) -> bytes:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for one in archive.namelist():
            part = archive.read(one)
            target.writestr(one, part.replace(old, new) if one.endswith(name) else part)
    return changed.getvalue()


WORKBOOK = _workbook(ROWS)
BOMB = _part("sheet1.xml", b"<sheetData>", b"<!--" + b" " * 25_000_000 + b"--><sheetData>", WORKBOOK)
#: Part of the workbook, what stands there, and what is put in its place.
XML_HARMS = (
    ("sheet1.xml", b'r="A2"', b'r="ZZZZ2"'),
    ("sheet1.xml", b'<row r="2"', b'<row r="999999999999"'),
    ("sheet1.xml", b'<row r="3"', b'<row r="-3"'),
    ("sheet1.xml", b'<row r="3"', b'<row r="canary"'),
    ("sheet1.xml", b"<v>3</v>", b"<v>99999</v>"),
    ("sheet1.xml", b"<v>3</v>", b"<v>canary</v>"),
    ("sheet1.xml", b't="s"', b't="d"'),
    ("sheet1.xml", b't="s"', b't="b"'),
    ("sheet1.xml", b't="s"', b't="e"'),
    ("sheet1.xml", b't="s"', b't="n"'),
    ("sheet1.xml", b't="s"', b't="canary"'),
    ("sheet1.xml", b't="s"', b't="inlineStr"'),
    ("sheet1.xml", b'r="B2"', b'r="XFD2"'),
    ("sheet1.xml", b"</sheetData>", b""),
    ("sheet1.xml", b"<sheetData>", b"<sheetData/>"),
    ("sheet1.xml", b"<v>", b"<f>canary</f><v>"),
    ("sheet1.xml", b"<v>", b'<f t="array" ref="A1:B2">canary</f><v>'),
    ("sheet1.xml", b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'),
    ("sheet1.xml", b"<worksheet", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><worksheet'),
    ("sharedStrings.xml", b"<sst", b'<!DOCTYPE x [<!ENTITY a "canary"><!ENTITY b "&a;&a;&a;&a;">]><sst'),
    ("sharedStrings.xml", b"<si>", b"<si><t>canary</t>"),
    ("sharedStrings.xml", b"</si>", b""),
    ("sharedStrings.xml", b"zebra", b"&#0;"),
    ("sharedStrings.xml", b"utf-8", b"utf-7"),
    ("styles.xml", b"<cellXfs", b"<canary"),
    ("styles.xml", b'numFmtId="0"', b'numFmtId="14"'),
    ("workbook.xml", b"Blad1", b"canary&#10;"),
    ("workbook.xml", b"<sheet ", b'<sheet state="veryHidden" '),
    ("workbook.xml", b'r:id="rId1"', b'r:id="rId77"'),
    ("workbook.xml", b"<workbookPr", b'<workbookPr date1904="canary"'),
    ("workbook.xml.rels", b"worksheets/sheet1.xml", b"../../../../etc/hostname"),
    ("workbook.xml.rels", b"Id=", b"canary="),
    ("[Content_Types].xml", b"sheet.main", b"template.main"),
    ("[Content_Types].xml", b"worksheet+xml", b"chartsheet+xml"),
)


def _xlsx(rng: random.Random) -> bytes:
    kind = rng.choice(["bytes", "bytes", "bytes", "xml", "xml", "xml", "rows", "typed", "bomb", "sizes"])
    if kind == "xml":
        content = WORKBOOK
        for _ in range(rng.choice([1, 1, 2])):
            content = _part(*rng.choice(XML_HARMS), content)
        return content
    if kind == "rows":
        return _workbook(_rows_harmed(rng))
    if kind == "typed":
        rows: list[list[Any]] = [[*row] for row in ROWS]
        odd = [1e308, -1.5, True, 10**15, datetime(9999, 12, 31, 23), datetime(1900, 1, 1), "=1/0", 0.1]
        rows[rng.randrange(4)][rng.randrange(9)] = rng.choice(odd)
        return _workbook(rows)
    if kind == "bomb":
        return _bytes_harmed(rng, BOMB) if rng.random() < 0.5 else BOMB
    if kind == "sizes":  # the archive states other sizes than its parts have
        content = bytearray(WORKBOOK)
        for at in (place for place in range(len(content)) if content[place : place + 4] == b"PK\x01\x02"):
            content[at + 20 : at + 28] = rng.randbytes(rng.choice([1, 2, 4])).ljust(8, b"\x00")
        return bytes(content)
    return _bytes_harmed(rng, WORKBOOK)


def _table(columns: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


COLUMNS = {name: [row[place] for row in ROWS[1:]] for place, name in enumerate(ROWS[0])}
PARQUET = _table(COLUMNS)
ODD_ARRAYS = (
    pa.array([["canary"]] * 3), pa.array([b"canary\xff"] * 3), pa.array([{"a": "canary"}] * 3), pa.array([2**62] * 3),
    pa.array([float("nan"), float("inf"), 1e300]), pa.array([10**9, -(10**9), 0], pa.date32()), pa.nulls(3),
    pa.array([2**62, 0, -(2**62)], pa.timestamp("ns")), pa.array([2**50, 0, 1], pa.timestamp("s")),
    pa.array([1, 2, 3], pa.duration("s")), pa.array([1, 2, 3], pa.time64("us")), pa.array([True, None, False]),
    pa.array(["canary", None, "canary"]).dictionary_encode(), pa.array([None, 2**63, 1], pa.uint64()),
    pa.array([2**40, 0, 1], pa.timestamp("us", tz="Europe/Stockholm")),
)  # fmt: skip


def _parquet(rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return _bytes_harmed(rng, PARQUET)
    if rng.random() < 0.5:
        return _table(COLUMNS | {rng.choice(ROWS[0]): rng.choice(ODD_ARRAYS)})
    rows = [[*row[:9], *[""] * (9 - len(row))] for row in _rows_harmed(rng)]
    table = pa.table(
        [pa.array([row[at] if at < len(row) else "" for row in rows[1:]]) for at in range(9)], names=rows[0]
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _duckdb_file() -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "a.duckdb"
        with duckdb.connect(str(path)) as engine:
            frame = pd.DataFrame(COLUMNS)
            engine.execute("CREATE TABLE participants AS SELECT * FROM frame")
            assert len(frame) == 3
        return path.read_bytes()


DUCKDB = _duckdb_file()
MAKERS: dict[str, Harm] = {
    ".csv": _csv, ".tsv": _csv, ".xlsx": _xlsx, ".parquet": _parquet, ".duckdb": lambda rng: _bytes_harmed(rng, DUCKDB)
}  # fmt: skip


#: Parses the files of a folder in forks with the parser's limits; a file that ends its fork is followed by another.
FORKS = """
import os, resource, sys
from pathlib import Path
from steget_eval.intake.readers import duckdb_parse, statistical_parse
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
files = sorted(Path(sys.argv[1]).iterdir())
while left := [path for path in files if not Path(f"{path}.out").exists()]:
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        for path in left:
            os.dup2(os.open(f"{path}.out", os.O_CREAT | os.O_WRONLY), 1)
            if path.suffix == ".duckdb":
                sys.argv[1:] = [str(path), "a", "table"]
                duckdb_parse.main()
            else:
                sys.argv[1:] = [str(path), path.suffix[1:].replace("zsav", "sav")]
                statistical_parse.main()
            sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
"""


def _files_parsed_apart(folder: Path) -> dict[str, bytes]:
    frame = pd.DataFrame(COLUMNS).assign(weeks_before=[987654.25, None, -9.0])
    # The words for a code are the file's about its codes, and are told as the reason; those for a cell's value are not.
    labels = {"weeks_before": {-9.0: "did not answer", 987654.25: "canary"}}
    said: dict[str, Any] = {"variable_value_labels": labels}
    pyreadstat.write_sav(frame, folder / "a.sav", missing_ranges={"weeks_before": [-9]}, **said)
    pyreadstat.write_sav(frame, folder / "a.zsav", compress=True, missing_ranges={"weeks_before": [-9]}, **said)
    pyreadstat.write_dta(frame, folder / "a.dta", column_labels=["canary"] * 9)
    pyreadstat.write_xport(frame.rename(columns=lambda name: name[:8]), folder / "a.xpt", file_format_version=5)
    sas = gzip.decompress((FILES / "days.sas7bdat.gz").read_bytes())
    return {path.suffix: path.read_bytes() for path in sorted(folder.iterdir())} | {".sas7bdat": sas, ".duckdb": DUCKDB}


def _ended_apart(stream: bytes, kind: str) -> str:
    refusal: UnreadableError | None = None
    try:
        is_duckdb = kind == "duckdb"
        sheet = (
            sheet_from_arrow(opened_stream(stream, kind=kind), kind=kind)
            if is_duckdb
            else sheet_of_parsed(stream, kind)
        )
    except UnreadableError as error:
        refusal = error
    if refusal is not None:
        assert not _told("".join(traceback.format_exception(refusal)))
        return "refused"
    checked = check_table(sheet, PARTICIPANTS.columns, Place(table="participants", file="a"))
    assert not _told("".join(one.sentence() for one in checked.findings))
    return "read"


def _run_apart(count: int, seed: str) -> Counter[tuple[str, str]]:
    ended: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as made:
        for suffix, content in _files_parsed_apart(Path(made)).items():
            for number in range(count):
                rng = random.Random(f"{seed} {suffix} {number}")
                (Path(place) / f"{number}{suffix}").write_bytes(_bytes_harmed(rng, content))
        subprocess.run([sys.executable, "-c", FORKS, place], check=True, timeout=120)
        for path in Path(place).glob("*.out"):
            suffix = path.with_suffix("").suffix
            ended[suffix, _ended_apart(path.read_bytes(), suffix[1:])] += 1
    return ended


def _outcome(folder: Path) -> str:
    """Read the folder and return how it ended, having looked for cells in everything that was said."""
    refusal: RecordsError | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a library's warning may quote a cell
            records = read_records(folder)
    except RecordsError as error:
        refusal = error
    if refusal is None:
        assert records.counts()["participants"] > 0
        assert not _told(repr(records))
        return "read"
    assert str(refusal).strip()
    assert not _told("".join(traceback.format_exception(refusal)) + repr(refusal)), str(refusal)
    return "refused"


def _told(said: str) -> list[str]:
    return [canary for canary in CANARIES if canary in said]


def _run(counts: dict[str, int], seed: str) -> Counter[tuple[str, str]]:
    ended: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "records.yaml").write_text(CARD, encoding="utf-8")
        for suffix, count in counts.items():
            file = folder / f"participants{suffix}"
            for number in range(count):
                file.write_bytes(MAKERS[suffix](random.Random(f"{seed} {suffix} {number}")))
                try:
                    ended[suffix, _outcome(folder)] += 1
                except Exception as error:
                    raise AssertionError(f"damaged input {number} of {suffix}, seed {seed}") from error
            file.unlink()
    return ended


def test_every_format_reads_undamaged_in_this_harness(tmp_path: Path):
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    contents = {".csv": _text(ROWS).encode(), ".xlsx": WORKBOOK, ".parquet": PARQUET, ".duckdb": DUCKDB}
    for suffix, content in contents.items():
        file = tmp_path / f"participants{suffix}"
        file.write_bytes(content)
        assert _outcome(tmp_path) == "read"
        file.unlink()


def test_damaged_inputs_end_in_records_or_in_a_refusal_that_tells_no_cell():
    ended = _run({".csv": 150, ".xlsx": 20, ".parquet": 60, ".duckdb": 2}, "fast")
    assert ended.total() == 232
    assert {how for _, how in ended} == {"read", "refused"}


@pytest.mark.slow
def test_ten_thousand_damaged_inputs_of_every_format_end_in_records_or_in_a_refusal():
    ended = _run({".csv": 6200, ".tsv": 500, ".xlsx": 300, ".parquet": 2600}, "slow")
    ended += _run_apart(100, "slow")
    assert ended.total() >= 10_000
    assert {
        (suffix, how)
        for suffix in (*MAKERS, ".sav", ".zsav", ".dta", ".xpt", ".sas7bdat")
        for how in ("read", "refused")
    } <= set(ended)
    # What the parsers hold back is bounded: the whole run stays within what one reader may take.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 * 2**20  # KiB


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".sav", ".dta", ".sas7bdat", ".duckdb"])
def test_a_damaged_file_that_is_parsed_apart_is_refused_by_the_whole_reader(tmp_path: Path, suffix: str):
    (tmp_path / "made").mkdir()
    (tmp_path / "records.yaml").write_text(CARD, encoding="utf-8")
    content = _files_parsed_apart(tmp_path / "made")[suffix]
    for seed in range(4):
        (tmp_path / f"participants{suffix}").write_bytes(_bytes_harmed(random.Random(f"{suffix} {seed}"), content))
        assert _outcome(tmp_path) in {"read", "refused"}
