"""What the schemas of workflows share."""

from pathlib import Path

import pytest
from pydantic import Field, ValidationError, field_validator

from dalsegno.nodes.schemas import Frozen, absolute, directory, several
from dalsegno.state.errors import InputError


class _Inputs(Frozen):
    document: str = "~"
    out: str | None = None
    questions: list[str] = Field(default=[])

    _absolute = field_validator("document")(absolute)
    _usable = field_validator("out")(directory)
    _several = field_validator("questions", mode="before")(several)


def test_a_path_holds_from_anywhere_and_home_is_meant() -> None:
    assert _Inputs(document="a/b.txt").document == str(Path.cwd() / "a" / "b.txt")
    assert _Inputs(document="~/b.txt").document == str(Path.home() / "b.txt")


def test_a_directory_is_made_or_refused() -> None:
    assert _Inputs().out is None
    assert Path(_Inputs(out="new/deep").out or "").is_dir()
    Path("file").touch()
    with pytest.raises(InputError, match="is, or leads through, a file"):
        _Inputs(out="file/deep")


def test_one_text_is_a_list_of_one() -> None:
    assert _Inputs.model_validate({"questions": "Who?"}).questions == ["Who?"]
    assert _Inputs(questions=["a", "b"]).questions == ["a", "b"]


def test_frozen_data_has_no_other_fields_and_does_not_change() -> None:
    with pytest.raises(ValidationError):
        _Inputs.model_validate({"more": 1})
    with pytest.raises(ValidationError):
        _Inputs().document = "b"  # type: ignore[misc]  # that is what is tried
