"""The third stage: a digest as something that people read."""

import re
from importlib.resources import files
from pathlib import Path

from ....nodes.reports import render_pdf
from .schema import Digest, Made

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(digest: Digest, document: str) -> Made:
    """Markdown. What a document says is text in it: none of it can become a link or an image."""
    name = _escaped(Path(document).name)
    lines = [f"# Digest of {name}", ""]
    for each in digest.summary:
        page = f" (p. {each.page})" if each.page else ""
        lines.append(f"- {_escaped(each.text)}{page}")
    text = "\n".join(lines if digest.summary else [*lines, "Nothing in it stands out."])
    return Made.of(".md", f"{text}\n".encode("utf-8", "replace"))


def pdf(digest: Digest, document: str) -> Made:
    """A page of paper, typeset."""
    template = files(__package__).joinpath("digest.typ").read_text(encoding="utf-8")
    points = [each.model_dump(include={"text", "page"}) for each in digest.summary]
    return Made.of(".pdf", render_pdf(template, {"title": Path(document).name, "points": points}))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
