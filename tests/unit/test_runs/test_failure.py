"""What a page may say of a job that did not end well: nothing of where the machine keeps its files."""

from pathlib import Path

import pytest

from steget_eval.runs.failure import safe_lines, told_of

BASE = Path("/home/somebody/evaluation")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("/home/somebody/evaluation/lund/protocol.yaml: no such file", "lund/protocol.yaml: no such file"),
        ("/srv/secret/place/records.csv: row 3 is refused", "records.csv: row 3 is refused"),
        ("records: there are no records there; looked in /home/somebody/evaluation",
         "records: there are no records there; looked in the batch's folder"),
        ("parameters.month is not a parameter of a.ipynb; did you mean months?",
         "parameters.month is not a parameter of a.ipynb; did you mean months?"),
        ("1/2 of the rows and/or none", "1/2 of the rows and/or none"),
    ],
)  # fmt: skip
def test_a_page_tells_no_absolute_path(reason: str, told: str) -> None:
    assert told_of(reason, BASE) == {"en": told}


def test_lines_with_an_identity_number_are_withheld() -> None:
    assert safe_lines(["line 1", "ValueError"]) == ("line 1", "ValueError")
    assert safe_lines(["line 1", "-".join(("19121212", "1212"))]) == ()
