"""The text that an extractor is given, as pages of sentences and tables."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .numbers import DecimalMark, Scale, currency_of, decimal_mark, stated_scale

_PAGE = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)
#: Ends of sentences, but for the short forms that also end in a full stop.
_END = re.compile(
    r"(?<![A-Z])(?<!\b[A-Z]\.[A-Z])(?<!\bInc)(?<!\bCorp)(?<!\bLtd)(?<!\bCo)(?<!\bNo)(?<!\bMr)"
    r"(?<!\bMs)(?<!\bDr)(?<!\bvs)(?<!\bapprox)(?<!\bSt)(?<!\bu\.a)(?<!\be\.g)(?<!\bi\.e)"
    r"(?<!\betc)(?<!\bFig)(?<!\bRs)(?<!\bcf)(?<!\bp)(?<!\bca)[.!?][\"”’)]*\s+(?=[\"“(‘]?[A-Z0-9•])"
)
_ROW_END = re.compile(r"(?:[\s|]+[$€£¥₹]?\s?[-–—(]?[$€£¥₹]?\d[\d,.' ]*\)?%?){2,}\s*$")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of the prose and the page that it stands on (None: the text has no pages)."""

    text: str
    page: int | None
    order: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """A table's row: its label and its cells, one for each heading."""

    label: str
    cells: tuple[str, ...]
    section: str = ""

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.label, *self.cells) if part)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with what stands above it. ``headings`` may be blank where the text has none."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    page: int | None

    @cached_property
    def scale(self) -> Scale | None:
        return stated_scale(f"{self.caption} {' '.join(self.headings)}")

    @cached_property
    def currency(self) -> str | None:
        """What the caption or headings name; else the sign in the cells."""
        named = currency_of(" ".join(self.headings)) or currency_of(self.caption)
        return named or currency_of(" ".join(cell for row in self.rows for cell in row.cells))


@dataclass(frozen=True)
class Source:
    """A text to read from. ``[page N]`` on a line of its own begins a page."""

    text: str
    pages: tuple[tuple[int | None, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pages", tuple(_pages(self.text)))

    @cached_property
    def mark(self) -> DecimalMark:
        return decimal_mark(self.text)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        found = ((page, text) for page, body in self.pages for text in split_sentences(body))
        return tuple(
            Sentence(text=text, page=page, order=order)
            for order, (page, text) in enumerate(found)
        )

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for page, body in self.pages for table in _tables(body, page))

    @cached_property
    def currency(self) -> str | None:
        """The reporting currency, where the text says it in words."""
        said = re.search(
            r"(?:reporting|presentation|functional)\s+currency[^.]{0,60}?\b(?:is|are)\b([^.]{0,60})",
            self.text,
            re.IGNORECASE,
        ) or re.search(r"(?:presented|expressed|stated|reported)\s+in\s+([^.]{0,50})", self.text)
        return currency_of(said[1]) if said else None

    @cached_property
    def dollar(self) -> str:
        """Whose dollar a bare "$" is: the United States', unless the text names another's."""
        for code, names in _DOLLARS.items():
            if re.search(rf"(?:all|presented|expressed|stated|reported|amounts?|figures)"
                         rf"[^.\n]{{0,60}}(?:{names})", self.text, re.IGNORECASE):
                return code
        return "USD"


_DOLLARS = {
    "CAD": r"Canadian dollars|C\$|CAD",
    "AUD": r"Australian dollars|A\$|AUD",
    "NZD": r"New Zealand dollars|NZ\$|NZD",
    "HKD": r"Hong Kong dollars|HK\$|HKD",
    "SGD": r"Singapore dollars|S\$|SGD",
}


def _pages(text: str) -> Iterator[tuple[int | None, str]]:
    parts = _PAGE.split(text)
    if parts[0].strip() or len(parts) == 1:
        yield None, parts[0]
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        yield int(number), body


def split_sentences(body: str) -> list[str]:
    """The sentences of a page's prose, lines joined; headings and rows of figures left out."""
    found: list[str] = []
    for paragraph in _paragraphs(body.split("\n")):
        joined = re.sub(r"\s+", " ", " ".join(paragraph)).strip()
        start = 0
        for match in _END.finditer(joined):
            found.append(joined[start : match.end()].strip())
            start = match.end()
        found.append(joined[start:].strip())
    return [text for text in found if _is_sentence(text)]


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines of prose that belong together: a heading, a table or a blank line parts them."""
    paragraph: list[str] = []
    for line in lines:
        stripped = line.strip()
        is_heading = not paragraph and len(stripped) < 60 and not re.search(r"[.;:,]$", stripped)
        breaks = not stripped or stripped.startswith("|") or _ROW_END.search(stripped) is not None
        bullet = re.match(r"[•▪◦*–-]\s", stripped) is not None
        if (breaks or bullet or is_heading) and paragraph:
            yield paragraph
            paragraph = []
        if breaks or (is_heading and not re.search(r"\b(?:is|are|was|were|has|have)\b", stripped)):
            if stripped and is_heading and not breaks:
                yield [stripped]
            continue
        paragraph.append(stripped)
        if re.search(r"[.!?][\"”)]?$", stripped) and len(stripped) < 60:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _is_sentence(text: str) -> bool:
    words = text.split()
    return (
        len(words) >= 4
        and bool(re.search(r"[.!?][\"”’)]*$", text))
        and sum(word.isalpha() or word[:-1].isalpha() for word in words) >= len(words) / 2
    )


def _tables(body: str, page: int | None) -> Iterator[Table]:
    lines = body.split("\n")
    at = 0
    while at < len(lines):
        if lines[at].lstrip().startswith("|"):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            yield _markdown_table(lines[at:end], _above(lines, at), page)
            at = end
        else:
            at += 1
    yield from _plain_tables(lines, page)


def _above(lines: list[str], at: int) -> str:
    above = []
    for line in reversed(lines[max(0, at - 5) : at]):
        if not line.strip() or line.lstrip().startswith("|"):
            break
        above.insert(0, line.strip())
    return "\n".join(above)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _markdown_table(lines: list[str], caption: str, page: int | None) -> Table:
    rows = [_cells(line) for line in lines if not re.fullmatch(r"[\s|:-]+", line)]
    ruled = any(re.fullmatch(r"[\s|:-]+", line) and "-" in line for line in lines[:2])
    headings = rows.pop(0)[1:] if ruled and rows else ()
    width = max((len(row) - 1 for row in rows), default=0)
    headings = (*headings, *("",) * (width - len(headings)))
    return Table(caption=caption, headings=headings, rows=tuple(_sectioned(rows)), page=page)


def _sectioned(rows: list[tuple[str, ...]]) -> Iterator[Row]:
    section = ""
    for label, *cells in rows:
        if not any(cells):
            section = label
        yield Row(label=label, cells=tuple(cells), section=section)


_PLAIN_ROW = re.compile(
    r"^(?P<label>[^\d|]*?[^\W\d_][^|]*?)\s+(?P<cells>(?:(?:US|C|A)?[$€£¥₹]?\s?[-–—(]?\s?[$€£¥₹]?\d[\d,.'’]*\)?"
    r"\s?%?\s*|[-–—]\s+)+)$"
)
_PLAIN_CELL = re.compile(r"(?:US|C|A)?[$€£¥₹]?\s?[-–(]?\s?[$€£¥₹]?\d[\d,.'’]*\)?\s?%?|[-–—](?=\s)")
_YEARS = re.compile(r"(?:.*?\s)?((?:(?:FY\s?|fiscal\s)?(?:19|20)\d\d\s+)+(?:19|20)\d\d)\s*$", re.I)


def _plain_tables(lines: list[str], page: int | None) -> Iterator[Table]:
    """Rows in text that has no Markdown: a label and numbers, below a line of years."""
    headings: tuple[str, ...] = ()
    caption: list[str] = []
    rows: list[tuple[str, ...]] = []
    for line in [*lines, "|"]:
        years = _YEARS.match(line)
        row = None if years else _PLAIN_ROW.match(line.strip())
        if row and len(cells := _PLAIN_CELL.findall(row["cells"])) >= (1 if headings else 2):
            rows.append((row["label"], *(cell.strip() for cell in cells)))
            continue
        if rows and (years or not line.strip() or line.startswith("|") or line.endswith(".")):
            yield _plain_table(rows, headings, caption, page)
            rows, caption = [], []
        if years:
            headings = tuple(re.findall(r"(?:19|20)\d\d", years[1]))
        elif line.startswith("|"):
            headings = ()
        caption = [*caption[-4:], line.strip()]


def _plain_table(
    rows: list[tuple[str, ...]], headings: tuple[str, ...], caption: list[str], page: int | None
) -> Table:
    width = max(len(row) - 1 for row in rows)
    headings = headings if len(headings) >= width else ("",) * width
    return Table(
        caption="\n".join(caption),
        headings=headings,
        rows=tuple(_sectioned(rows)),
        page=page,
    )
