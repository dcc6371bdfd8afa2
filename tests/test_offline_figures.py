"""The offline extractor against reports whose truth is known."""

from functools import cache
from pathlib import Path

import pytest

from dalsegno.graphs.catalog.investor_summary import prompts, reading
from dalsegno.nodes.documents.deep import parse_pages
from dalsegno.nodes.documents.pdf import read_pages
from dalsegno.nodes.documents.search import rank_pages
from dalsegno.nodes.models.connect import OFFLINE, context_limit
from dalsegno.nodes.offline.derived import figure
from dalsegno.nodes.offline.figures import SURE, Found
from dalsegno.nodes.offline.labels import sought
from dalsegno.nodes.offline.source import Source
from dalsegno.nodes.packing import approximate_tokens, pack
from tests.annual_reports import REPORTS, Expected, Report, render
from tests.annual_reports_abroad import ABROAD
from tests.annual_reports_afield import AFIELD
from tests.annual_reports_drawn import DRAWN, Drawn

FIGURES = ("revenue", "operating_expenses", "net_income", "revenue_growth")
ALL: tuple[Report | Drawn, ...] = (*REPORTS, *ABROAD, *AFIELD, *DRAWN)


def source_of(path: Path) -> Source:
    """The pages that the workflow reads figures from, read as it does."""
    pages = read_pages(path)
    ranked = rank_pages(pages, prompts.FIGURE_QUERIES, numbers=True)
    kept = pack(
        ranked,
        limit=context_limit(OFFLINE),
        size=lambda page: approximate_tokens(page.text),
        most=reading.FIGURE_PAGES,
    ).kept
    chosen = tuple(sorted(kept, key=lambda page: page.number))
    deep = parse_pages(path, chosen)
    return Source("\n\n".join(f"[page {page.number}]\n{page.text}" for page in deep))


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """The source of a report; each report is rendered once for all tests."""
    folder = tmp_path_factory.mktemp("reports")

    @cache
    def source(report: Report | Drawn) -> Source:
        path = folder / f"{report.name}.pdf"
        path.write_bytes(report.render() if isinstance(report, Drawn) else render(report))
        return source_of(path)

    return source


def is_right(name: str, found: Found, expected: Expected | None) -> bool:
    if expected is None or found.value is None:
        return expected is None and found.value is None
    if name == "revenue_growth":
        near = 1e-9 if expected.printed else 0.06
        return abs(found.value - expected.value) <= near and found.period == expected.period
    return (
        abs(found.value - expected.value) < 1e-6
        and (found.scale, found.currency) == (expected.scale, expected.currency)
        and found.period == expected.period
    )


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("report", ALL, ids=lambda report: report.name)
def test_no_figure_of_a_report_is_surely_wrong(sources, report, name):
    found = figure(sought(name), sources(report))

    right = is_right(name, found, getattr(report.truth, name))
    assert right or found.value is None or found.confidence < SURE, found


def test_nearly_all_figures_of_the_reports_are_found(sources):
    wrong = [
        (report.name, name)
        for report in ALL
        for name in FIGURES
        if not is_right(name, figure(sought(name), sources(report)), getattr(report.truth, name))
    ]

    assert len(wrong) <= 0.03 * len(ALL) * len(FIGURES), wrong


@pytest.mark.parametrize("report", ALL, ids=lambda report: report.name)
def test_a_figure_stands_where_its_trace_says(sources, report):
    source = sources(report)
    text = {page: " ".join(body.replace("|", " ").split()) for page, body in source.pages}

    for name in FIGURES:
        found = figure(sought(name), source)
        if found.evidence and not found.computed:
            assert found.evidence in text[found.page], found


REAL = [
    ("aapl-10k-2023.pdf", "2022", 394_328, 51_345, 99_803, 8),
    ("msft-10k-2023.pdf", "2023", 211_915, 57_529, 72_361, 7),
    ("nke-10k-2023.pdf", "2023", 51_217, 16_377, 5_070, 10),
]


@pytest.mark.parametrize("row", REAL, ids=lambda row: row[0])
def test_the_figures_of_a_real_report_are_found(row, documents):
    document, period, *values = row
    source = source_of(documents / document)

    found = [figure(sought(name), source) for name in FIGURES]

    assert [each.value for each in found] == values
    assert {each.period for each in found} == {period}
    assert {(each.scale, each.currency) for each in found[:3]} == {("millions", "USD")}


def statement(headings: str, *rows: str, title: str = "Consolidated income statement") -> Source:
    lines = [f"| {row} |" for row in rows]
    rule = "|" + "---|" * (headings.count("|") + 1)
    return Source(
        "\n".join(
            ["[page 1]", title, "(in millions of US dollars)", f"| {headings} |", rule, *lines]
        )
    )


ROWS = (
    "Revenue | 1,000 | 900",
    "Cost of sales | 500 | 480",
    "Gross profit | 500 | 420",
    "Operating expenses | 300 | 290",
    "Operating income | 200 | 130",
    "Income taxes | 50 | 40",
    "Net income | 150 | 90",
)


def test_a_growth_that_is_not_printed_is_computed_and_says_so():
    found = figure(sought("revenue_growth"), statement(" | 2023 | 2022", *ROWS))

    assert found.value == 11.1
    assert found.computed
    assert "1,000" in (found.reason or "")


def test_a_growth_of_one_period_is_null_with_a_reason():
    found = figure(
        sought("revenue_growth"), statement(" | 2023", *(row.rsplit(" |", 1)[0] for row in ROWS))
    )

    assert found.value is None
    assert "no two years" in (found.reason or "")


def test_a_printed_growth_that_the_years_contradict_is_not_taken():
    rows = statement(" | 2023 | 2022", *ROWS)
    source = Source(
        f"{rows.text}\n\nTotal revenue grew 25 percent at constant rates in some way.\n"
    )

    assert figure(sought("revenue_growth"), source).value == 11.1


def test_a_forecast_alone_is_no_figure():
    found = figure(sought("revenue"), statement(" | Low | High", *ROWS, title="Outlook for 2024"))

    assert found.value is None
    assert "something else" in (found.reason or "")


def test_columns_of_regions_without_a_total_are_not_sure():
    found = figure(sought("revenue"), statement(" | Asia 2023 | Europe 2023", *ROWS))

    assert found.value is None or found.confidence < SURE


@pytest.mark.parametrize(
    ("headings", "value"),
    [
        (" | 2022 | 2023", 900),
        (" | Group 2023 | Company 2023", 1000),
        (" | Company 2023 | Group 2023", 900),
        (" | Adjusted 2023 | As reported 2023", 900),
        (" | Before exceptional items 2023 | Total 2023", 900),
        (" | Three months ended December 31, 2023 | Year ended December 31, 2023", 900),
        (" | Forecast 2024 | 2023", 900),
    ],
)
def test_the_column_of_the_whole_group_and_full_year_is_read(headings, value):
    assert figure(sought("revenue"), statement(headings, *ROWS)).value == value


@pytest.mark.parametrize(
    ("label", "cell", "value"),
    [
        ("Net loss", "410", -410),
        ("Net loss", "(410)", -410),
        ("Net income (loss)", "(410)", -410),
        ("Net income (loss)", "410", 410),
        ("Loss/(profit) for the year", "410", -410),
        ("Loss/profit for the year", "–410", -410),
        ("Net profit after tax for the financial year", "410", 410),
    ],
)
def test_a_loss_is_negative_however_it_is_printed(label, cell, value):
    source = statement(" | 2023 | 2022", *ROWS[:-1], f"{label} | {cell} | 1")

    assert figure(sought("net_income"), source).value == value


def test_operating_expenses_are_positive_however_they_are_printed():
    rows = [row.replace("300", "(300)") for row in ROWS]

    assert figure(sought("operating_expenses"), statement(" | 2023 | 2022", *rows)).value == 300


def test_revenue_without_a_total_line_is_the_sum_that_gross_profit_proves():
    source = statement(
        " | 2023 | 2022",
        "Product sales | 700 | 650",
        "Service revenue | 300 | 250",
        *ROWS[1:],
    )

    found = figure(sought("revenue"), source)

    assert (found.value, found.computed) == (1000, True)
    assert found.confidence < SURE
    assert "sum" in (found.reason or "")


def test_a_subsidiarys_currency_is_not_the_groups():
    source = statement(" | 2023 | 2022", *ROWS)
    note = "The statements of our subsidiaries are stated in Canadian dollars before translation."

    assert figure(sought("revenue"), Source(f"{note}\n\n{source.text}")).currency == "USD"


def test_a_retailers_year_is_the_calendar_year_in_which_it_ends():
    source = statement(" | 2023 | 2022", *ROWS)
    note = "Our fiscal year 2023 ended on February 3, 2024."

    assert figure(sought("revenue"), Source(f"{note}\n\n{source.text}")).period == "2024"


@pytest.mark.parametrize(
    ("headings", "value"),
    [
        (" | Oct-Dec 2023 | Jan-Dec 2023", 900),
        (" | This year | Last year", 1000),
        (" | Year ended | Year ended 2023 2022", None),
    ],
)
def test_the_length_and_age_of_a_period_may_be_in_words(headings, value):
    source = statement(headings, *ROWS, title="Income statement, year ended June 30, 2023")

    found = figure(sought("revenue"), source)

    assert found.value == value if value else found.confidence < SURE


def test_a_growth_is_no_surer_than_the_revenue_it_is_of():
    source = statement(
        " | Year ended | 2022 | 2021 | Change %", "Revenue | 1,000 | 900 | 800 | 12.5"
    )

    found = figure(sought("revenue_growth"), source)

    assert found.value is None or found.confidence < SURE


@pytest.mark.parametrize("label", ["Net income (excess of revenues)", "VI. Net income (IV - V)"])
def test_what_a_bracket_explains_is_still_the_net_income(label):
    source = statement(" | 2023 | 2022", *ROWS[:-1], f"{label} | 150 | 90")

    assert figure(sought("net_income"), source).value == 150


def test_the_profit_of_the_continuing_operations_is_not_the_profit_for_the_year():
    source = statement(
        " | 2023 | 2022",
        *ROWS[:-1],
        "Profit for the year from continuing operations | 200 | 130",
        "Discontinued operations | | ",
        "Loss from discontinued operations | (50) | (40)",
        "Profit for the year | 150 | 90",
    )

    assert figure(sought("net_income"), source).value == 150
