"""The second examiner's reports that are drawn by hand: text in odd order, pieces and directions.

A typesetter paints the words of a page in the order in which they are read; other programs do
not. These pages are drawn word by word, column by column, from below, or lie on their side.
"""

import io
import random
import textwrap
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Final

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from tests.annual_reports_specs import BOILERPLATE, Truth, Unit

__all__ = ["DRAWN", "Drawn"]

Size = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A report as ``Report`` is one, which draws itself."""

    name: str
    what_is_hard: str
    truth: Truth
    render: Callable[[], bytes]


#: The fonts that come with reportlab, for a machine may have no others.
for _name, _file in (("Plain", "Vera.ttf"), ("Bold", "VeraBd.ttf")):
    pdfmetrics.registerFont(TTFont(_name, _file))


def _canvas(size: Size) -> tuple[io.BytesIO, Canvas]:
    out = io.BytesIO()
    return out, Canvas(out, pagesize=size, invariant=1)


def _front(c: Canvas, size: Size, font: str, bold: str, company: str, title: str) -> None:
    w, h = size
    c.setFont(bold, 26)
    c.drawCentredString(w / 2, h * 0.6, company)
    c.setFont(font, 14)
    c.drawCentredString(w / 2, h * 0.6 - 30, title)
    c.showPage()


def _paragraph(
    c: Canvas, x: float, y: float, text: str, font: str, size: float = 9.5, width: int = 98
) -> float:
    """Lines of a paragraph; returns the y below it."""
    c.setFont(font, size)
    for line in textwrap.wrap(" ".join(text.split()), width):
        c.drawString(x, y, line)
        y -= size * 1.3
    return y - size * 0.7


def _boiler(
    c: Canvas, size: Size, font: str, bold: str, topic: str, seed: int, footer: str
) -> None:
    """One page of boilerplate."""
    h = size[1]
    rng = random.Random(seed)
    c.setFont(bold, 15)
    c.drawString(60, h - 70, topic)
    y = h - 100
    while y > 120:
        y = _paragraph(c, 60, y, " ".join(rng.sample(BOILERPLATE[topic], k=5)), font, 9.5, 92)
    _foot(c, size, font, footer)
    c.showPage()


def _foot(c: Canvas, size: Size, font: str, footer: str) -> None:
    c.setFont(font, 7.5)
    c.drawString(60, 30, footer)
    c.drawRightString(size[0] - 60, 30, str(c.getPageNumber() + 40))


def _rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() if i else cell.rstrip() for i, cell in enumerate(line.split("|"))]
        for line in text.strip("\n").splitlines()
    ]


# 1. Times, each cell drawn by itself, one column after the other; numbers before labels.

_u = Unit(currency="USD", scale="thousands", period="2023")
TAMARACK_TRUTH = _u.truth(
    revenue=521965, operating_expenses=390474, net_income=67492, computed_growth=5.70
)
_TAMARACK = """
Revenues: | |
   Rental income | $412,318 | $388,940
   Tenant recoveries | 101,442 | 97,015
   Management and other fees | 8,205 | 7,880
Total revenues | 521,965 | 493,835
Operating expenses: | |
   Property operating expenses | 98,114 | 92,660
   Real estate taxes | 71,302 | 68,425
   General and administrative | 44,918 | 43,206
   Depreciation and amortization | 163,540 | 158,117
   Impairment of real estate | 12,600 | –
Total operating expenses | 390,474 | 362,408
Gain on sales of real estate | 22,410 | 31,908
Operating income | 153,901 | 163,335
Interest expense | (88,320) | (80,114)
Loss on extinguishment of debt | (1,204) | –
Equity in earnings of joint ventures | 3,115 | 2,870
Net income | 67,492 | 86,091
Net income attributable to operating partnership units | (1,890) | (2,411)
Preferred stock dividends | (6,750) | (6,750)
Net income attributable to common stockholders | $58,852 | $76,930
"""


def render_tamarack() -> bytes:
    out, c = _canvas(letter)
    w, h = letter
    foot = "Tamarack Retail Properties, Inc. 2023 Form 10-K"
    _front(
        c,
        letter,
        "Times-Roman",
        "Times-Bold",
        "Tamarack Retail Properties, Inc.",
        "2023 Annual Report",
    )
    _boiler(c, letter, "Times-Roman", "Times-Bold", "Business", 1, foot)
    c.setFont("Times-Bold", 15)
    c.drawString(60, h - 70, "Same-property results")
    y = _paragraph(
        c,
        60,
        h - 100,
        "Same-property net operating income is a non-GAAP measure. Same-property revenues grew "
        "4.1% in 2023, "
        "and occupancy was 95.8%. Amounts in thousands.",
        "Times-Roman",
        10,
    )
    y -= 10
    same = _rows("""
Year ended December 31, | 2023 | 2022 | Change
Same-property revenues | $455,210 | $437,120 | 4.1%
Same-property operating expenses | 148,330 | 143,902 | 3.1%
Same-property net operating income | $306,880 | $293,218 | 4.7%
Funds from operations (FFO) | $208,622 | $212,300 | (1.7)%
FFO per diluted share | $2.08 | $2.14 | (2.8)%
""")
    _columns(c, same, y, (350, 440, 530), {0, 3})
    _foot(c, letter, "Times-Roman", foot)
    c.showPage()
    for n in range(3):
        _boiler(c, letter, "Times-Roman", "Times-Bold", "Risk factors", 10 + n, foot)
    c.setFont("Times-Bold", 13)
    c.drawCentredString(w / 2, h - 70, "CONSOLIDATED STATEMENTS OF OPERATIONS")
    c.setFont("Times-Italic", 10)
    c.drawCentredString(w / 2, h - 84, "(In thousands, except per share data)")
    c.setFont("Times-Bold", 10)
    c.drawCentredString(480, h - 108, "Year Ended December 31,")
    c.line(400, h - 111, 552, h - 111)
    rows = [["", "2023", "2022"], *_rows(_TAMARACK)]
    _columns(c, rows, h - 124, (460, 545), {0, 5, 12, 14, 18, 21})
    _foot(c, letter, "Times-Roman", foot)
    c.showPage()
    _boiler(c, letter, "Times-Roman", "Times-Bold", "Accounting policies", 20, foot)
    c.save()
    return out.getvalue()


def _columns(
    c: Canvas, rows: Sequence[Sequence[str]], top: float, rights: Sequence[float], strong: Set[int]
) -> None:
    """The last column first, then the others, the labels at the end: a column-wise painter."""
    font, bold = "Times-Roman", "Times-Bold"
    for column in reversed(range(len(rights))):
        for n, row in enumerate(rows):
            value = row[column + 1] if column + 1 < len(row) else ""
            if not value:
                continue
            c.setFont(bold if n in strong else font, 10)
            # The closing bracket hangs out to the right of the digits, as in good typesetting.
            hang = c.stringWidth(")", font, 10) if value.endswith(")") else 0
            c.drawRightString(rights[column] + hang, top - n * 15, value)
    for n, row in enumerate(rows):
        label = row[0]
        c.setFont(bold if n in strong else font, 10)
        indent = len(label) - len(label.lstrip())
        c.drawString(60 + indent * 4, top - n * 15, label.strip())


# 2. Platypus with a grid, wrapped paragraphs as labels, coloured header, a column of changes.

LUMETRA_TRUTH = _u.truth(
    revenue=49428, operating_expenses=125422, net_income=-66876, computed_growth=239.94
)


def render_lumetra() -> bytes:
    out = io.BytesIO()
    doc = SimpleDocTemplate(out, pagesize=letter, leftMargin=60, rightMargin=60, invariant=1)
    body = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12.5, spaceAfter=8)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=15, leading=20, spaceAfter=8)
    big = ParagraphStyle("big", fontName="Helvetica-Bold", fontSize=26, leading=32, alignment=1)
    cell = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.5, leading=10)
    strong = ParagraphStyle("strong", parent=cell, fontName="Helvetica-Bold")

    def pages(topic: str, count: int, seed: int) -> list[Flowable]:
        rng = random.Random(seed)
        story: list[Flowable] = [Paragraph(topic, head)]
        for _ in range(12 * count):
            story.append(
                Paragraph(" ".join(rng.sample(BOILERPLATE[topic], k=5)).replace("&", "&amp;"), body)
            )
        return [*story, PageBreak()]

    long = "License and collaboration revenue, including related-party amounts of $4,200 and $0"
    rows = _rows(f"""
 | Year Ended December 31, | | Change |
 | 2023 | 2022 | $ | %
Revenue: | | | |
{long} | $ 48,310 | $ 12,504 | $ 35,806 | *
Grant revenue | 1,118 | 2,036 | (918) | (45)%
=Total revenue | 49,428 | 14,540 | 34,888 | *
Operating expenses: | | | |
Research and development | 96,204 | 88,310 | 7,894 | 9%
General and administrative | 31,518 | 28,907 | 2,611 | 9%
Change in fair value of contingent consideration | (2,300) | 1,150 | (3,450) | *
=Total operating expenses | 125,422 | 118,367 | 7,055 | 6%
Loss from operations | (75,994) | (103,827) | 27,833 | (27)%
Interest income | 9,118 | 2,204 | 6,914 | *
=Net loss | $ (66,876) | $ (101,623) | $ 34,747 | (34)%
Net loss per share, basic and diluted | $ (1.12) | $ (1.88) | $ 0.76 | (40)%
""")
    shown = []
    for row in rows:
        bold = row[0].startswith("=")
        shown.append([Paragraph(row[0].lstrip("= "), strong if bold else cell), *row[1:]])
    grid = Table(shown, colWidths=[190, 78, 78, 72, 55], repeatRows=2)
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
        ("FONT", (0, 0), (-1, 1), "Helvetica-Bold", 8.5),
        ("BACKGROUND", (0, 0), (-1, 1), colors.HexColor("#d8e4f0")),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (3, 0), (4, 0)),
        ("ALIGN", (1, 0), (-1, 0), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]
    grid.setStyle(TableStyle(style))
    doc.build(
        [
            Spacer(1, 200),
            Paragraph("Lumetra Bio, Inc.", big),
            Spacer(1, 20),
            Paragraph(
                "Annual Report 2023", ParagraphStyle("t", parent=body, alignment=1, fontSize=14)
            ),
            PageBreak(),
            *pages("Risk factors", 3, 1),
            Paragraph("Comparison of the years ended December 31, 2023 and 2022", head),
            Paragraph(
                "We recognized an upfront payment of $30.0 million when we transferred a license "
                "in March 2023, "
                "and a milestone of $12.5 million. We do not expect a comparable payment in "
                "2024. As of "
                "December 31, 2023, we had an accumulated deficit of $412.9 million.",
                body,
            ),
            Paragraph(
                "The following table summarizes our results of operations (in thousands, except "
                "per share data):",
                body,
            ),
            grid,
            Paragraph("* Not meaningful", cell),
            PageBreak(),
            *pages("Accounting policies", 2, 2),
        ]
    )
    return out.getvalue()


# 3. Letters apart: headings and labels by character spacing, the heading even by real spaces.

_u = Unit(currency="DKK", scale="millions", period="2023")
SKAGEN_TRUTH = _u.truth(revenue=7082, operating_expenses=2343, net_income=506, computed_growth=7.03)
_SKAGEN = """
Gross sales including excise duties | | 8,412 | 7,905
Excise duties on beer and soft drinks | | (1,330) | (1,288)
Revenue | 2.1 | 7,082 | 6,617
Cost of sales | 2.2 | (3,904) | (3,690)
Gross profit | | 3,178 | 2,927
Sales and distribution expenses | 2.3 | (1,902) | (1,811)
Administrative expenses | 2.3 | (441) | (428)
Operating expenses | | (2,343) | (2,239)
Operating profit before special items | | 835 | 688
Special items, net | 3.1 | (60) | 14
Financial items, net | 4.1 | (118) | (96)
Profit before tax | | 657 | 606
Income tax | 6.1 | (151) | (139)
Profit for the year | | 506 | 467
Attributable to non-controlling interests | 5.3 | 31 | 29
Attributable to shareholders in Skagen Bryghus A/S | | 475 | 438
"""


def _spaced(
    c: Canvas,
    x: float,
    y: float,
    text: str,
    font: str,
    size: float,
    space: float,
    *,
    right: bool = False,
) -> None:
    width = pdfmetrics.stringWidth(text, font, size) + space * (len(text) - 1)
    t = c.beginText(x - width if right else x, y)
    t.setFont(font, size)
    t.setCharSpace(space)
    t.textOut(text)
    t.setCharSpace(0)
    c.drawText(t)


def render_skagen() -> bytes:
    out, c = _canvas(A4)
    h = A4[1]
    foot = "SKAGEN BRYGHUS GROUP · ANNUAL REPORT 2023"
    _front(
        c, A4, "Plain", "Bold", "S K A G E N  B R Y G H U S", "A N N U A L  R E P O R T  2 0 2 3"
    )
    c.setFont("Bold", 15)
    c.drawString(60, h - 70, "Five numbers we are proud of")
    _paragraph(
        c,
        60,
        h - 100,
        "Volumes grew organically by 1.8% to 11.9 million hectolitres. Revenue per hectolitre "
        "improved by 5%. "
        "Our share of the Danish market was 24%. Energy use per hectolitre fell by 6%. We paid "
        "DKK 310 million "
        "to our shareholders.",
        "Plain",
        9.5,
        95,
    )
    _foot(c, A4, "Plain", foot)
    c.showPage()
    _boiler(c, A4, "Plain", "Bold", "Corporate governance", 31, foot)

    _spaced(c, 60, h - 70, "INCOME STATEMENT", "Bold", 16, 4.5)
    y = h - 110
    _spaced(c, 60, y, "DKK million", "Bold", 9, 1.4)
    _spaced(c, 365, y, "Section", "Bold", 9, 1.4, right=True)
    _spaced(c, 455, y, "2023", "Bold", 9, 1.4, right=True)
    _spaced(c, 535, y, "2022", "Bold", 9, 1.4, right=True)
    strong = {
        "Revenue",
        "Gross profit",
        "Operating expenses",
        "Profit before tax",
        "Profit for the year",
    }
    for label, note, new, old in _rows(_SKAGEN):
        y -= 18
        font = "Bold" if label in strong else "Plain"
        _spaced(c, 60, y, label, font, 9, 1.4)
        _spaced(c, 365, y, note, "Plain", 9, 1.4, right=True)
        _spaced(c, 455, y, new, font, 9, 1.4, right=True)
        _spaced(c, 535, y, old, font, 9, 1.4, right=True)
        if label in strong:
            c.setLineWidth(0.4)
            c.line(60, y - 5, 535, y - 5)
    _foot(c, A4, "Plain", foot)
    c.showPage()
    _boiler(c, A4, "Plain", "Bold", "Accounting policies", 32, foot)
    c.save()
    return out.getvalue()


# 4. A bilingual layout: cells emitted from right to left, rows from the bottom to the top.

_u = Unit(currency="SAR", scale="thousands", period="2023")
QAMAR_TRUTH = _u.truth(
    revenue=1118440, operating_expenses=126227, net_income=149541, printed_growth=-14.2
)
_QAMAR = """
Revenue | 21 | 1,118,440 | 1,302,917
Cost of revenue | 22 | (802,330) | (811,204)
Gross profit | | 316,110 | 491,713
Selling and distribution expenses | 23 | (48,204) | (51,118)
General and administrative expenses | 24 | (71,905) | (69,440)
Expected credit losses | 9 | (6,118) | (2,330)
Total operating expenses | | (126,227) | (122,888)
Operating profit | | 189,883 | 368,825
Finance costs | 25 | (21,440) | (14,118)
Profit before zakat | | 168,443 | 354,707
Zakat | 18 | (18,902) | (22,615)
Profit for the year | | 149,541 | 332,092
Other comprehensive (loss) income | | (1,330) | 2,118
Total comprehensive income | | 148,211 | 334,210
"""


def render_qamar() -> bytes:
    out, c = _canvas(A4)
    h = A4[1]
    foot = "Al Qamar Cement Company (A Saudi Joint Stock Company)"
    _front(c, A4, "Plain", "Bold", "Al Qamar Cement Company", "Annual Report 2023")
    c.setFont("Bold", 14)
    c.drawString(60, h - 70, "Report of the Board of Directors")
    _paragraph(
        c,
        60,
        h - 100,
        "Revenue decreased by 14.2% in 2023, as deliveries fell by 9.6% to 5.1 million tonnes "
        "and prices "
        "remained under pressure. The clinker factor improved to 0.81. The Board recommends a "
        "dividend of "
        "SAR 0.75 per share (2022: SAR 1.60). Zakat of SAR 20,115 thousand was paid during the "
        "year.",
        "Plain",
        9,
        88,
    )
    _foot(c, A4, "Plain", foot)
    c.showPage()
    _boiler(c, A4, "Plain", "Bold", "Risk factors", 41, foot)
    _boiler(c, A4, "Plain", "Bold", "Corporate governance", 42, foot)
    rows = _rows(_QAMAR)
    top = h - 150
    rights = (350, 445, 540)
    strong = {2, 6, 7, 9, 11, 13}
    for n in reversed(range(len(rows))):
        c.setFont("Bold" if n in strong else "Plain", 9)
        for column in (2, 1, 0):
            if rows[n][column + 1]:
                c.drawRightString(rights[column], top - 19 * n, rows[n][column + 1])
        c.drawString(60, top - 19 * n, rows[n][0])
    c.setFont("Bold", 9)
    for column, text in ((2, "2022"), (1, "2023"), (0, "Note")):
        c.drawRightString(rights[column], top + 34, text)
    for column in (2, 1):
        c.drawRightString(rights[column], top + 21, "SAR '000")
    c.setFont("Plain", 9)
    c.drawString(60, h - 85, "For the year ended 31 December 2023")
    c.setFont("Bold", 13)
    c.drawString(60, h - 70, "CONSOLIDATED STATEMENT OF PROFIT OR LOSS")
    _foot(c, A4, "Plain", foot)
    c.showPage()
    _boiler(c, A4, "Plain", "Bold", "Accounting policies", 43, foot)
    c.save()
    return out.getvalue()


# 5. The statement lies on its side: portrait media box, content turned, /Rotate 90.

_u = Unit(currency="KRW", scale="millions", period="2023")
HANBIT_TRUTH = _u.truth(
    revenue=4118902, operating_expenses=246020, net_income=-208357, computed_growth=11.19
)
_HANBIT = """
Sales | 4, 27 | ₩ 4,118,902 | ₩ 3,704,415
Cost of sales | 27, 28 | 4,002,330 | 3,911,204
Gross profit (loss) | | 116,572 | (206,789)
Operating expenses: | | |
   Selling and administrative expenses | 28, 29 | 204,118 | 198,330
   Research and development expenses | 28 | 41,902 | 38,447
Total operating expenses | | 246,020 | 236,777
Operating loss | | (129,448) | (443,566)
Finance income | 30 | 61,204 | 55,118
Finance costs | 30 | (188,330) | (171,205)
Loss before income tax | | (256,574) | (559,653)
Income tax benefit | 32 | 48,217 | 130,440
Loss for the year | | ₩ (208,357) | ₩ (429,213)
Loss attributable to: | | |
   Owners of the Parent Company | | (201,904) | (420,118)
   Non-controlling interests | | (6,453) | (9,095)
Loss per share (in won): | | |
   Basic and diluted loss per share | 33 | ₩ (2,336) | ₩ (4,861)
"""


def render_hanbit() -> bytes:
    out, c = _canvas(A4)
    w, h = A4
    foot = "Hanbit Shipbuilding Co., Ltd. and Subsidiaries"
    _front(c, A4, "Plain", "Bold", "Hanbit Shipbuilding Co., Ltd.", "Annual Report 2023")
    c.setFont("Bold", 14)
    c.drawString(60, h - 70, "Overview")
    _paragraph(
        c,
        60,
        h - 100,
        "New orders amounted to US$ 5.2 billion, and the backlog to US$ 14.8 billion, which is "
        "3.1 years of work. "
        "Steel plate prices rose by 8.5%. We delivered 31 vessels in 2023 and 27 vessels in 2022.",
        "Plain",
        9,
        88,
    )
    _foot(c, A4, "Plain", foot)
    c.showPage()
    _boiler(c, A4, "Plain", "Bold", "Business", 51, foot)
    # The page is shown turned clockwise by 90 degrees, so its content is drawn turned the other
    # way. reportlab swaps the sides of such a page: landscape here is portrait in the file.
    c.setPageSize((h, w))
    c.setPageRotation(90)
    c.saveState()
    c.translate(w, 0)
    c.rotate(90)
    width, height = h, w
    c.setFont("Bold", 13)
    c.drawCentredString(width / 2, height - 60, "Consolidated Statements of Profit or Loss")
    c.setFont("Plain", 9)
    c.drawCentredString(width / 2, height - 75, "Years ended December 31, 2023 and 2022")
    c.drawRightString(
        width - 80, height - 95, "(In millions of Korean won, except per share amounts)"
    )
    y = height - 118
    c.setFont("Bold", 9.5)
    for x, text in ((480, "Notes"), (610, "2023"), (width - 80, "2022")):
        c.drawRightString(x, y, text)
    c.line(80, y - 4, width - 80, y - 4)
    for row in _rows(_HANBIT):
        y -= 19
        label = row[0]
        c.setFont(
            "Bold"
            if label.startswith(("Total", "Loss for", "Operating loss", "Gross"))
            else "Plain",
            9.5,
        )
        c.drawString(80 + 4 * (len(label) - len(label.lstrip())), y, label.strip())
        for x, text in zip((480, 610, width - 80), row[1:], strict=True):
            c.drawRightString(x, y, text)
    c.setFont("Plain", 7.5)
    c.drawString(
        80,
        30,
        "The accompanying notes are an integral part of these consolidated financial statements.",
    )
    c.drawRightString(width - 80, 30, "7")
    c.restoreState()
    c.showPage()
    c.setPageRotation(0)
    c.setPageSize(A4)
    _boiler(c, A4, "Plain", "Bold", "Accounting policies", 52, foot)
    c.save()
    return out.getvalue()


# 6. Word by word, digits in pieces, superscript marks of footnotes at labels and amounts.

_u = Unit(currency="SGD", scale="thousands", period="2023")
TOLLGATE_TRUTH = _u.truth(
    revenue=3604, operating_expenses=12440, net_income=-12056, computed_growth=-12.48
)
_TOLLGATE = """
Revenue^1 | 4,118 | 3,604
Other income | 902 | 1,118
Operating expenses^2 | (9,204) | (12,440)
Share of results of associates, net of tax^3 | 7,330 | (2,905)
Finance costs | (1,118) | (1,402)
Profit/(loss) before income tax | 2,028 | (12,025)
Income tax expense | (204) | (31)
Profit/(loss) for the year | 1,824 | (12,056)
Fair value changes of financial assets, net of tax | 3,330 | (8,918)
Total comprehensive income/(loss) for the year | 5,154 | (20,974)
"""


def _words(c: Canvas, x: float, y: float, text: str, font: str, size: float) -> None:
    """Each word by itself, superscripts raised."""
    for word in text.split():
        base, _, mark = word.partition("^")
        c.setFont(font, size)
        c.drawString(x, y, base)
        x += c.stringWidth(base, font, size)
        if mark:
            c.setFont(font, size * 0.6)
            c.drawString(x + 0.3, y + size * 0.38, mark)
            x += c.stringWidth(mark, font, size * 0.6)
        x += c.stringWidth(" ", font, size)


def _digits(c: Canvas, right: float, y: float, text: str, font: str, size: float) -> None:
    """A number from pieces of one or two characters, from its end to its start."""
    x = right + (c.stringWidth(")", font, size) if text.endswith(")") else 0)
    c.setFont(font, size)
    rest = text
    while rest:
        piece, rest = rest[-2:], rest[:-2]
        x -= c.stringWidth(piece, font, size)
        c.drawString(x, y, piece)


def render_tollgate() -> bytes:
    out, c = _canvas(A4)
    h = A4[1]
    foot = "Tollgate Investment Holdings Limited · No. 197401882G · 12 Raffles Quay 048583"
    _front(
        c,
        A4,
        "Helvetica",
        "Helvetica-Bold",
        "Tollgate Investment Holdings Limited",
        "Annual Report 2023",
    )

    y = h - 70
    _words(c, 60, y, "Chairman's message", "Helvetica-Bold", 15)
    y -= 30
    for line in textwrap.wrap(
        "The group holds stakes in 14 companies, of which 5 are associates. The net asset value "
        "per share was "
        "S$1.42 at the end of the year, against S$1.61. We sold our stake of 8.4% in a port "
        "operator for S$18.2 "
        "million in March, and we invested S$6.0 million in a start-up. No dividend is proposed "
        "(2022: 2.0 cents).",
        92,
    ):
        _words(c, 60, y, line, "Helvetica", 9.5)
        y -= 13
    _foot(c, A4, "Helvetica", foot)
    c.showPage()
    _boiler(c, A4, "Helvetica", "Helvetica-Bold", "Corporate governance", 61, foot)
    _tollgate_statement(c, h)
    _foot(c, A4, "Helvetica", foot)
    c.showPage()
    _boiler(c, A4, "Helvetica", "Helvetica-Bold", "Accounting policies", 62, foot)
    c.save()
    return out.getvalue()


def _tollgate_statement(c: Canvas, h: float) -> None:
    _words(c, 60, h - 70, "Consolidated statement of comprehensive income", "Helvetica-Bold", 14)
    _words(c, 60, h - 86, "For the financial year ended 31 December 2023", "Helvetica", 9)
    y = h - 118
    _digits(c, 440, y, "2022", "Helvetica-Bold", 9.5)
    _digits(c, 530, y, "2023", "Helvetica-Bold", 9.5)
    _words(c, 411, y - 12, "S$'000", "Helvetica-Bold", 9.5)
    _words(c, 501, y - 12, "S$'000", "Helvetica-Bold", 9.5)
    y -= 16
    for label, old, new in _rows(_TOLLGATE):
        y -= 19
        font = "Helvetica-Bold" if label.startswith(("Profit", "Total")) else "Helvetica"
        _words(c, 60, y, label, font, 9.5)
        _digits(c, 440, y, old, font, 9.5)
        _digits(c, 530, y, new, font, 9.5)
    y -= 40
    for note in (
        "1 Dividends of S$2,118 thousand and rent of S$1,486 thousand (2022: S$2,530 thousand "
        "and S$1,588 thousand).",
        "2 Of which staff costs of S$4,330 thousand and impairments of S$5,204 thousand.",
        "3 After impairment of goodwill of S$6,100 thousand.",
    ):
        _words(c, 60, y, note, "Helvetica", 7.5)
        y -= 11


DRAWN: Final[tuple[Drawn, ...]] = (
    Drawn(
        name="tamarack_retail_reit",
        what_is_hard=(
            "reportlab, painted column by column from the right, labels last; a REIT with "
            "same-property revenue and FFO, "
            "'Property operating expenses', gain on sales, preferred dividends; only "
            "same-property growth printed"
        ),
        truth=TAMARACK_TRUTH,
        render=render_tamarack,
    ),
    Drawn(
        name="lumetra_bio",
        what_is_hard=(
            "reportlab Table with grid, wrapped label with amounts in it, $ and % change columns "
            "with '*' for not meaningful"
        ),
        truth=LUMETRA_TRUTH,
        render=render_lumetra,
    ),
    Drawn(
        name="skagen_bryghus",
        what_is_hard=(
            "reportlab with character spacing in labels and numbers; gross sales including "
            "excise duties above revenue"
        ),
        truth=SKAGEN_TRUTH,
        render=render_skagen,
    ),
    Drawn(
        name="al_qamar_cement",
        what_is_hard=(
            "reportlab, rows from the bottom up and cells from right to left; printed decrease "
            "in prose"
        ),
        truth=QAMAR_TRUTH,
        render=render_qamar,
    ),
    Drawn(
        name="hanbit_shipbuilding",
        what_is_hard=(
            "reportlab, the statement on a page with /Rotate 90; 'Sales'; won signs; a loss by "
            "brackets; notes '27, 28'"
        ),
        truth=HANBIT_TRUTH,
        render=render_hanbit,
    ),
    Drawn(
        name="tollgate_holdings",
        what_is_hard=(
            "reportlab, words and pieces of numbers drawn by themselves, superscript footnotes "
            "at labels; a holding with "
            "loss, newest year last"
        ),
        truth=TOLLGATE_TRUTH,
        render=render_tollgate,
    ),
)
