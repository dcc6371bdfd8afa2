"""What a report of the examiner is, and the kit of parts from which its pages are put together.

Every text goes into Typst as a string literal, never as markup, so that `$`, `#`, `*` and quotes
stand on the page just as they stand in the specification.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PERCENT: Final = "units"
"""The scale of a growth: its value is in percent, as printed ('7.5%' is 7.5)."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One figure of the truth.

    - `value` is as printed, at the printed scale. A loss is negative however it is printed; an
      expense is positive however the statement signs it. A growth is in percent.
    - `period` is the calendar year in which the fiscal year ends: '2023' for 'FY23', for '2022/23'
      and for 'year ended September 30, 2023'. `fiscal_year` brings a printed period to this form.
    - `printed` says that the document prints the figure; otherwise it has to be computed. A
      computed growth has two decimals, so compare it with a tolerance of 0.06. A printed growth
      is rounded: computing it from the statement lands within half of its last printed digit.
    """

    value: float
    currency: str | None
    scale: str
    period: str
    printed: bool


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the document says of the latest full year of the group; None where it does not say.

    Net income is the consolidated line before the split between owners and noncontrolling
    interests, wherever the document prints such a line.
    """

    revenue: Expected | None
    operating_expenses: Expected | None
    net_income: Expected | None
    revenue_growth: Expected | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One fictional annual report with the figures it states."""

    name: str
    what_is_hard: str
    source: str
    truth: Truth


def fiscal_year(period: str) -> str:
    """The year in which a printed period ends: '2022/23', 'FY23' and 'fiscal 2023' are '2023'."""
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", period)
    split = re.search(r"(?<!\d)((?:19|20)\d\d)\s*[/–-]\s*(\d\d)(?!\d)", period)
    # Only consecutive years are a split year: '2023-12-31' is a date.
    if split and (int(split[1]) + 1) % 100 == int(split[2]):
        return str(int(split[1]) + 1)
    short = re.search(r"FY\s*'?(\d\d)(?!\d)", period, flags=re.IGNORECASE)
    if not years and short:
        return "20" + short[1]
    return str(years[-1]) if years else period


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What the amounts of one report have in common, so that a truth is written as bare numbers."""

    currency: str
    scale: str
    period: str

    def money(self, value: float, *, printed: bool = True) -> Expected:
        """An amount in this unit."""
        return Expected(
            value=value,
            currency=self.currency,
            scale=self.scale,
            period=self.period,
            printed=printed,
        )

    def growth(self, percent: float, *, printed: bool) -> Expected:
        """A growth over the year before, which carries no currency."""
        return Expected(
            value=percent, currency=None, scale=PERCENT, period=self.period, printed=printed
        )

    def truth(
        self,
        *,
        revenue: float | None,
        operating_expenses: float | None,
        net_income: float | None,
        printed_growth: float | None = None,
        computed_growth: float | None = None,
    ) -> Truth:
        """The common case: the amounts are printed, the growth is printed or computed."""
        growth: Expected | None = None
        if printed_growth is not None:
            growth = self.growth(printed_growth, printed=True)
        elif computed_growth is not None:
            growth = self.growth(computed_growth, printed=False)
        amounts = [
            None if value is None else self.money(value)
            for value in (revenue, operating_expenses, net_income)
        ]
        return Truth(
            revenue=amounts[0],
            operating_expenses=amounts[1],
            net_income=amounts[2],
            revenue_growth=growth,
        )


# --- Text ---------------------------------------------------------------------------------------

PAGE: Final = "#pagebreak(weak: true)\n"


def literal(text: str) -> str:
    """A Typst string literal; a line break in it breaks the line on the page."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def heading(text: str, *, size: int = 15) -> str:
    """A heading, kept together with what follows."""
    return f"#block(sticky: true)[#text({size}pt, weight: 700, {literal(text)})]\n"


def caption(text: str) -> str:
    """The small line under the title of a statement, such as '(in millions)'."""
    return f'#block(sticky: true)[#text(0.9em, style: "italic", {literal(text)})]\n'


def prose(*paragraphs: str) -> str:
    """Paragraphs over the full width."""
    return "".join(f"#{literal(' '.join(text.split()))}\n\n" for text in paragraphs)


def two_columns(*paragraphs: str) -> str:
    """Paragraphs in two columns, whose lines share baselines across the gutter."""
    half = (len(paragraphs) + 1) // 2
    left, right = prose(*paragraphs[:half]), prose(*paragraphs[half:])
    return f"#grid(columns: (1fr, 1fr), column-gutter: 14pt, [{left}], [{right}])\n\n"


def gap(length: str) -> str:
    """Empty height, with which a statement is pushed towards the foot of its page."""
    return f"#v({length})\n"


def cover(company: str, title: str) -> str:
    """A cover page."""
    return (
        f"#v(7cm)#align(center)[#text(28pt, weight: 700, {literal(company)})\n\n"
        f"#text(16pt, {literal(title)})]\n{PAGE}"
    )


def contents(*entries: tuple[str, int]) -> str:
    """A table of contents: the titles of the statements beside numbers which are no amounts."""
    lines = "".join(
        f"#{literal(title)} #box(width: 1fr, repeat[.]) {page}\n\n" for title, page in entries
    )
    return heading("Contents") + lines + PAGE


def tiles(*cells: tuple[str, str, str]) -> str:
    """Figures of a highlights page: a large number, its label below it, a remark below that."""
    boxes = ", ".join(
        f"block(stroke: 0.5pt, inset: 10pt, width: 100%)[#text(24pt, weight: 700, {literal(big)})"
        f"\n\n#{literal(label)}\n\n#text(0.8em, {literal(remark)})]"
        for big, label, remark in cells
    )
    return f"#grid(columns: (1fr,) * {len(cells)}, column-gutter: 10pt, {boxes})\n\n"


def document(
    *parts: str, running: str = "", font: str = "Libertinus Serif", paper: str = "us-letter"
) -> str:
    """The whole source: page set-up, then the parts.

    A font which the machine lacks falls back to one that comes with Typst.
    """
    return (
        f'#set page(paper: "{paper}", margin: 2cm, '
        f"footer: context [#text(8pt, {literal(running)}) #h(1fr) #counter(page).display()])\n"
        f'#set text(font: ("{font}", "Libertinus Serif"), size: 9.5pt)\n'
        "#set par(justify: true)\n"
    ) + "\n".join(parts)


# --- Tables -------------------------------------------------------------------------------------


def _span(cell: str) -> tuple[str, int]:
    """A header cell 'Year ended {3}' spans three columns of values."""
    match = re.search(r"\{(\d)\}$", cell)
    return (cell[: match.start()].strip(), int(match[1])) if match else (cell, 1)


def _cell(text: str, *, columns: int, align: str, bold: bool, rule: bool) -> str:
    weight = ", weight: 700" if bold else ""
    stroke = ", stroke: (top: 0.6pt)" if rule else ""
    lines = literal(text.replace(" // ", "\n"))
    shown = f"#text(size: 1em{weight}, {lines})"
    return f"table.cell(colspan: {columns}, align: {align}{stroke})[{shown}]"


def table(
    rows: str,
    *,
    ruled: bool = False,
    apart: bool = False,
    label_width: str = "1fr",
    size: str = "1em",
    gutter: str = "12pt",
) -> str:
    """A statement, written as one line per row with cells parted by '|', the label first.

    A row begins with '^' for a header or '=' for a total; '  ' before the label indents it; '{3}'
    at the end of a header cell spans three columns; ' // ' breaks a line inside a cell; an empty
    row is '.'. With `apart` the currency sign and the closing bracket have columns of their own,
    as in statements that were laid out for a regulator's filing system.
    """
    parsed: list[tuple[str, list[str]]] = []
    for line in rows.strip("\n").splitlines():
        kind = line[0] if line[0] in "^=" else " "
        first, *values = line[1:].split("|")
        parsed.append((kind, [first.rstrip().removeprefix(" "), *(v.strip() for v in values)]))
    count = max(sum(_span(value)[1] for value in cells[1:]) for _, cells in parsed)
    width = 3 if apart else 1
    out: list[str] = []
    for kind, cells in parsed:
        label, values = cells[0], cells[1:]
        if label == ".":
            label = " "
        bold = kind in "^="
        indent = len(label) - len(label.lstrip())
        shown = f"table.cell(inset: (left: {2 + indent * 4}pt, rest: 3pt), align: left)"
        weight = ", weight: 700" if bold else ""
        text = literal(label.strip().replace(" // ", "\n"))
        out.append(f"{shown}[#text(size: 1em{weight}, {text})]")
        used = 0
        for value in values:
            text, span = _span(value)
            used += span
            rule = kind == "=" and bool(text) and not ruled
            if kind == "^":
                align = "center" if span > 1 else "right"
                out.append(_cell(text, columns=span * width, align=align, bold=True, rule=False))
            elif apart:
                match = re.fullmatch(r"([$€£¥]?)\s*(.*?)([)%]*)", text)
                signs = match.groups() if match else ("", text, "")
                for sign, side in zip(signs, ("left", "right", "left"), strict=True):
                    out.append(_cell(sign, columns=1, align=side, bold=bold, rule=rule))
            else:
                out.append(_cell(text, columns=1, align="right", bold=bold, rule=rule))
        out.extend(["[]"] * ((count - used) * width))
    # Signs have a fixed width, lest a wide header pull a bracket away from its number.
    columns = ", ".join([label_width, *(["9pt, auto, 9pt"] if apart else ["auto"]) * count])
    inset = "(x: 1pt, y: 3pt)" if apart else "(x: 3pt, y: 3pt)"
    stroke = "0.5pt" if ruled else "none"
    space = "0pt" if ruled else "3pt" if apart else gutter
    body = ",\n  ".join(out)
    return (
        f"#[#set text(size: {size})\n#set par(justify: false)\n"
        f"#table(columns: ({columns}), column-gutter: {space}, inset: {inset}, "
        f"stroke: {stroke},\n  {body})]\n\n"
    )


def typewriter(rows: str) -> str:
    """Lines of a fixed-width print-out."""
    lines = literal(rows.strip("\n"))
    return f'#[#set text(font: "DejaVu Sans Mono", size: 7pt)\n#raw({lines}, block: true)]\n\n'


# --- Boilerplate --------------------------------------------------------------------------------

# None of these sentences states a figure of the four; many use their words, as real ones do.
BOILERPLATE: Final[dict[str, tuple[str, ...]]] = {
    "Risk factors": (
        "Our operating results may fluctuate, and a decline in revenue could harm our net income.",
        "We may not be able to reduce operating expenses quickly enough to offset lower sales.",
        "Competition in our markets is intense and may put pressure on our prices and margins.",
        "No single customer accounted for more than 10% of revenue in any year presented.",
        "Changes in exchange rates may affect reported revenue and net income.",
        "A hypothetical 10% change in interest rates would not have a material effect on us.",
        "Cyber incidents could disrupt our operations and damage our reputation.",
        "We depend on a limited number of suppliers for certain components and materials.",
        "Our insurance may not be adequate to cover all losses that we may incur.",
        "If revenue growth slows, the market price of our securities could decline.",
        "New regulation may increase our costs and require changes to our products.",
        "We may be unable to attract and retain the skilled people on whom we depend.",
    ),
    "Legal proceedings": (
        "We are party to claims and proceedings that arise in the ordinary course of business.",
        "Management believes that the outcome will not have a material effect on net income.",
        "A provision is recorded when a loss is probable and its amount can be estimated.",
        "In 2021 a former distributor filed a complaint which the court dismissed in 2023.",
        "We have agreed to indemnify certain directors and officers to the extent permitted.",
        "Legal fees are expensed as incurred and are part of administrative expenses.",
        "The company intends to defend itself vigorously against the remaining claims.",
        "Appeals may take 12 to 24 months from the date on which they are lodged.",
    ),
    "Corporate governance": (
        "The board consists of nine members, of whom seven are considered independent.",
        "The audit committee met eight times during the year and reviewed the annual report.",
        "Directors are elected by the annual meeting for a term of three years.",
        "Variable pay depends on revenue growth, operating profit and net income targets.",
        "The remuneration committee may adjust targets for acquisitions and disposals.",
        "Our code of conduct applies to all employees, officers and directors.",
        "The board evaluates its own work every year and, every third year, with outside help.",
        "Internal control over financial reporting was effective at the end of the year.",
        "Shareholders holding at least 5% of the capital may request an item on the agenda.",
    ),
    "Accounting policies": (
        "Revenue is recognized when control of the promised goods or services is transferred.",
        "Operating expenses are recognized in the period in which they are incurred.",
        "Property and equipment are depreciated over useful lives of 3 to 40 years.",
        "Goodwill is tested for impairment annually and whenever events call for it.",
        "Inventories are stated at the lower of cost and net realizable value.",
        "The preparation of the statements requires estimates which may prove to be wrong.",
        "Deferred revenue represents amounts billed in advance of performance.",
        "Leases with a term of 12 months or less are not recognized in the balance sheet.",
        "Standards that were issued in 2022 and 2023 but are not yet effective were not applied.",
        "Diluted earnings per share reflect the effect of outstanding options and awards.",
        "Research costs are expensed as incurred; certain development costs are capitalized.",
    ),
    "People and sustainability": (
        "We invest in the training of our people and in the safety of our sites.",
        "The recordable incident rate improved to 0.8 from 1.1 in the year before.",
        "We aim to halve the emissions of our own operations by 2030.",
        "Renewable sources now supply 62% of the electricity which we use.",
        "Women hold 34% of management positions, and we want to reach 40% by 2027.",
        "Our volunteers gave more than 12,000 hours to the places in which we work.",
        "Water use per unit of output fell again, thanks to recycling at our largest sites.",
        "Suppliers sign our code and are audited every two or three years.",
    ),
    "Business": (
        "We serve customers through our own sales force and through independent partners.",
        "Our products are known for quality, and our brands have been built over decades.",
        "The business is moderately seasonal, with the final quarter usually the strongest.",
        "Backlog is not necessarily a guide to the revenue of any future period.",
        "We hold more than 400 patents and file new applications every year.",
        "Our strategy rests on innovation, operational excellence and disciplined investment.",
        "We compete on performance, reliability, service and total cost of ownership.",
        "Most of our sites are owned; the remainder are leased under long-term contracts.",
    ),
}


def filler(topic: str, pages: int = 1) -> str:
    """Whole pages of boilerplate on a topic, the same at every run."""
    # The seed is the topic and the length, so no report depends on its place in the list.
    rng = random.Random(f"{topic}/{pages}")
    sentences = BOILERPLATE[topic]
    paragraphs = [" ".join(rng.sample(sentences, k=6)) for _ in range(13 * pages - 4)]
    return PAGE + heading(topic) + prose(*paragraphs) + PAGE


def balance_sheet(newest: str, older: str, unit: str) -> str:
    """A balance sheet, whose amounts have the size but not the meaning of the wanted ones."""
    rows = f"""
^ | {newest} | {older}
 Cash and cash equivalents | 312 | 288
 Trade receivables | 641 | 602
 Inventories | 508 | 515
=Total current assets | 1,461 | 1,405
 Property, plant and equipment | 1,932 | 1,874
 Goodwill and intangible assets | 1,120 | 1,143
=Total assets | 4,513 | 4,422
 Trade payables and accrued operating expenses | 577 | 561
 Deferred revenue | 204 | 191
 Borrowings | 1,230 | 1,302
 Retained earnings and other equity | 2,502 | 2,368
=Total liabilities and equity | 4,513 | 4,422
"""
    return PAGE + heading("Balance sheet") + caption(unit) + table(rows) + PAGE


def cash_flows(title: str, unit: str, header: Sequence[str], first_line: str) -> str:
    """A statement of cash flows, which repeats the bottom line of the income statement."""
    years = " | ".join(header)
    dashes = [f"{3 * n + 17}" for n in range(1, len(header) + 1)]
    rows = f"""
^ | {years}
 {first_line}
 Depreciation and amortization | {" | ".join(dashes)}
 Changes in working capital | {" | ".join(f"({d})" for d in dashes)}
 Purchases of property and equipment | {" | ".join(f"({d})" for d in reversed(dashes))}
"""
    return PAGE + heading(title) + caption(unit) + table(rows) + PAGE
