"""What is read off papers by rule: facts with their file, page, line and sentence.

A paper is a file's text. Forms say things as "Label: value", also when a scanner wore the label;
letters and contracts say them in sentences that run over lines. Both are found here with the place
where they stand, so that a person can look.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .documents.files import TextFile
from .offline.guard import guarded
from .schemas import Frozen
from .timeline import Span

#: Below this likeness (per cent) a worn label is another one.
_ALIKE = 84
_WORD_ALIKE = 75


class PaperPage(Frozen):
    """A page's number, from 1, and its text."""

    number: int
    text: str


class Paper(Frozen):
    """A file as a run keeps it."""

    name: str
    kind: str
    digest: str
    pages: tuple[PaperPage, ...]

    @property
    def text(self) -> str:
        """All of it, pages one below the other."""
        return "\n".join(page.text for page in self.pages)


class Cited(Frozen):
    """Where something stands and how sure that is. Without a place there is a ``reason``."""

    file: str | None = None
    page: int | None = None
    line: int | None = None
    sentence: str | None = None
    confidence: float = 0.0
    reason: str | None = None

    @property
    def place(self) -> str:
        """As one cites it: "report.pdf, page 2, line 14"."""
        parts = (self.file, self.page and f"page {self.page}", self.line and f"line {self.line}")
        return ", ".join(str(part) for part in parts if part)


class TextFact(Cited):
    """A name, a number, a description; null with a reason where it is not stated."""

    value: str | None = None


class DayFact(Cited):
    """A date. Where it can be read in two ways it is null, and the ``readings`` are both."""

    value: date | None = None
    readings: tuple[date, ...] = ()


class SpanFact(Cited):
    """A period, as months and days; both are null where none is stated."""

    months: int | None = None
    days: int | None = None

    @property
    def value(self) -> Span | None:
        """The period to count with."""
        if self.months is None and self.days is None:
            return None
        return Span(months=self.months or 0, days=self.days or 0)


class AmountFact(Cited):
    """A sum of money."""

    value: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line, or a sentence by the line that it begins on."""

    file: str
    page: int
    number: int
    text: str

    def cited(self, confidence: float, reason: str | None = None) -> dict[str, object]:
        """The line as what a fact rests on."""
        return {
            "file": self.file,
            "page": self.page,
            "line": self.number,
            "sentence": self.text[:600],
            "confidence": round(confidence, 2),
            "reason": reason,
        }


#: What moves a terminal's cursor, turns the way of the letters, or breaks a line.
_CONTROL = "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069"


def one_line(text: str) -> str:
    """Somebody else's text as part of one line: it cannot pass for a line of its own."""
    return re.sub(f"[\\t\\n{_CONTROL}]+", " ", text).rstrip()


def paper_of(file: TextFile) -> Paper:
    """A file that was read, as a run keeps it: characters that only steer a screen are blanks."""
    pages = tuple(
        PaperPage(number=each.number, text=re.sub(f"[{_CONTROL}]", " ", each.text))
        for each in file.pages
    )
    return Paper(name=one_line(file.name), kind=file.kind, digest=file.digest, pages=pages)


def without_orders(paper: Paper) -> tuple[Paper, tuple[str, ...]]:
    """The paper with orders to its reader blanked, and these; every line keeps its number."""
    found = list(guarded(paper.text, "").left_out)
    for each in sentences_of(paper):  # also those that run over a line's end
        found += guarded(each.text, "").left_out
    orders = tuple(dict.fromkeys(found))
    if not orders:
        return paper, ()
    pages = []
    for page in paper.pages:
        text = page.text
        for order in orders:
            words = r"\s+".join(map(re.escape, order.split()))
            text = re.sub(words, lambda match: "\n" * match[0].count("\n"), text)
        pages.append(page.model_copy(update={"text": text}))
    return paper.model_copy(update={"pages": tuple(pages)}), orders


def lines_of(paper: Paper) -> tuple[Line, ...]:
    """The lines of a paper that hold something; each page counts its own from 1."""
    return tuple(
        Line(file=paper.name, page=page.number, number=number, text=text.strip())
        for page in paper.pages
        for number, text in enumerate(page.text.split("\n"), 1)
        if text.strip()
    )


#: The end of a sentence, but for short forms and the numbers of paragraphs.
_END = re.compile(
    r"(?<!\bNo)(?<!\bno)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bLtd)(?<!\bCo)(?<!\bInc)"
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\bArt)(?<!\bRef)(?<!\b[A-Z])(?<!^\d)(?<!^\d\d)"
    r"[.!?][\"”’)]*\s+(?=[\"“(‘]?[A-Z0-9])"
)
_NUMBERED = re.compile(
    r"(?:\(?[a-z0-9]{1,3}[.)]|\d+(?:\.\d+)+\.?|[•▪*–-]|Article|Clause|Section)\s"
)
_LABEL = re.compile(r"[^:.]{2,40}:(?:\s|$)|.{2,40}?(?:\.{3,}|_{3,}|\t| {3,})\S")


def sentences_of(paper: Paper) -> tuple[Line, ...]:
    """The sentences of a paper, joined over line ends; a labelled line is one of its own."""
    found: list[Line] = []
    for page in paper.pages:
        for paragraph in _paragraphs(page.text.split("\n")):
            found.extend(_sentences(paper.name, page.number, paragraph))
    return tuple(found)


def _paragraphs(lines: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Lines that belong together; a PDF shows by their length only where a paragraph ends."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    short = 0.7 * lengths[int(0.8 * (len(lengths) - 1))] if lengths else 0.0
    paragraph: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        last = paragraph[-1][1] if paragraph else ""
        first = paragraph[0][1] if paragraph else ""
        ends = len(last) < short or _NUMBERED.match(first) or _LABEL.match(first)
        ended = ends and last[-1:] not in ",;" and text[:1].isupper()
        begins = not text or ended or _NUMBERED.match(text) or _LABEL.match(text)
        if begins and paragraph:
            yield paragraph
            paragraph = []
        if text:
            paragraph.append((number, re.sub(r"\s+", " ", text)))
    if paragraph:
        yield paragraph


def _sentences(file: str, page: int, paragraph: Sequence[tuple[int, str]]) -> Iterator[Line]:
    starts, joined = [], ""
    for number, text in paragraph:
        starts.append((len(joined), number))
        joined += f"{text} "
    at = 0
    for end in [*(match.end() for match in _END.finditer(joined)), len(joined)]:
        text = joined[at:end].strip()
        if text:
            line = max(number for start, number in starts if start <= at)
            yield Line(file=file, page=page, number=line, text=text)
        at = end


def labelled(lines: Iterable[Line], labels: Iterable[str]) -> Iterator[tuple[str, Line, float]]:
    """What lines state as "Label: value", with how sure the label is; the surest label first.

    The value may stand in the line below a label that has none. A label that a scanner wore
    ("Po1icy N0.") is known by its likeness.
    """
    every = tuple(lines)
    wanted = frozenset(plain(each) for each in labels)
    found = []
    for at, line in enumerate(every):
        for cell in dict.fromkeys((line.text, *_CELLS.split(line.text))):
            hit = _after_label(cell, wanted) or _after_words(cell, wanted)
            if hit is None:
                continue
            (value, sure), place = hit, line
            below = every[at + 1] if at + 1 < len(every) else None
            if not value and below is not None and not _LABEL.match(below.text):
                value, place = below.text, below
                sure -= 0.1
            if value:
                found.append((value, place, sure))
                break
    yield from sorted(found, key=lambda each: -each[2])


#: Where one line has several labels: columns, or "Landlord: A. Tenant: B."
_CELLS = re.compile(r"\t| {3,}| \| |(?<=[.;])\s+(?=[A-Z][\w ]{2,25}:\s)")
_HEAD = re.compile(
    r"^(?:\(?\d{1,2}[.)]\s+|[-•*▪]\s+)?(?P<label>[^:]{2,45}?)"
    r"\s*(?::|\?|\.{3,}|_{3,}|\t| {2,}|\|)\s*[._]*\s*"
)


def _after_label(text: str, wanted: Set[str]) -> tuple[str, float] | None:
    head = _HEAD.match(text if ":" in text or len(text) > 45 else f"{text}:")
    if head is None:
        return None
    label = plain(head["label"])
    best = max((_likeness(label, each) for each in wanted), default=0.0)
    if best < _ALIKE or (best < 100 and len(label) < 6):
        return None
    value = text[head.end() :].strip(" ._|\t")
    value = _CELLS.split(value)[0].strip(" .;")
    return value, 0.95 if best == 100 else 0.6 + 0.3 * (best - _ALIKE) / (100 - _ALIKE)


def _likeness(label: str, wanted: str) -> float:
    """How alike two labels are, word by word: "date of issue" is no "date of loss"."""
    from rapidfuzz import fuzz

    ours, theirs = label.split(), wanted.split()
    if len(ours) != len(theirs):
        return 0.0
    worst = min((fuzz.ratio(a, b) for a, b in zip(ours, theirs, strict=True)), default=0.0)
    return fuzz.ratio(label, wanted) if worst >= _WORD_ALIKE else 0.0


#: As many words as a label has before a value that nothing parts from it.
_MOST_WORDS = 5


def _after_words(text: str, wanted: Set[str]) -> tuple[str, float] | None:
    """A label with its value right behind it: of one word only before a number or a sum."""
    words = text.split()
    if words and words[0].lower() == "the":
        return None  # a sentence begins so
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        rest = " ".join(words[count:])
        is_number = re.match(r"[\d€£$]|[A-Z]{3} \d|\w*-?\d", rest) is not None
        if plain(" ".join(words[:count])) in wanted and (count > 1 or is_number):
            return rest, 0.85
    return None


def plain(text: str) -> str:
    """A label by its letters only, and as a scanner might have read them."""
    kept = re.sub(r"\([^)]*\)|[^\w|]+", " ", text.lower())
    kept = kept.translate(str.maketrans("0158|", "olisl")).replace("rn", "m").replace("l", "i")
    return re.sub(r"\s+", " ", kept).strip().removeprefix("the ")
