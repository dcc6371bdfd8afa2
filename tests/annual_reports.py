"""Fictional annual reports with known truth, to examine the extractor with.

They were written without sight of the extractor. Each report has at least one thing that makes
real reports hard to read, and the words of the wanted figures stand beside many other numbers.
Whoever adds a report adds the truth by the document alone; where two answers could be defended,
the document has to be changed until there is one.
"""

import functools
from typing import Final

import typst

from tests.annual_reports_specs import (
    Expected,
    Report,
    Truth,
    Unit,
    balance_sheet,
    caption,
    cash_flows,
    contents,
    cover,
    document,
    filler,
    fiscal_year,
    gap,
    heading,
    prose,
    table,
    tiles,
    two_columns,
    typewriter,
)

__all__ = ["REPORTS", "Expected", "Report", "Truth", "fiscal_year", "render"]


@functools.cache
def render(report: Report) -> bytes:
    """The report as a PDF."""
    pdf = typst.compile(input=report.source.encode())
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst returned {type(pdf).__name__} for {report.name}")
    return pdf


# --- United States ------------------------------------------------------------------------------

_unit = Unit(currency="USD", scale="millions", period="2023")
HALDEN: Final = Report(
    name="halden_instruments",
    what_is_hard="'$' and ')' in columns of their own; the letter rounds; growth only computable",
    source=document(
        cover("Halden Instruments, Inc.", "Annual Report 2023 on Form 10-K"),
        contents(
            ("Letter to shareholders", 3),
            ("Risk factors", 4),
            ("Consolidated Statements of Income", 31),
            ("Consolidated Balance Sheets", 32),
        ),
        heading("To our shareholders"),
        prose(
            "2023 was a good year. We reached net revenues of about $1.2 billion, and we ended it "
            "with a stronger portfolio than ever. Net income came to some $140 million.",
            "Since our foundation in 1957 we have returned more than $2.5 billion to shareholders.",
        ),
        filler("Business", 2),
        filler("Risk factors", 4),
        filler("Legal proceedings"),
        heading("Consolidated Statements of Income"),
        caption("(in millions, except per share data)"),
        table(
            """
^ | Year Ended December 31, {3}
^ | 2023 | 2022 | 2021
 Net revenues | $1,234.6 | $1,141.9 | $1,080.2
 Cost of revenues | 702.3 | 661.0 | 640.8
=Gross profit | 532.3 | 480.9 | 439.4
 Operating expenses:
   Research and development | 121.4 | 110.2 | 104.0
   Sales and marketing | 148.9 | 139.3 | 131.7
   General and administrative | 75.2 | 71.8 | 69.9
=    Total operating expenses | 345.5 | 321.3 | 305.6
 Operating income | 186.8 | 159.6 | 133.8
 Interest expense, net | (12.4) | (11.9) | (12.8)
 Income before income taxes | 174.4 | 147.7 | 121.0
 Provision for income taxes | (38.4) | (32.5) | (26.6)
=Net income | $136.0 | $115.2 | $94.4
.
 Net income per share, diluted | $2.41 | $2.03 | $1.65
 Weighted average shares | 56.4 | 56.7 | 57.2
""",
            apart=True,
        ),
        balance_sheet("2023", "2022", "(in millions)"),
        cash_flows(
            "Consolidated Statements of Cash Flows",
            "(in millions)",
            ("2023", "2022", "2021"),
            "Net income | 136.0 | 115.2 | 94.4",
        ),
        filler("Accounting policies", 3),
        running="Halden Instruments | 2023 Form 10-K",
    ),
    truth=_unit.truth(
        revenue=1234.6, operating_expenses=345.5, net_income=136.0, computed_growth=8.12
    ),
)

_unit = Unit(currency="USD", scale="units", period="2023")
PENNYWHISTLE: Final = Report(
    name="pennywhistle_software",
    what_is_hard="whole dollars with no scale word; '( 1,204,556)' with a space; shrinking revenue",
    source=document(
        cover("Pennywhistle Software, Inc.", "2023 Annual Report"),
        filler("Business"),
        filler("Risk factors", 2),
        heading("STATEMENTS OF OPERATIONS"),
        table(
            """
^ | For the years ended December 31, {2}
^ | 2023 | 2022
 Revenue | $ 3,418,220 | $ 3,905,118
 Cost of revenue | 1,102,447 | 1,240,330
=Gross profit | 2,315,773 | 2,664,788
 Operating expenses:
   Research and development | 1,488,203 | 1,312,990
   Sales and marketing | 1,120,614 | 1,205,337
   General and administrative | 872,145 | 801,226
=Total operating expenses | 3,480,962 | 3,319,553
 Loss from operations | ( 1,165,189) | ( 654,765)
 Other income (expense), net | ( 39,367) | 12,408
=Net loss | $ ( 1,204,556) | $ ( 642,357)
 Net loss per share, basic and diluted | $ (0.31) | $ (0.17)
 Weighted average shares outstanding | 3,885,664 | 3,778,570
"""
        ),
        filler("Accounting policies"),
        running="Pennywhistle Software, Inc.",
    ),
    truth=_unit.truth(
        revenue=3418220, operating_expenses=3480962, net_income=-1204556, computed_growth=-12.47
    ),
)

_unit = Unit(currency="USD", scale="billions", period="2023")
ATLAS: Final = Report(
    name="atlas_meridian",
    what_is_hard="billions; two-column prose; growth in a '% change' column beside other changes",
    source=document(
        cover("Atlas Meridian Corporation", "Annual Report 2023"),
        heading("Management's discussion"),
        two_columns(
            "Atlas Meridian serves customers in ninety countries. Demand was strong in the first "
            "half of the year and softened in the second, as customers worked down inventories.",
            "Our program of efficiency saved $0.6 billion, and we expect it to save a further "
            "$0.4 billion in 2024. Capital expenditures were $2.2 billion.",
            "The order book stood at $31.5 billion at the end of the year, 4% above the year "
            "before. We returned $3.8 billion to shareholders.",
            "Our ratio of debt to equity improved, and both rating agencies confirmed our rating.",
        ),
        filler("People and sustainability"),
        heading("Consolidated results"),
        caption("(in billions of U.S. dollars, except per share amounts)"),
        table(
            """
^ | 2023 | 2022 | % change
 Revenues | $48.6 | $45.1 | 8%
 Operating expenses | 39.2 | 37.0 | 6%
=Operating income | 9.4 | 8.1 | 16%
 Interest expense | 0.9 | 0.8 | 13%
 Income taxes | 1.9 | 1.6 | 19%
=Net income | $6.6 | $5.7 | 16%
 Earnings per share | $5.28 | $4.49 | 18%
 Dividends per share | $2.10 | $1.96 | 7%
""",
            ruled=True,
        ),
        filler("Corporate governance", 2),
        running="Atlas Meridian 2023",
    ),
    truth=_unit.truth(revenue=48.6, operating_expenses=39.2, net_income=6.6, printed_growth=8.0),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
CORVANE: Final = Report(
    name="corvane_systems",
    what_is_hard="the totals of revenue and of cost of revenue have no label",
    source=document(
        cover("Corvane Systems, Inc.", "Fiscal 2023 Annual Report"),
        filler("Business", 2),
        filler("Risk factors", 3),
        heading("CONSOLIDATED STATEMENTS OF INCOME"),
        caption("(In millions, except per-share amounts)"),
        table(
            """
^Years Ended | July 29, // 2023 | July 30, // 2022
 Net revenue:
   Products | $ 3,214 | $ 3,001
   Services | 1,789 | 1,602
=  | 5,003 | 4,603
 Cost of net revenue:
   Products | 1,410 | 1,355
   Services | 702 | 644
=  | 2,112 | 1,999
 Gross margin | 2,891 | 2,604
 Operating expenses:
   Research and development | 812 | 760
   Selling, general and administrative | 1,004 | 960
   Amortization of purchased intangibles | 95 | 101
=Total operating expenses | 1,911 | 1,821
 Operating income | 980 | 783
 Interest and other, net | (42) | (51)
 Income before provision for income taxes | 938 | 732
 Provision for income taxes | 188 | 146
=Net income | $ 750 | $ 586
 Diluted net income per share | $ 1.83 | $ 1.41
"""
        ),
        balance_sheet("July 29, 2023", "July 30, 2022", "(In millions)"),
        filler("Accounting policies", 2),
        running="Corvane Systems",
    ),
    truth=_unit.truth(revenue=5003, operating_expenses=1911, net_income=750, computed_growth=8.69),
)

LINTEL: Final = Report(
    name="lintel_robotics",
    what_is_hard="no total line of revenue and none of operating expenses: both are sums",
    source=document(
        cover("Lintel Robotics Corporation", "Annual Report 2023"),
        filler("Business"),
        heading("Consolidated Statements of Operations"),
        caption("(dollars in millions)"),
        table(
            """
^ | 2023 | 2022
 Product revenue | $212.4 | $180.9
 Service revenue | 88.3 | 71.5
 Cost of product revenue | (120.2) | (104.0)
 Cost of service revenue | (41.1) | (35.2)
=Gross profit | 139.4 | 113.2
 Operating expenses:
   Research and development | 40.3 | 36.8
   Sales and marketing | 52.6 | 47.7
   General and administrative | 18.9 | 17.5
=Operating income | 27.6 | 11.2
 Interest income | 1.4 | 0.6
 Income tax expense | (6.5) | (2.6)
=Net income | $22.5 | $9.2
"""
        ),
        prose("Product revenue includes $14.2 million of spare parts (2022: $11.8 million)."),
        filler("Legal proceedings"),
        running="Lintel Robotics | December 31, 2023",
    ),
    truth=Truth(
        revenue=_unit.money(300.7, printed=False),
        operating_expenses=_unit.money(111.8, printed=False),
        net_income=_unit.money(22.5),
        revenue_growth=_unit.growth(19.14, printed=False),
    ),
)

SALTGRASS: Final = Report(
    name="saltgrass_petroleum",
    what_is_hard="'Total revenues and other income'; net income beside its noncontrolling part",
    source=document(
        cover("Saltgrass Petroleum Company", "2023 Annual Report"),
        filler("Risk factors", 2),
        prose(
            "In this report, 'revenue' means total revenues and other income. Production averaged "
            "1,284 thousand barrels per day in 2023 and 1,301 thousand in 2022."
        ),
        heading("Consolidated Statement of Income"),
        caption("Millions of dollars, except per share amounts"),
        table(
            """
^ | Year ended December 31 {3}
^ | 2023 | 2022 | 2021
 Revenues and other income
   Sales of crude oil and natural gas | $ 28,114 | $ 33,902 | $ 21,455
   Sales of refined products | 12,480 | 14,266 | 9,873
   Other income | 636 | 512 | 407
=Total revenues and other income | 41,230 | 48,680 | 31,735
 Operating costs and expenses
   Purchased crude oil and products | 20,117 | 24,660 | 15,310
   Production expenses | 6,040 | 5,915 | 5,102
   Selling, general and administrative | 1,215 | 1,188 | 1,090
   Depreciation, depletion and amortization | 4,402 | 4,517 | 4,733
=Total operating costs and expenses | 31,774 | 36,280 | 26,235
 Operating income | 9,456 | 12,400 | 5,500
 Interest and debt expense | 604 | 588 | 655
 Income before income tax expense | 8,852 | 11,812 | 4,845
 Income tax expense | 2,213 | 2,953 | 1,211
=Net income | 6,639 | 8,859 | 3,634
 Less: net income attributable to noncontrolling interests | 88 | 102 | 47
=Net income attributable to Saltgrass | $ 6,551 | $ 8,757 | $ 3,587
 Per share of common stock, diluted | $ 7.92 | $ 10.41 | $ 4.18
"""
        ),
        filler("Accounting policies", 2),
        running="Saltgrass Petroleum Company",
    ),
    truth=_unit.truth(
        revenue=41230, operating_expenses=31774, net_income=6639, computed_growth=-15.30
    ),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
QUILLON: Final = Report(
    name="quillon_foods",
    what_is_hard="years on two header lines; growth only as 'eight percent' in words",
    source=document(
        cover(
            "Quillon Foods Company", "Annual Report for the fiscal year ended September 30, 2023"
        ),
        heading("Results of operations"),
        prose(
            "Net sales grew by eight percent over fiscal 2022, of which about five points came "
            "from higher prices and three from volume. Freight costs fell by twelve percent.",
            "Marketing expenses rose by six percent, as we launched fourteen new products.",
        ),
        filler("Business", 2),
        heading("Consolidated Statements of Income"),
        caption("(Dollars in thousands, except per share data)"),
        table(
            """
^ | Fiscal Years Ended {3}
^ | September 30, | September 30, | September 30,
^ | 2023 | 2022 | 2021
 Net sales | $642,880 | $595,259 | $560,104
 Cost of goods sold | 411,443 | 386,918 | 367,148
=Gross profit | 231,437 | 208,341 | 192,956
 Operating expenses:
   Selling, general and administrative | 148,902 | 137,330 | 130,015
   Marketing | 21,114 | 19,870 | 18,402
=  Total operating expenses | 170,016 | 157,200 | 148,417
 Operating income | 61,421 | 51,141 | 44,539
 Interest expense | 6,220 | 6,118 | 6,590
 Earnings before income taxes | 55,201 | 45,023 | 37,949
 Income taxes | 13,248 | 10,806 | 9,108
=Net income | $41,953 | $34,217 | $28,841
 Basic earnings per common share | $1.97 | $1.61 | $1.36
"""
        ),
        filler("Accounting policies"),
        running="Quillon Foods",
    ),
    truth=_unit.truth(
        revenue=642880, operating_expenses=170016, net_income=41953, printed_growth=8.0
    ),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
TORVANE: Final = Report(
    name="torvane_industries",
    what_is_hard="long; quarterly and segment tables with the same labels come before the year",
    source=document(
        cover("Torvane Industries, Inc.", "2023 Annual Report"),
        filler("Business", 4),
        filler("Risk factors", 9),
        filler("Legal proceedings", 2),
        heading("Quarterly information (unaudited)"),
        caption("(Dollars in millions)"),
        prose(
            "Net sales of the fourth quarter increased 9% over the fourth quarter of 2022, and net "
            "income of the quarter increased 3%."
        ),
        table(
            """
^2023 | Three months ended {4}
^ | March 31 | June 30 | September 30 | December 31
 Net sales | $688 | $731 | $752 | $747
 Total operating expenses | 161 | 166 | 165 | 169
 Net income | 51 | 60 | 64 | 61
.
^2022 | Three months ended {4}
^ | March 31 | June 30 | September 30 | December 31
 Net sales | $675 | $692 | $692 | $685
 Total operating expenses | 157 | 159 | 158 | 161
 Net income | 42 | 46 | 45 | 59
""",
            ruled=True,
        ),
        filler("Corporate governance", 3),
        heading("Segments"),
        caption("(Dollars in millions)"),
        table(
            """
^Net sales | 2023 | 2022
 Pumps | $1,640 | $1,522
 Valves | 1,278 | 1,222
.
^Operating income | 2023 | 2022
 Pumps | 214 | 181
 Valves | 138 | 116
"""
        ),
        filler("People and sustainability", 3),
        heading("Consolidated statements of income"),
        caption("(Dollars in millions, except per share data)"),
        table(
            """
^For the years ended December 31, | 2023 | 2022
 Net sales | $2,918 | $2,744
 Cost of sales | 1,905 | 1,812
=Gross profit | 1,013 | 932
 Selling expenses | 402 | 388
 General and administrative expenses | 171 | 165
 Research and development expenses | 88 | 82
=Total operating expenses | 661 | 635
 Operating income | 352 | 297
 Interest expense | 41 | 44
 Income before taxes | 311 | 253
 Income taxes | 75 | 61
=Net income | $236 | $192
""",
            apart=True,
        ),
        balance_sheet("2023", "2022", "(Dollars in millions)"),
        filler("Accounting policies", 8),
        running="Torvane Industries",
    ),
    truth=_unit.truth(revenue=2918, operating_expenses=661, net_income=236, computed_growth=6.34),
)

MARLOWE: Final = Report(
    name="marlowe_and_finch",
    what_is_hard="only five-year selected data, oldest year first, with a row of growth rates",
    source=document(
        cover("Marlowe & Finch, Inc.", "Summary Annual Report 2023"),
        filler("Business"),
        heading("Selected financial data"),
        caption("(U.S. dollars in millions, except per share and employee data)"),
        table(
            """
^Year ended December 31, | 2019 | 2020 | 2021 | 2022 | 2023
 Net revenues | 812 | 774 | 851 | 904 | 947
 Net revenue growth | 3.1% | (4.7)% | 9.9% | 6.2% | 4.8%
 Operating expenses | 702 | 689 | 733 | 771 | 801
 Operating income | 110 | 85 | 118 | 133 | 146
 Net income | 71 | 52 | 79 | 90 | 98
 Diluted earnings per share | 1.42 | 1.05 | 1.60 | 1.83 | 2.01
 Total assets | 1,310 | 1,344 | 1,402 | 1,455 | 1,520
 Number of employees | 3,910 | 3,702 | 3,815 | 3,940 | 4,012
"""
        ),
        filler("People and sustainability"),
        running="Marlowe & Finch",
    ),
    truth=_unit.truth(revenue=947, operating_expenses=801, net_income=98, printed_growth=4.8),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
ORRIN: Final = Report(
    name="orrin_logistics",
    what_is_hard="2022 is restated; a note before the statement shows it as reported at first",
    source=document(
        cover("Orrin Logistics Holdings, Inc.", "Form 10-K for fiscal 2023"),
        heading("Restatement of prior-period amounts"),
        caption("(in thousands)"),
        table(
            """
^Year ended December 31, 2022 | As previously // reported | Adjustments | As restated
 Revenue | $295,642 | $(6,525) | $289,117
 Net income | 21,410 | (4,884) | 16,526
""",
            ruled=True,
        ),
        filler("Risk factors", 2),
        heading("Consolidated Statements of Operations"),
        caption("(in thousands)"),
        table(
            """
^ | Year ended December 31, {2}
^ | 2023 | 2022 // (as restated)
 Revenue | $318,405 | $289,117
 Purchased transportation | 201,330 | 184,902
=Gross profit | 117,075 | 104,215
 Operating expenses
   Selling, general and administrative | 61,220 | 57,104
   Depreciation and amortization | 18,440 | 17,026
=Total operating expenses | 79,660 | 74,130
 Operating income | 37,415 | 30,085
 Interest expense | 9,105 | 8,340
 Income before income taxes | 28,310 | 21,745
 Income tax expense | 6,794 | 5,219
=Net income (loss) | $21,516 | $16,526
"""
        ),
        filler("Accounting policies"),
        running="Orrin Logistics Holdings",
    ),
    truth=_unit.truth(
        revenue=318405, operating_expenses=79660, net_income=21516, computed_growth=10.13
    ),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
VANTRY: Final = Report(
    name="vantry_diagnostics",
    what_is_hard="pro forma figures of an acquisition come first and are larger",
    source=document(
        cover("Vantry Diagnostics Corp.", "2023 Annual Report"),
        heading("Acquisition of Colmere Laboratories"),
        prose(
            "On August 14, 2023 we acquired Colmere Laboratories for $610.0 million in cash. The "
            "following pro forma information shows the combined company as if the acquisition had "
            "taken place on January 1, 2022. It is not indicative of actual results."
        ),
        caption("Unaudited pro forma combined (in millions)"),
        table(
            """
^ | 2023 | 2022
 Pro forma revenues | $1,102.8 | $1,045.3
 Pro forma net income | 96.1 | 88.7
"""
        ),
        heading("Results of operations"),
        prose(
            "Revenues increased 30.1% to $914.2 million, mainly because Colmere contributed $188.4 "
            "million. Excluding acquisitions, revenues grew 3.3%."
        ),
        filler("Risk factors", 2),
        heading("Consolidated Statements of Earnings"),
        caption("(In millions)"),
        table(
            """
^Year ended December 31, | 2023 | 2022 | 2021
 Revenues | $914.2 | $702.6 | $655.9
 Operating costs and expenses:
   Cost of services | 498.1 | 386.4 | 362.0
   Selling, general and administrative | 221.4 | 170.3 | 160.1
   Depreciation and amortization | 74.5 | 41.2 | 38.7
   Acquisition-related costs | 18.6 | 2.1 | 0.4
=  Total operating costs and expenses | 812.6 | 600.0 | 561.2
 Operating income | 101.6 | 102.6 | 94.7
 Interest expense | (28.3) | (9.4) | (9.8)
 Earnings before income taxes | 73.3 | 93.2 | 84.9
 Income taxes | (17.6) | (22.4) | (20.4)
=Net earnings | $55.7 | $70.8 | $64.5
"""
        ),
        filler("Accounting policies"),
        running="Vantry Diagnostics",
    ),
    truth=_unit.truth(
        revenue=914.2, operating_expenses=812.6, net_income=55.7, printed_growth=30.1
    ),
)

_unit = Unit(currency="USD", scale="millions", period="2024")
BRIGHTLANE: Final = Report(
    name="brightlane_cloud",
    what_is_hard="guidance for the next year in the letter and in a table before the statement",
    source=document(
        cover("Brightlane Cloud, Inc.", "Annual Report, fiscal year ended January 31, 2024"),
        heading("Letter from our founder"),
        prose(
            "We are only at the beginning. For fiscal 2025 we expect revenue of $5 billion and net "
            "income of more than $600 million, and by 2028 we aim for revenue of $10 billion.",
            "Thank you to our 11,400 colleagues and to the 92,000 customers who trust us.",
        ),
        heading("Outlook", size=12),
        table(
            """
^Fiscal 2025 guidance | Low | High
 Total revenue (millions) | $4,950 | $5,050
 Revenue growth | 12% | 14%
 Total operating expenses (millions) | 2,900 | 2,980
"""
        ),
        heading("Fiscal 2024 compared with fiscal 2023", size=12),
        prose(
            "Total revenue increased 13%, driven by new subscriptions. Professional services "
            "revenue increased 4%. Remaining performance obligations increased 17%."
        ),
        filler("Risk factors", 3),
        heading("Consolidated Statements of Operations"),
        caption("(in millions, except per share data)"),
        table(
            """
^ | Fiscal Year Ended January 31, {3}
^ | 2024 | 2023 | 2022
 Revenue:
   Subscription | $4,020 | $3,520 | $3,020
   Professional services | 398 | 382 | 357
=Total revenue | 4,418 | 3,902 | 3,377
 Cost of revenue | 1,150 | 1,034 | 912
=Gross profit | 3,268 | 2,868 | 2,465
 Operating expenses:
   Research and development | 1,010 | 920 | 811
   Sales and marketing | 1,302 | 1,205 | 1,090
   General and administrative | 355 | 331 | 300
=Total operating expenses | 2,667 | 2,456 | 2,201
 Operating income | 601 | 412 | 264
 Other income (expense), net | 58 | 31 | (4)
 Income before provision for income taxes | 659 | 443 | 260
 Provision for income taxes | 145 | 97 | 57
=Net income | $514 | $346 | $203
 Net income per share, diluted | $1.71 | $1.17 | $0.70
""",
            apart=True,
        ),
        filler("Accounting policies", 2),
        running="Brightlane Cloud",
    ),
    truth=_unit.truth(revenue=4418, operating_expenses=2667, net_income=514, printed_growth=13.0),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
COBALT: Final = Report(
    name="cobalt_harbor_brands",
    what_is_hard="a percent-of-sales table with the same labels comes before the statement",
    source=document(
        cover("Cobalt Harbor Brands, Inc.", "2023 Annual Report"),
        heading("Results as a percentage of net sales"),
        table(
            """
^Year ended December 31, | 2023 | 2022
 Net sales | 100.0 % | 100.0 %
 Cost of sales | 60.0 | 61.0
 Gross profit | 40.0 | 39.0
 Total operating expenses | 30.0 | 29.6
 Operating income | 10.0 | 9.4
 Net income | 6.8 % | 6.3 %
"""
        ),
        prose(
            "Net sales decreased 1.2% compared with 2022. Sales in our own stores increased 3.4%, "
            "while wholesale fell 5.9%. Gross margin improved by 100 basis points."
        ),
        filler("Business", 2),
        heading("Consolidated Statements of Income"),
        caption("(in thousands, except per share amounts)"),
        table(
            """
^Year ended December 31, | 2023 | 2022
 Net sales (a) | $ 905,340 | $ 916,335
 Cost of sales (b) | 543,204 | 559,116
=Gross profit | 362,136 | 357,219
 Selling expenses | 181,068 | 183,267
 General and administrative expenses | 90,410 | 87,968
=Total operating expenses | 271,478 | 271,235
 Operating income | 90,658 | 85,984
 Interest expense | 10,118 | 9,702
 Income before taxes | 80,540 | 76,282
 Income tax provision | 19,330 | 18,308
=Net income | $ 61,210 | $ 57,974
.
 Net income per share:
   Basic | $ 1.53 | $ 1.43
   Diluted | $ 1.51 | $ 1.41
 Dividends declared per share | $ 0.60 | $ 0.56
"""
        ),
        caption("(a) Net of returns of $41,220 and $43,105. (b) Excludes depreciation."),
        filler("Accounting policies"),
        running="Cobalt Harbor Brands",
    ),
    truth=_unit.truth(
        revenue=905340, operating_expenses=271478, net_income=61210, printed_growth=-1.2
    ),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
DEVERELL: Final = Report(
    name="deverell_aerospace",
    what_is_hard="the statement breaks over two pages and the second has no header of years",
    source=document(
        cover("Deverell Aerospace Corporation", "Annual Report 2023"),
        filler("Business", 2),
        gap("15.6cm"),
        heading("Consolidated Statements of Earnings"),
        caption("(in millions)"),
        table(
            """
^Year ended December 31 | 2023 | 2022 | 2021
 Sales
   Products | $5,812 | $5,430 | $5,101
   Services | 2,204 | 2,015 | 1,890
=  Total sales | 8,016 | 7,445 | 6,991
 Cost of sales
   Products | 4,301 | 4,059 | 3,846
   Services | 1,502 | 1,390 | 1,309
=  Total cost of sales | 5,803 | 5,449 | 5,155
 Gross margin | 2,213 | 1,996 | 1,836
 Operating expenses
   General and administrative | 742 | 701 | 668
   Research and development | 388 | 352 | 331
   Amortization of intangible assets | 104 | 110 | 118
=  Total operating expenses | 1,234 | 1,163 | 1,117
 Operating income | 979 | 833 | 719
 Interest expense | (112) | (118) | (121)
 Other, net | 14 | (9) | 6
 Earnings before income taxes | 881 | 706 | 604
 Income tax expense | 194 | 155 | 133
=Net earnings | $687 | $551 | $471
"""
        ),
        filler("Accounting policies", 2),
        running="Deverell Aerospace",
    ),
    truth=_unit.truth(revenue=8016, operating_expenses=1234, net_income=687, computed_growth=7.67),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
ESTERHAVEN: Final = Report(
    name="esterhaven_utilities",
    what_is_hard="labels wrap over several lines and carry amounts of related parties themselves",
    source=document(
        cover("Esterhaven Utilities Company", "Annual Report 2023"),
        filler("Business"),
        heading("Consolidated Statements of Income"),
        caption("(Thousands of Dollars)"),
        table(
            """
^Years Ended December 31, | 2023 | 2022
 Operating revenues
   Electric (including affiliates of $4,118 and $3,902, respectively) | $702,455 | $668,120
   Gas | 240,318 | 262,944
=Total operating revenues, net of regulatory deferrals | 942,773 | 931,064
 Operating expenses
   Fuel and purchased power | 318,204 | 330,115
   Operations, maintenance and administrative expenses, excluding items below \
| 221,890 | 214,337
   Depreciation and amortization | 130,116 | 126,480
   Taxes other than income taxes | 60,205 | 58,914
=Total operating expenses (including affiliates of $2,044 and $1,987, respectively) \
| 730,415 | 729,846
 Operating income | 212,358 | 201,218
 Interest charges, net of amounts capitalized | (70,412) | (66,120)
 Income before income taxes | 141,946 | 135,098
 Income tax expense | (29,809) | (28,371)
=Net income | 112,137 | 106,727
 Less: Net income attributable to noncontrolling interests and preferred stock | 3,204 | 3,118
=Net income attributable to common shareholders | $108,933 | $103,609
""",
            label_width="4.6cm",
        ),
        filler("Legal proceedings"),
        filler("Accounting policies"),
        running="Esterhaven Utilities",
    ),
    truth=_unit.truth(
        revenue=942773, operating_expenses=730415, net_income=112137, computed_growth=1.26
    ),
)

MEADOWLARK: Final = Report(
    name="meadowlark_cooperative",
    what_is_hard="states none of the figures, though it uses all of their words",
    source=document(
        cover("Meadowlark Cooperative", "Report to our members 2023"),
        prose(
            "Revenue grew again in 2023, operating expenses were well controlled and net income "
            "improved. The audited financial statements are published separately and can be had "
            "from our office at 1200 Prairie Avenue.",
            "We welcomed 2,314 new members, opened 3 branches and planted 45,000 trees.",
        ),
        filler("People and sustainability", 2),
        filler("Corporate governance", 2),
        running="Meadowlark Cooperative 2023",
    ),
    truth=Truth(revenue=None, operating_expenses=None, net_income=None, revenue_growth=None),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
SABLE: Final = Report(
    name="sable_ridge_media",
    what_is_hard="figures only in prose, revenue in billions and the others in millions",
    source=document(
        cover("Sable Ridge Media Group, Inc.", "Annual Review, fiscal 2023"),
        heading("The year in brief"),
        prose(
            "Revenue for fiscal 2023 was $1.2 billion, up from $1.1 billion in fiscal 2022, an "
            "increase of 9 percent. Subscriptions made up $700 million of it.",
            "Total operating expenses were $410 million, compared with $388 million a year ago. "
            "Net income came in at $96 million, against $81 million. We bought back shares for $50 "
            "million and ended the year with $212 million in cash.",
        ),
        filler("Business"),
        filler("Corporate governance"),
        running="Sable Ridge Media Group",
    ),
    truth=Truth(
        revenue=Unit(currency="USD", scale="billions", period="2023").money(1.2),
        operating_expenses=_unit.money(410),
        net_income=_unit.money(96),
        revenue_growth=_unit.growth(9.0, printed=True),
    ),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
PELL: Final = Report(
    name="pell_creek_furniture",
    what_is_hard="typewriter print-out with dot leaders; one line makes up operating expenses",
    source=document(
        filler("Business", 2),
        heading("CONSOLIDATED STATEMENTS OF INCOME", size=11),
        typewriter(
            """
                          PELL CREEK FURNITURE COMPANY AND SUBSIDIARIES
                        (U.S. dollars in thousands, except per share data)

                                                               Year Ended
                                                 --------------------------------------
                                                   June 30,      June 30,      June 30,
                                                     2023          2022          2021
                                                 ----------    ----------    ----------
Net sales......................................  $  482,113    $  455,870    $  461,204
Cost of sales..................................     355,802       341,011       345,118
                                                 ----------    ----------    ----------
   Gross profit................................     126,311       114,859       116,086
Operating expenses:
   Selling, general and administrative.........      91,204        87,330        88,115
                                                 ----------    ----------    ----------
   Operating income............................      35,107        27,529        27,971
Interest expense...............................       2,114         2,330         2,508
                                                 ----------    ----------    ----------
   Income before income taxes..................      32,993        25,199        25,463
Income taxes...................................       7,918         6,048         6,111
                                                 ----------    ----------    ----------
Net income.....................................  $   25,075    $   19,151    $   19,352
                                                 ==========    ==========    ==========
Earnings per share.............................  $     1.12    $     0.85    $     0.86
                                                 ==========    ==========    ==========
"""
        ),
        filler("Accounting policies"),
        running="Pell Creek Furniture Company",
    ),
    truth=_unit.truth(
        revenue=482113, operating_expenses=91204, net_income=25075, computed_growth=5.76
    ),
)

HARROWGATE: Final = Report(
    name="harrowgate_bancorp",
    what_is_hard="a bank: interest income is larger than total net revenue and grew far faster",
    source=document(
        cover("Harrowgate Bancorp", "2023 Annual Report"),
        prose(
            "Total net revenue increased 5.3% in 2023. Interest income increased 38%, but so did "
            "the cost of deposits. Loans grew 6% and deposits 2%."
        ),
        filler("Risk factors", 3),
        heading("Consolidated Statements of Income"),
        caption("(Dollars in thousands)"),
        table(
            """
^ | For the year ended December 31, {2}
^ | 2023 | 2022
 Interest income | $512,340 | $371,205
 Interest expense | 200,336 | 73,095
=Net interest income | 312,004 | 298,110
 Noninterest income | 90,114 | 83,795
=Total net revenue | 402,118 | 381,905
 Provision for credit losses | 22,410 | 15,118
 Operating expenses:
   Compensation and benefits | 148,330 | 141,204
   Occupancy | 31,118 | 30,902
   Technology | 42,905 | 38,411
   Other | 30,117 | 29,880
=Total operating expenses | 252,470 | 240,397
 Income before income taxes | 127,238 | 126,390
 Income tax expense | 26,720 | 26,542
=Net income | $100,518 | $99,848
""",
            apart=True,
        ),
        filler("Accounting policies", 2),
        running="Harrowgate Bancorp",
    ),
    truth=_unit.truth(
        revenue=402118, operating_expenses=252470, net_income=100518, printed_growth=5.3
    ),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
JUNMARK: Final = Report(
    name="junmark_health",
    what_is_hard="'Sales to customers'; a percent-of-sales column follows each year's amounts",
    source=document(
        cover("Junmark Health", "Annual Report 2023"),
        prose(
            "Worldwide sales to customers increased 6.1% in 2023: operations contributed growth of "
            "8.4%, and currency took away 2.3%. Sales in the United States increased 7.7%."
        ),
        filler("Business", 2),
        heading("Consolidated Statements of Earnings"),
        caption("(Dollars in Millions Except Per Share Amounts)"),
        table(
            """
^ | 2023 | % of // sales | 2022 | % of // sales
 Sales to customers | $24,310 | 100.0% | $22,905 | 100.0%
 Cost of products sold | 7,415 | 30.5 | 7,102 | 31.0
=Gross profit | 16,895 | 69.5 | 15,803 | 69.0
 Selling, marketing and administrative expenses | 6,101 | 25.1 | 5,818 | 25.4
 Research and development expense | 3,914 | 16.1 | 3,573 | 15.6
=Total operating expenses | 10,015 | 41.2 | 9,391 | 41.0
 Operating profit | 6,880 | 28.3 | 6,412 | 28.0
 Interest expense, net | 240 | 1.0 | 255 | 1.1
 Earnings before provision for taxes on income | 6,640 | 27.3 | 6,157 | 26.9
 Provision for taxes on income | 1,116 | 4.6 | 1,047 | 4.6
=Net earnings | $5,524 | 22.7% | $5,110 | 22.3%
 Diluted net earnings per share | $4.15 | | $3.81 |
"""
        ),
        filler("Accounting policies", 2),
        running="Junmark Health",
    ),
    truth=_unit.truth(revenue=24310, operating_expenses=10015, net_income=5524, printed_growth=6.1),
)

_unit = Unit(currency="USD", scale="units", period="2023")
LODESTAR: Final = Report(
    name="lodestar_storage",
    what_is_hard="the first period of a company: one column, no growth to state or compute",
    source=document(
        cover("Lodestar Storage Partners, L.P.", "Annual Report 2023"),
        prose("The partnership was formed in Delaware and bought 11 properties in the period."),
        filler("Risk factors"),
        heading("Statement of Operations"),
        caption("For the period from March 1, 2023 (inception) to December 31, 2023"),
        table(
            """
 Revenues:
   Rental revenue | $1,702,218
   Late fees and other | 216,184
=Total revenues | 1,918,402
 Operating expenses:
   Property operating costs | 702,114
   General and administrative | 618,305
   Depreciation | 919,698
=Total operating expenses | 2,240,117
 Operating loss | (321,715)
 Interest expense | (88,551)
=Net loss | $(410,266)
 Net loss per unit | $(0.82)
"""
        ),
        filler("Accounting policies"),
        running="Lodestar Storage Partners",
    ),
    truth=_unit.truth(revenue=1918402, operating_expenses=2240117, net_income=-410266),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
AMBREL: Final = Report(
    name="ambrel_therapeutics",
    what_is_hard="no line of revenue at all; 'Net loss' printed without any sign",
    source=document(
        cover("Ambrel Therapeutics, Inc.", "Annual Report 2023"),
        filler("Business", 2),
        filler("Risk factors", 4),
        heading("Statements of Operations"),
        caption("(in thousands, except share and per share data)"),
        table(
            """
^ | Year Ended December 31, {2}
^ | 2023 | 2022
 Operating expenses:
   Research and development | $ 61,204 | $ 48,330
   General and administrative | 18,911 | 16,204
=Total operating expenses | 80,115 | 64,534
 Loss from operations | 80,115 | 64,534
 Interest income | (3,204) | (1,118)
=Net loss | $ 76,911 | $ 63,416
 Net loss per share, basic and diluted | $ 1.92 | $ 1.78
 Weighted-average shares | 40,057,813 | 35,626,966
"""
        ),
        filler("Accounting policies"),
        running="Ambrel Therapeutics",
    ),
    truth=_unit.truth(revenue=None, operating_expenses=80115, net_income=-76911),
)

_unit = Unit(currency="USD", scale="millions", period="2023")
GRISTMILL: Final = Report(
    name="gristmill_markets",
    what_is_hard="weeks and dates stacked in the header; 'Net sales' is only part of revenues",
    source=document(
        cover("Gristmill Markets, Inc.", "Fiscal 2023 Annual Report"),
        prose(
            "Total revenues rose 5.7%, with the help of a 53rd week. Comparable sales, which leave "
            "that week out, rose 4.2%. We ended the year with 241 stores, 9 more than a year ago."
        ),
        filler("Business", 2),
        heading("Consolidated Statements of Income"),
        caption("(amounts in millions, except per share data)"),
        table(
            """
^ | 53 Weeks // Ended | 52 Weeks // Ended | 52 Weeks // Ended
^ | September 2, // 2023 | August 27, // 2022 | August 28, // 2021
 Revenues
   Net sales | $11,204 | $10,610 | $9,984
   Membership fees | 240 | 218 | 201
=Total revenues | 11,444 | 10,828 | 10,185
 Operating expenses
   Merchandise costs | 8,711 | 8,260 | 7,790
   Selling, general and administrative | 2,210 | 2,084 | 1,962
   Preopening | 31 | 27 | 19
=Total operating expenses | 10,952 | 10,371 | 9,771
 Operating income | 492 | 457 | 414
 Interest expense | (38) | (36) | (39)
 Income before income taxes | 454 | 421 | 375
 Provision for income taxes | 109 | 101 | 90
=Net income | 345 | 320 | 285
 Net income attributable to noncontrolling interests | (6) | (5) | (4)
=Net income attributable to Gristmill | $339 | $315 | $281
""",
            ruled=True,
        ),
        filler("Accounting policies"),
        running="Gristmill Markets",
    ),
    truth=_unit.truth(revenue=11444, operating_expenses=10952, net_income=345, printed_growth=5.7),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
WEXCOMBE: Final = Report(
    name="wexcombe_audio",
    what_is_hard="quarter and year side by side in one statement, the quarter first",
    source=document(
        cover("Wexcombe Audio, Inc.", "Annual Report 2023"),
        filler("Business"),
        heading("Consolidated Statements of Income"),
        caption("(U.S. dollars in thousands)"),
        table(
            """
^ | Three months ended // December 31, {2} | Year ended // December 31, {2}
^ | 2023 | 2022 | 2023 | 2022
 Net sales | $41,205 | $38,114 | $158,330 | $149,872
 Cost of sales | 24,310 | 22,905 | 93,415 | 89,120
=Gross profit | 16,895 | 15,209 | 64,915 | 60,752
 Operating expenses:
   Sales and marketing | 6,214 | 5,880 | 24,102 | 22,915
   General and administrative | 4,118 | 3,902 | 15,630 | 15,204
=Total operating expenses | 10,332 | 9,782 | 39,732 | 38,119
 Income from operations | 6,563 | 5,427 | 25,183 | 22,633
 Interest expense | (802) | (775) | (3,115) | (3,020)
 Income before income taxes | 5,761 | 4,652 | 22,068 | 19,613
 Provision for income taxes | 1,383 | 1,116 | 5,296 | 4,707
=Net income | $4,378 | $3,536 | $16,772 | $14,906
"""
        ),
        filler("Accounting policies"),
        running="Wexcombe Audio",
    ),
    truth=_unit.truth(
        revenue=158330, operating_expenses=39732, net_income=16772, computed_growth=5.64
    ),
)

# --- Europe -------------------------------------------------------------------------------------

_unit = Unit(currency="EUR", scale="millions", period="2023")
OSTERLOH: Final = Report(
    name="osterloh_maschinenbau",
    what_is_hard="European decimals, unicode minus, a Notes column; 'profit for the year'",
    source=document(
        cover("Osterloh Maschinenbau AG", "Annual Report 2023"),
        heading("Management report"),
        prose(
            "In a difficult market, revenue rose by 7,7 %. Order intake fell by 2,4 % to "
            "€ 4.398,1 million. The book-to-bill ratio was 0,97."
        ),
        filler("People and sustainability", 2),
        heading("Consolidated income statement"),
        caption("in € million"),
        table(
            """
^ | Note | 2023 | 2022
 Revenue | 5 | 4.512,7 | 4.188,3
 Cost of sales | 6 | −3.021,4 | −2.853,0
=Gross profit | | 1.491,3 | 1.335,3
 Selling expenses | 7 | −604,2 | −561,7
 Administrative expenses | 8 | −231,5 | −219,9
 Research and development expenses | 9 | −188,6 | −170,1
=Total operating expenses | | −1.024,3 | −951,7
 Operating result (EBIT) | | 467,0 | 383,6
 Financial result | 10 | −41,3 | −38,8
 Profit before tax | | 425,7 | 344,8
 Income taxes | 11 | −121,4 | −99,1
=Profit for the year | | 304,3 | 245,7
   of which attributable to shareholders of Osterloh | | 296,8 | 240,2
   of which attributable to non-controlling interests | | 7,5 | 5,5
 Earnings per share in € | 12 | 4,95 | 4,00
"""
        ),
        filler("Corporate governance", 2),
        filler("Accounting policies", 2),
        running="Osterloh Maschinenbau AG | 2023",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=4512.7, operating_expenses=1024.3, net_income=304.3, printed_growth=7.7
    ),
)

_unit = Unit(currency="GBP", scale="thousands", period="2023")
BRACKWATER: Final = Report(
    name="brackwater_engineering",
    what_is_hard="'Turnover', £'000, years as 2022/23; operating expenses are two lines, no total",
    source=document(
        cover("Brackwater Engineering Limited", "Report and Financial Statements 2022/23"),
        filler("Corporate governance"),
        heading("Profit and loss account"),
        caption("for the year ended 31 March 2023"),
        table(
            """
^ | Note | 2022/23 // £'000 | 2021/22 // £'000
 Turnover | 3 | 48,217 | 50,904
 Cost of sales | | (31,905) | (33,480)
=Gross profit | | 16,312 | 17,424
 Operating expenses
   Distribution costs | | (4,118) | (4,356)
   Administrative expenses | 4 | (8,903) | (8,741)
=Operating profit | 5 | 3,291 | 4,327
 Interest payable and similar charges | 7 | (412) | (388)
 Profit before taxation | | 2,879 | 3,939
 Tax on profit | 8 | (604) | (788)
=Profit for the financial year | | 2,275 | 3,151
"""
        ),
        filler("Accounting policies"),
        running="Brackwater Engineering Limited",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=Truth(
        revenue=_unit.money(48217),
        operating_expenses=_unit.money(13021, printed=False),
        net_income=_unit.money(2275),
        revenue_growth=_unit.growth(-5.28, printed=False),
    ),
)

_unit = Unit(currency="CHF", scale="millions", period="2023")
VALMORA: Final = Report(
    name="valmora_uhren",
    what_is_hard="7'812.4 with apostrophes; growth at constant rates beside reported growth",
    source=document(
        cover("Valmora Uhren AG", "Annual Report 2023"),
        prose(
            "At constant exchange rates, net sales of the group grew by 11.2%. In Swiss francs, "
            "as reported, net sales increased by 5.5%. Asia grew by 14.0% at constant rates."
        ),
        filler("Business", 2),
        heading("Consolidated income statement"),
        table(
            """
^(CHF million) | Notes | 2023 | 2022
 Net sales | 4 | 7'812.4 | 7'405.9
 Cost of goods sold | 5 | (2'104.8) | (2'033.2)
=Gross profit | | 5'707.6 | 5'372.7
 Marketing and distribution | 6 | (1'988.1) | (1'861.0)
 Development | 6 | (402.6) | (377.3)
 Administration | 6, 7 | (1'450.5) | (1'382.2)
=Total operating expenses | | (3'841.2) | (3'620.5)
 Operating profit | | 1'866.4 | 1'752.2
 Net financial expense | 8 | (31.9) | (40.2)
 Profit before taxes | | 1'834.5 | 1'712.0
 Income taxes | 9 | (348.6) | (325.3)
=Net profit | | 1'485.9 | 1'386.7
""",
            ruled=True,
        ),
        filler("Accounting policies"),
        running="Valmora Uhren AG",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=7812.4, operating_expenses=3841.2, net_income=1485.9, printed_growth=5.5
    ),
)

_unit = Unit(currency="EUR", scale="thousands", period="2023")
FERRANDINE: Final = Report(
    name="ferrandine",
    what_is_hard="newest year last; a loss by unicode minus; 'nearly a tenth' is no exact growth",
    source=document(
        cover("Ferrandine SA", "Annual report 2023"),
        prose("Revenue fell by nearly a tenth, as two of our largest customers cut production."),
        filler("Risk factors"),
        heading("Consolidated income statement"),
        caption("€'000"),
        table(
            """
^For the year ended 31 December | Note | 2022 | 2023
 Revenue | 3 | 182,440 | 164,905
 Raw materials and consumables | 4 | −74,120 | −72,388
 Employee benefits | 5 | −61,905 | −66,210
 Depreciation and amortisation | 6 | −14,220 | −15,871
 Other expenses | 7 | −28,640 | −31,402
=Operating expenses | | −178,885 | −185,871
 Operating result | | 3,555 | −20,966
 Net finance costs | 8 | −2,410 | −3,288
 Result before tax | | 1,145 | −24,254
 Income tax | 9 | −402 | 1,190
=Profit / (loss) for the year | | 743 | −23,064
"""
        ),
        filler("Accounting policies"),
        running="Ferrandine SA",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=164905, operating_expenses=185871, net_income=-23064, computed_growth=-9.61
    ),
)

ALDERMOOR: Final = Report(
    name="aldermoor",
    what_is_hard="the parent's separate statement comes before the consolidated one",
    source=document(
        cover("Aldermoor S.p.A.", "Annual Report at 31 December 2023"),
        filler("Corporate governance", 2),
        heading("Aldermoor S.p.A. – Separate income statement of the parent company"),
        caption("(thousands of euro)"),
        table(
            """
^ | 2023 | 2022
 Revenue | 210,330 | 198,204
 Operating expenses | (188,115) | (179,902)
=Operating profit | 22,215 | 18,302
 Profit for the year | 15,880 | 12,944
"""
        ),
        filler("Accounting policies", 2),
        heading("Aldermoor Group – Consolidated income statement"),
        caption("(thousands of euro)"),
        table(
            """
^ | 2023 | 2022
 Revenue | 1,045,218 | 978,660
 Operating expenses | (921,404) | (868,115)
=Operating profit | 123,814 | 110,545
 Net financial expense | (18,220) | (17,305)
 Profit before tax | 105,594 | 93,240
 Income taxes | (28,510) | (25,641)
=Profit for the year | 77,084 | 67,599
 Profit attributable to owners of the parent | 74,210 | 65,120
 Profit attributable to non-controlling interests | 2,874 | 2,479
"""
        ),
        running="Aldermoor",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=1045218, operating_expenses=921404, net_income=77084, computed_growth=6.80
    ),
)

_unit = Unit(currency="SEK", scale="millions", period="2023")
NORRVIK: Final = Report(
    name="norrvik",
    what_is_hard="spaces part the thousands; organic growth beside the '% change' column",
    source=document(
        cover("Norrvik AB (publ)", "Annual Report 2023"),
        prose(
            "Organic growth was 3 percent, and currencies added another 4 percent. The number of "
            "employees fell from 41 300 to 40 900."
        ),
        filler("People and sustainability"),
        heading("Consolidated income statement"),
        table(
            """
^SEK m | 2023 | 2022 | Change, %
 Net sales | 104 732 | 98 315 | 7
 Cost of goods sold | −71 204 | −67 880 | 5
=Gross income | 33 528 | 30 435 | 10
 Selling expenses | −14 610 | −13 802 | 6
 Administrative expenses | −5 118 | −4 930 | 4
 Research and development | −3 402 | −3 115 | 9
=Total operating expenses | −23 130 | −21 847 | 6
 Operating income | 10 398 | 8 588 | 21
 Net financial items | −1 204 | −1 018 | 18
 Income before tax | 9 194 | 7 570 | 21
 Tax | −2 115 | −1 741 | 21
=Profit for the year | 7 079 | 5 829 | 21
 Attributable to owners of the parent | 6 988 | 5 752 | 21
"""
        ),
        filler("Corporate governance"),
        running="Norrvik 2023",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_unit.truth(
        revenue=104732, operating_expenses=23130, net_income=7079, printed_growth=7.0
    ),
)

_unit = Unit(currency="GBP", scale="millions", period="2023")
THORNBURY: Final = Report(
    name="thornbury_leisure",
    what_is_hard="a short review: figures only in highlight tiles, the number above its label",
    source=document(
        cover("Thornbury Leisure plc", "Annual Review 2023"),
        heading("2023 highlights"),
        tiles(
            ("£1.24bn", "Revenue", "2022: £1.17bn"),
            ("+6%", "Revenue growth", "2022: +11%"),
            ("£88m", "Profit for the year", "2022: £75m"),
        ),
        tiles(
            ("312", "Venues", "2022: 305"),
            ("4.6/5", "Guest rating", "2022: 4.5/5"),
            ("9.5p", "Dividend per share", "2022: 8.8p"),
        ),
        filler("People and sustainability"),
        running="Thornbury Leisure plc",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=Truth(
        revenue=Unit(currency="GBP", scale="billions", period="2023").money(1.24),
        operating_expenses=None,
        net_income=_unit.money(88),
        revenue_growth=_unit.growth(6.0, printed=True),
    ),
)

RAVENSHOLT: Final = Report(
    name="ravensholt",
    what_is_hard="columns before exceptional items, exceptional items and total for each year",
    source=document(
        cover("Ravensholt plc", "Annual Report and Accounts 2023"),
        filler("Business", 2),
        heading("Consolidated income statement"),
        caption("for the year ended 31 December 2023"),
        table(
            """
^ | 2023 {3} | 2022 {3}
^ | Before // exceptional // items // £m | Exceptional // items // £m | Total // £m \
| Before // exceptional // items // £m | Exceptional // items // £m | Total // £m
 Revenue | 1,802.4 | – | 1,802.4 | 1,695.5 | – | 1,695.5
 Operating expenses | (1,590.1) | (48.2) | (1,638.3) | (1,502.3) | (12.0) | (1,514.3)
=Operating profit | 212.3 | (48.2) | 164.1 | 193.2 | (12.0) | 181.2
 Net finance costs | (31.0) | – | (31.0) | (28.8) | – | (28.8)
 Profit before tax | 181.3 | (48.2) | 133.1 | 164.4 | (12.0) | 152.4
 Taxation | (43.5) | 9.6 | (33.9) | (39.5) | 2.4 | (37.1)
=Profit for the year | 137.8 | (38.6) | 99.2 | 124.9 | (9.6) | 115.3
""",
            size="0.85em",
            gutter="6pt",
        ),
        filler("Accounting policies", 2),
        running="Ravensholt plc",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=1802.4, operating_expenses=1638.3, net_income=99.2, computed_growth=6.30
    ),
)

_unit = Unit(currency="EUR", scale="millions", period="2023")
QUAYSIDE: Final = Report(
    name="quayside_ferries",
    what_is_hard="only prose, with a net loss and no operating expenses stated",
    source=document(
        cover("Quayside Ferries N.V.", "Annual Report 2023"),
        heading("Chairman's statement"),
        two_columns(
            "It was a hard year. Revenue was €88.5 million, compared with €92.3 million in 2022: "
            "it fell by 4.1 percent, because one ship was out of service for eleven weeks.",
            "We carried 1.9 million passengers. Fuel cost us €19.4 million, €3.3 million more than "
            "in the year before.",
            "As a consequence we report a net loss of €14.2 million for 2023, after a profit of "
            "€2.6 million in 2022. No dividend will be proposed.",
            "In 2024 we will take delivery of a new ship, which will cost €64 million.",
        ),
        filler("Corporate governance", 2),
        running="Quayside Ferries",
        paper="a4",
    ),
    truth=_unit.truth(revenue=88.5, operating_expenses=None, net_income=-14.2, printed_growth=-4.1),
)

# --- The rest of the world ----------------------------------------------------------------------

_unit = Unit(currency="JPY", scale="millions", period="2023")
KISARAGI: Final = Report(
    name="kisaragi_precision",
    what_is_hard="newest year last; the forecast stands beside the actual results of the summary",
    source=document(
        cover("Kisaragi Precision Co., Ltd.", "Annual Report, year ended March 31, 2023"),
        heading("Summary"),
        caption("(Millions of yen; percentages show the change from the previous year)"),
        table(
            """
^ | Net sales {2} | Operating income {2}
^Year ended March 31, 2023 (actual) | 812,345 | 6.3% | 67,774 | 21.5%
^Year ending March 31, 2024 (forecast) | 850,000 | 4.6% | 70,000 | 3.3%
""",
            ruled=True,
        ),
        filler("Business"),
        heading("Consolidated Statements of Income"),
        caption("Years ended March 31, 2022 and 2023"),
        table(
            """
^ | Millions of yen {2}
^ | 2022 | 2023
 Net sales | ¥764,218 | ¥812,345
 Cost of sales | 498,330 | 521,907
=Gross profit | 265,888 | 290,438
 Operating expenses:
   Selling, general and administrative | 171,204 | 180,556
   Research and development | 38,915 | 42,108
=  Total operating expenses | 210,119 | 222,664
 Operating income | 55,769 | 67,774
 Other income (expenses), net | (1,204) | 2,318
 Income before income taxes | 54,565 | 70,092
 Income taxes | 16,370 | 20,327
=Net income | 38,195 | 49,765
 Less: Net income attributable to noncontrolling interests | 1,022 | 1,344
=Net income attributable to Kisaragi | ¥37,173 | ¥48,421
"""
        ),
        filler("Accounting policies", 2),
        running="Kisaragi Precision",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=812345, operating_expenses=222664, net_income=49765, printed_growth=6.3
    ),
)

_unit = Unit(currency="INR", scale="millions", period="2023")
INDRAVATI: Final = Report(
    name="indravati_cement",
    what_is_hard="digits grouped as 1,46,767; 'Revenue from operations' beside 'Total income'",
    source=document(
        cover("Indravati Cement Limited", "Annual Report 2022-23"),
        prose(
            "Revenue from operations stood at ₹ 1,46,767 million. The company sold 24.6 million "
            "tonnes of cement in the year, against 21.9 million tonnes."
        ),
        filler("Corporate governance", 3),
        heading("Consolidated Statement of Profit and Loss"),
        caption("(All amounts in ₹ million, unless otherwise stated)"),
        table(
            """
^Particulars | Note | Year ended // March 31, 2023 | Year ended // March 31, 2022
 Revenue from operations | 21 | 1,46,767 | 1,21,641
 Other income | 22 | 2,701 | 2,295
=Total income | | 1,49,468 | 1,23,936
 Operating expenses
   Cost of materials consumed | 23 | 62,310 | 50,114
   Employee benefits expense | 24 | 21,450 | 18,902
   Freight and forwarding | 25 | 28,644 | 24,120
   Other expenses | 26 | 11,208 | 9,815
=Total operating expenses | | 1,23,612 | 1,02,951
 Operating profit | | 25,856 | 20,985
 Finance costs | 27 | 3,104 | 2,870
 Profit before tax | | 22,752 | 18,115
 Tax expense | 28 | 5,711 | 4,566
=Profit for the year | | 17,041 | 13,549
""",
            ruled=True,
        ),
        filler("Accounting policies"),
        running="Indravati Cement Limited",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=146767, operating_expenses=123612, net_income=17041, computed_growth=20.66
    ),
)

_unit = Unit(currency="CAD", scale="thousands", period="2023")
NORTHMERE: Final = Report(
    name="northmere_pipelines",
    what_is_hard="currency and scale are declared once, pages before the statement; US$ beside it",
    source=document(
        cover("Northmere Pipelines Inc.", "2023 Annual Report"),
        heading("About this report"),
        prose(
            "All amounts in this report are in thousands of Canadian dollars unless stated "
            "otherwise. The year-end exchange rate was US$ 0.7561 per Canadian dollar.",
            "Revenues declined 3.5 percent from 2022, while volumes rose 1.2 percent. Our bonds of "
            "US$ 250 million fall due in 2029.",
        ),
        filler("Business", 2),
        filler("Risk factors", 2),
        heading("Consolidated Statements of Earnings"),
        table(
            """
^Years ended December 31 | 2023 | 2022
 Revenues | $ 1,204,518 | $ 1,248,206
 Operating expenses
   Operating and maintenance | 402,118 | 411,540
   Commodity costs | 318,944 | 350,212
   Depreciation | 142,300 | 139,875
   General and administrative | 61,205 | 58,990
=Total operating expenses | 924,567 | 960,617
 Operating income | 279,951 | 287,589
 Finance costs | 88,410 | 84,122
 Earnings before income taxes | 191,541 | 203,467
 Income taxes | 47,885 | 50,867
=Net earnings | $ 143,656 | $ 152,600
"""
        ),
        filler("Accounting policies"),
        running="Northmere Pipelines",
    ),
    truth=_unit.truth(
        revenue=1204518, operating_expenses=924567, net_income=143656, printed_growth=-3.5
    ),
)

_unit = Unit(currency="USD", scale="thousands", period="2023")
TANJONG: Final = Report(
    name="tanjong_serai",
    what_is_hard="columns of the group and of the company side by side, each with two years",
    source=document(
        cover("Tanjong Serai Holdings Limited", "Annual Report 2023"),
        filler("Corporate governance"),
        heading("Income statements"),
        caption("For the financial year ended 31 December 2023"),
        table(
            """
^ | | Group {2} | Company {2}
^ | Note | 2023 // US$'000 | 2022 // US$'000 | 2023 // US$'000 | 2022 // US$'000
 Revenue | 4 | 88,412 | 79,305 | 12,400 | 11,950
 Cost of sales | 5 | (55,120) | (50,118) | – | –
=Gross profit | | 33,292 | 29,187 | 12,400 | 11,950
 Operating expenses | 6 | (19,844) | (18,205) | (6,318) | (6,004)
=Operating profit | | 13,448 | 10,982 | 6,082 | 5,946
 Finance costs | 7 | (1,902) | (1,760) | (402) | (388)
 Profit before tax | | 11,546 | 9,222 | 5,680 | 5,558
 Taxation | 8 | (2,194) | (1,798) | (310) | (295)
=Profit for the year | | 9,352 | 7,424 | 5,370 | 5,263
""",
            size="0.9em",
        ),
        filler("Accounting policies", 2),
        running="Tanjong Serai Holdings",
        paper="a4",
    ),
    truth=_unit.truth(
        revenue=88412, operating_expenses=19844, net_income=9352, computed_growth=11.48
    ),
)

_unit = Unit(currency="AUD", scale="millions", period="2023")
WARRIGAL: Final = Report(
    name="warrigal_resources",
    what_is_hard="FY23 and FY22 as years; growth as '(7.0)' under 'Change %'; 'after tax'",
    source=document(
        cover("Warrigal Resources Limited", "FY23 Annual Report"),
        filler("Business"),
        heading("Group financial performance"),
        table(
            """
^A$m | FY23 | FY22 | Change %
 Revenue | 2,344.1 | 2,520.5 | (7.0)
 Operating expenses | (1,702.6) | (1,688.0) | 0.9
=Operating profit | 641.5 | 832.5 | (22.9)
 Net finance costs | (64.2) | (58.1) | 10.5
 Profit before tax | 577.3 | 774.4 | (25.5)
 Income tax expense | (173.2) | (232.3) | (25.4)
=Net profit after tax | 404.1 | 542.1 | (25.5)
 Earnings per share (cents) | 38.2 | 51.3 | (25.5)
 Return on equity | 14.8% | 20.6% | (5.8) pts
"""
        ),
        filler("People and sustainability"),
        filler("Corporate governance"),
        running="Warrigal Resources",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_unit.truth(
        revenue=2344.1, operating_expenses=1702.6, net_income=404.1, printed_growth=-7.0
    ),
)

_unit = Unit(currency="CNY", scale="thousands", period="2023")
YUNHE: Final = Report(
    name="yunhe_interactive",
    what_is_hard="a US$ convenience translation of the newest year in the last column",
    source=document(
        cover("Yunhe Interactive Holdings", "2023 Annual Report"),
        filler("Risk factors", 4),
        prose(
            "Amounts in US$ are translated for the convenience of the reader at RMB7.0999 to "
            "US$1.00, the noon buying rate of December 29, 2023."
        ),
        heading("Consolidated Statements of Comprehensive Income"),
        caption("(All amounts in thousands)"),
        table(
            """
^ | For the year ended December 31, {3}
^ | 2022 | 2023 | 2023
^ | RMB | RMB | US$
 Net revenues | 8,904,215 | 9,612,330 | 1,353,869
 Cost of revenues | (5,402,118) | (5,711,904) | (804,505)
=Gross profit | 3,502,097 | 3,900,426 | 549,364
 Operating expenses
   Sales and marketing | (1,204,330) | (1,288,015) | (181,413)
   Research and development | (1,118,205) | (1,170,440) | (164,853)
   General and administrative | (402,118) | (418,330) | (58,921)
=Total operating expenses | (2,724,653) | (2,876,785) | (405,187)
 Income from operations | 777,444 | 1,023,641 | 144,177
 Other income, net | 44,120 | 61,205 | 8,621
 Income before income tax | 821,564 | 1,084,846 | 152,798
 Income tax expense | (164,313) | (216,969) | (30,559)
=Net income | 657,251 | 867,877 | 122,238
 Less: net income attributable to noncontrolling interests | (12,204) | (9,118) | (1,284)
=Net income attributable to shareholders of Yunhe | 645,047 | 858,759 | 120,954
""",
            apart=True,
        ),
        filler("Accounting policies", 2),
        running="Yunhe Interactive",
    ),
    truth=_unit.truth(
        revenue=9612330, operating_expenses=2876785, net_income=867877, computed_growth=7.95
    ),
)

REPORTS: Final[tuple[Report, ...]] = (
    HALDEN,
    PENNYWHISTLE,
    ATLAS,
    CORVANE,
    LINTEL,
    SALTGRASS,
    QUILLON,
    TORVANE,
    MARLOWE,
    ORRIN,
    VANTRY,
    BRIGHTLANE,
    COBALT,
    DEVERELL,
    ESTERHAVEN,
    MEADOWLARK,
    SABLE,
    PELL,
    HARROWGATE,
    JUNMARK,
    LODESTAR,
    AMBREL,
    GRISTMILL,
    WEXCOMBE,
    OSTERLOH,
    BRACKWATER,
    VALMORA,
    FERRANDINE,
    ALDERMOOR,
    NORRVIK,
    THORNBURY,
    RAVENSHOLT,
    QUAYSIDE,
    KISARAGI,
    INDRAVATI,
    NORTHMERE,
    TANJONG,
    WARRIGAL,
    YUNHE,
)
