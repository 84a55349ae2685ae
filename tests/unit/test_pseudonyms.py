"""The key and the pseudonyms: stable over forms and files, and none without a key outside the project."""

from __future__ import annotations

import copy
import hashlib
import hmac
import pickle
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from steget_eval.cli.app import app
from steget_eval.core.errors import RecordsError
from steget_eval.core.identity import count_identity_numbers
from steget_eval.intake.pseudonyms import Pseudonymiser, write_key

LEAFLET, COORDINATION, CHILD, OLD = "640823-3234", "701063-2391", "201701012393", "189001019802"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder, beside which the key lies."""
    (tmp_path / "project" / ".git").mkdir(parents=True)
    return tmp_path / "project"


@pytest.fixture
def key(tmp_path: Path, project: Path) -> Path:
    """A new key outside the project."""
    return write_key(tmp_path / "keys" / "mine.key", project=project)


def test_all_forms_of_one_number_have_one_pseudonym_and_others_have_others(key: Path, project: Path) -> None:
    made = Pseudonymiser(key, project=project, this_year=2026)
    forms = [LEAFLET, "6408233234", "19640823-3234", "196408233234", f" {LEAFLET} "]
    assert len({made.pseudonym(form) for form in forms}) == 1
    others = [LEAFLET, LEAFLET.replace("-", "+"), COORDINATION, CHILD, OLD, "19640823TF29", "19640823TF19", "A17"]
    assert len({made.pseudonym(one) for one in others}) == len(others)
    assert made.pseudonym("890101+9802".replace("89", "90", 1)) == made.pseudonym(OLD)
    assert made.pseudonym("19640823tf29") == made.pseudonym("640823-TF29")


def test_pseudonyms_are_the_keyed_hash_and_hold_no_identity_number(key: Path, project: Path) -> None:
    secret = bytes.fromhex(key.read_text().strip())
    expected = hmac.new(secret, b"steget_eval participant_id\x00196408233234", hashlib.sha256).hexdigest()[:24]
    made = Pseudonymiser(key, project=project, this_year=2026)
    assert made.pseudonym(LEAFLET) == f"p{expected}"
    assert count_identity_numbers(made.pseudonym(LEAFLET)) == 0


def test_the_same_key_gives_the_same_and_another_key_another(key: Path, project: Path, tmp_path: Path) -> None:
    other = write_key(tmp_path / "keys" / "other.key", project=project)
    first, again, third = (Pseudonymiser(file, project=project).pseudonym(LEAFLET) for file in (key, key, other))
    assert first == again != third


def test_a_column_is_hashed_and_its_kinds_are_counted_once_an_id(key: Path, project: Path) -> None:
    made = Pseudonymiser(key, project=project, this_year=2026)
    column = np.array([LEAFLET, None, "", COORDINATION, LEAFLET, "19640823TF29", "A17"], dtype=object)
    got = made.pseudonyms(column)
    assert got.values.tolist() == [made.pseudonym(one or "") for one in column]
    assert got.values[1] == got.values[2] == ""
    counts = dict(got.to_frame().to_numpy())
    assert (counts["personal"], counts["coordination"], counts["protected"], counts["other"]) == (1, 1, 1, 1)


def test_year_of_birth_and_sex_are_told_where_asked(key: Path, project: Path) -> None:
    made = Pseudonymiser(key, project=project, this_year=2026)
    asked = [LEAFLET, COORDINATION, OLD, "19640823TF29", "A17"]
    assert [made.year_of_birth(one) for one in asked] == [1964, 1970, 1890, 1964, None]
    assert [made.sex(one) for one in asked] == ["man", "man", "woman", "woman", "unknown"]


def test_a_key_inside_the_project_or_any_work_tree_is_refused(project: Path, tmp_path: Path, key: Path) -> None:
    with pytest.raises(RecordsError, match="work tree"):
        write_key(project / "secret.key", project=project)
    plain = tmp_path / "plain"
    (plain / "records").mkdir(parents=True)
    for place in (plain, plain / "records", plain / "recipe.yaml"):
        with pytest.raises(RecordsError, match="project's folder"):
            write_key(plain / "records" / "secret.key", project=place if place != plain / "records" else plain)
    (plain / "link.key").symlink_to(key)
    assert Pseudonymiser(plain / "link.key", project=plain)  # what is linked to lies outside
    inside = plain / "inside.key"
    inside.write_text(key.read_text())
    inside.chmod(0o600)
    (tmp_path / "keys" / "way.key").symlink_to(inside)
    with pytest.raises(RecordsError, match="project's folder"):
        Pseudonymiser(tmp_path / "keys" / "way.key", project=plain)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (None, 0o644, "others can read"),
        (None, 0o620, "others can read"),
        ("ab" * 16 + "\n", 0o600, "16 bytes"),
        ("00" * 32, 0o600, "repeats itself"),
        ("a key of mine", 0o600, "hexadecimal"),
        ("", 0o600, "0 bytes"),
    ],
)
def test_a_key_that_is_short_weak_or_open_is_refused(
    text: str | None, mode: int, said: str, key: Path, project: Path
) -> None:
    secret = key.read_text().strip()
    if text is not None:
        key.write_text(text)
    key.chmod(mode)
    with pytest.raises(RecordsError, match=said) as refusal:
        Pseudonymiser(key, project=project)
    assert secret not in str(refusal.value)


def test_a_key_is_never_replaced_and_a_missing_one_is_a_sentence(key: Path, project: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="never replaced"):
        write_key(key, project=project)
    with pytest.raises(RecordsError, match="no such key"):
        Pseudonymiser(tmp_path / "nowhere.key", project=project)


def test_a_pseudonymiser_is_not_written_anywhere(key: Path, project: Path) -> None:
    made = Pseudonymiser(key, project=project)
    assert key.read_text().strip() not in repr(made)
    with pytest.raises(TypeError, match="a key is not written"):
        pickle.dumps(made)
    with pytest.raises(TypeError, match="a key is not written"):
        copy.deepcopy(made)


def test_the_command_writes_a_key_that_only_its_owner_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    got = CliRunner().invoke(app, ["key", "new", str(tmp_path / "safe" / "k.key")])
    assert got.exit_code == 0, got.output
    file = tmp_path / "safe" / "k.key"
    assert (file.stat().st_mode & 0o777, len(bytes.fromhex(file.read_text().strip()))) == (0o600, 32)
    assert file.read_text().strip() not in got.output
    refused = CliRunner().invoke(app, ["key", "new", "here.key"])
    assert refused.exit_code == 1
    assert not Path("here.key").exists()
