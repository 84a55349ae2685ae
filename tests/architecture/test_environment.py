"""conda and pip give the same packages within the same bounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
#: PyPI name to conda-forge name, where they differ.
CONDA_NAMES = {"duckdb": "python-duckdb", "ibis-framework": "ibis-duckdb", "matplotlib": "matplotlib-base"}


def _split(requirement: str) -> tuple[str, frozenset[str]]:
    match = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[^\]]+\])?\s*(.*)", requirement)
    assert match is not None
    return match[1].lower(), frozenset(part.strip() for part in match[2].split(",") if part.strip())


def test_environment_yml_has_the_packages_and_bounds_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    ours = dict(_split(requirement) for requirement in project["dependencies"])
    ours = {CONDA_NAMES.get(name, name): bounds for name, bounds in ours.items()}
    theirs = dict(_split(requirement) for requirement in conda if isinstance(requirement, str) and requirement != "pip")
    assert theirs.pop("python") == _split("python" + project["requires-python"])[1]
    assert theirs == ours


def test_locks_carry_hashes_and_no_address():
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links", text), lock.name
        pins = re.findall(r"^[a-z0-9_.-]+==\S+ \\$", text, flags=re.MULTILINE)
        assert pins, lock.name
        assert text.count("--hash=sha256:") >= len(pins), lock.name


def test_the_lock_holds_every_declared_requirement_within_its_bounds():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = {canonicalize_name(n): v for n, v in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", text, flags=re.MULTILINE)}
    extras = project["optional-dependencies"]
    for declared in (*project["dependencies"], *extras["dev"], *extras["docs"]):
        requirement = Requirement(declared)
        version = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{declared} is locked at {version}"


def test_an_extras_lock_agrees_with_the_lock():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", text, flags=re.MULTILINE))
    for lock in ROOT.glob("requirements-*.lock"):
        extra = dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
        differing = {
            name: (version, pins[name]) for name, version in extra.items() if pins.get(name, version) != version
        }
        assert differing == {}, lock.name
