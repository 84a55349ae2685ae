"""Strict YAML: read safely, refused in sentences that say where, what was found and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from steget_eval.core.errors import InputError, SpecError

M = TypeVar("M", bound=BaseModel)


def load_model(file: Path, model: type[M], *, error: type[InputError] = SpecError) -> M:
    """Return the model that a YAML file says.

    Raises
    ------
    InputError
        Of the given type, with one line for every fault: file, path inside it, what was found, what is allowed.
    """
    content = read_yaml(file, error=error)
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        raise error(refusal(file, fault, model)) from None


def read_yaml(file: Path, *, error: type[InputError] = SpecError) -> dict[str, Any]:
    """Return the mapping in a YAML file, read safely; what is no mapping is refused."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise error(f"{file}: there is no such file") from None
    except (OSError, UnicodeDecodeError):
        raise error(f"{file}: the file cannot be read as UTF-8 text") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" line {mark.line + 1}:" if mark else ""
        raise error(f"{file}:{where} this is not YAML: {getattr(fault, 'problem', 'it cannot be parsed')}") from None
    except ValueError as fault:  # 2021-02-30 looks like a date to YAML
        raise error(f"{file}: a value cannot be read: {fault}") from None
    except RecursionError:
        raise error(f"{file}: the keys are nested too deep") from None
    if not isinstance(content, dict):
        raise error(f"{file}: a mapping of keys to values was expected at the top")
    return content


def refusal(file: Path, error: ValidationError, model: type[BaseModel]) -> str:
    """Return a pydantic refusal as sentences: one line a fault, at most twenty."""
    lines = [f"{file}: {_sentence(detail, model)}" for detail in error.errors(include_url=False)[:20]]
    return "\n".join(dict.fromkeys(lines))


class _StrictLoader(yaml.SafeLoader):
    """A SafeLoader that refuses a key given twice, where plain YAML lets the last one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = str(self.construct_object(key_node, deep=True))
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    at = _path(detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f"{at} is missing"
    if kind == "extra_forbidden":
        return f"{at} is not a known key{_nearest(detail, model)}"
    if kind == "value_error":
        return f"{at}: {context.get('error', detail['msg'])}".removeprefix("the top: ")
    found = _found(detail["input"])
    if kind == "literal_error":
        return f"{at} is {found}; allowed: {context['expected']}"
    return f"{at} is {found}; {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _path(location: Sequence[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the top"


def _found(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _nearest(detail: ErrorDetails, model: type[BaseModel]) -> str:
    names = _known_keys(detail["loc"][:-1], model)
    near = difflib.get_close_matches(str(detail["loc"][-1]), names, n=1)
    allowed = ", ".join(names)
    return f"; did you mean {near[0]}?" if near else f"; allowed: {allowed}" if names else ""


def _known_keys(location: Sequence[str | int], top: type[BaseModel]) -> list[str]:
    model: Any = top
    is_mapping_key = False
    for part in location:
        if isinstance(part, int) or is_mapping_key:
            is_mapping_key = False
            continue
        field = getattr(model, "model_fields", {}).get(part)
        if field is None:
            return []
        is_mapping_key = get_origin(field.annotation) is dict
        model = _model_in(field.annotation)
    return list(getattr(model, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    inner = [_model_in(argument) for argument in getattr(annotation, "__args__", ())]
    return next((model for model in inner if model is not None), None)
