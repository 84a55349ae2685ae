"""Holds a folder against the profile Process Run Crate with roc-validator; prints what it finds as JSON.

Run by an interpreter that has roc-validator and rocrate: ``make crate`` builds it from .ci/crate.lock, for they want
other versions than this package. The context of RO-Crate 1.1 is read from the copy that rocrate ships; every other
address is refused, so that no network is asked.
"""

import json
import sys
from pathlib import Path
from typing import Any

import rocrate
from requests import Response
from rocrate_validator import services
from rocrate_validator.utils.http import HttpRequester

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


def shipped_context(url: str, *args: Any, **options: Any) -> Response:
    """Answer for the context as rocrate ships it; nothing is asked of a network."""
    if url != CONTEXT:
        raise SystemExit(f"{url} is not to be fetched")
    answer = Response()
    answer.url, answer.status_code, answer.encoding = url, 200, "utf-8"
    answer.headers["Content-Type"] = "application/ld+json"
    answer._content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
    return answer


def main(folder: str) -> None:
    """Print every issue of a folder with its severity."""
    for method in ("get", "head", "fetch_fresh"):
        setattr(HttpRequester, method, staticmethod(shipped_context))
    settings = {"rocrate_uri": folder, "profile_identifier": "process-run-crate", "requirement_severity": "REQUIRED"}
    found = services.validate(settings)
    issues = [[issue.severity.name, issue.check.identifier, issue.message] for issue in found.get_issues()]
    sys.stdout.write(json.dumps({"passed": found.passed(), "checks": len(found.executed_checks), "issues": issues}))


if __name__ == "__main__":
    main(sys.argv[1])
