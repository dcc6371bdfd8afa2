"""The second examiner's further reports: see ``annual_reports_abroad``."""

from typing import Final

from tests.annual_reports_specs import (
    PAGE,
    Report,
    Unit,
    balance_sheet,
    caption,
    cover,
    document,
    filler,
    heading,
    prose,
    table,
    tiles,
)

__all__ = ["AFIELD"]

_u = Unit(currency="SEK", scale="millions", period="2023")
LOVHULT = Report(
    name="lovhult",
    what_is_hard="year-end report: 'Oct–Dec 2023' before 'Jan–Dec 2023', one decimal with a "
    "space in "
    "thousands; the printed "
    "growth is that of the quarter",
    source=document(
        heading("Lövhult AB (publ)", size=20),
        heading("Annual report and year-end results 2023"),
        prose(
            "October–December: net sales increased by 2.7% to SEK 512.4 M, and profit for the "
            "quarter was SEK "
            "26.3 M. The quarter benefited from price increases and from an early winter.",
            "January–December: demand was weak in the first half of the year, mainly in Germany "
            "and in the "
            "United Kingdom. The board proposes a dividend of SEK 2.75 (3.00) per share.",
        ),
        filler("People and sustainability"),
        heading("Condensed consolidated income statement"),
        table(
            """
^SEK M | Oct–Dec // 2023 | Oct–Dec // 2022 | Jan–Dec // 2023 | Jan–Dec // 2022
 Net sales | 512.4 | 498.7 | 1 984.6 | 2 051.3
 Other operating income | 6.1 | 4.4 | 20.8 | 17.9
 Goods for resale | –240.2 | –236.1 | –938.5 | –972.0
 Personnel costs | –142.7 | –138.8 | –560.3 | –548.9
 Depreciation and amortisation | –31.5 | –30.2 | –124.4 | –119.6
 Other external costs | –61.0 | –58.3 | –231.7 | –226.4
=Total operating expenses | –475.4 | –463.4 | –1 854.9 | –1 866.9
=Operating profit | 43.1 | 39.7 | 150.5 | 202.3
 Net financial items | –9.8 | –7.1 | –36.2 | –24.4
 Profit before tax | 33.3 | 32.6 | 114.3 | 177.9
 Tax | –7.0 | –6.9 | –25.1 | –37.8
=Profit for the period | 26.3 | 25.7 | 89.2 | 140.1
 Earnings per share, SEK | 0.88 | 0.86 | 2.97 | 4.67
""",
            gutter="9pt",
        ),
        running="Lövhult AB | Box 118, SE-331 02 Värnamo | Corp. reg. no. 556071-4422",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_u.truth(
        revenue=1984.6, operating_expenses=1854.9, net_income=89.2, computed_growth=-3.25
    ),
)

_u = Unit(currency="USD", scale="thousands", period="2023")
BRANNOC = Report(
    name="st_brannoc_health",
    what_is_hard="a nonprofit: net assets, 'Net income (excess of revenues over expenses)' "
    "swings with "
    "investments; only "
    "the growth of patient revenue is printed",
    source=document(
        cover("St. Brannoc Health System", "Annual report for the fiscal year ended June 30, 2023"),
        prose(
            "Net patient service revenue increased 6.3%, and surgical volumes rose 210 basis "
            "points above "
            "plan. We provided $102.4 million of charity care, and 3,118 babies were born in our "
            "hospitals."
        ),
        filler("People and sustainability", 2),
        heading("Consolidated Statements of Operations and Changes in Net Assets"),
        caption("Years ended June 30, 2023 and 2022 (in thousands)"),
        table(
            """
^ | 2023 | 2022
 Operating revenue:
   Net patient service revenue | $ 1,402,118 | $ 1,318,440
   Premium revenue | 88,204 | 91,330
   Other operating revenue | 71,450 | 66,912
   Net assets released from restrictions | 4,118 | 3,902
=Total operating revenue | 1,565,890 | 1,480,584
 Operating expenses:
   Salaries, wages and benefits | 802,330 | 788,104
   Supplies | 288,902 | 270,118
   Purchased services | 311,447 | 296,330
   Depreciation and amortization | 78,204 | 76,915
   Interest | 30,118 | 29,440
=Total operating expenses | 1,511,001 | 1,460,907
 Operating income | 54,889 | 19,677
 Investment return, net | 61,204 | (118,330)
=Net income (excess of revenues over expenses) | 116,093 | (98,653)
 Net assets released for capital | 5,127 | 4,033
=Increase (decrease) in net assets | 121,220 | (94,620)
 Net assets, beginning of year | 1,204,118 | 1,298,738
=Net assets, end of year | $ 1,325,338 | $ 1,204,118
"""
        ),
        filler("Accounting policies", 2),
        running="St. Brannoc Health System",
    ),
    truth=_u.truth(
        revenue=1565890, operating_expenses=1511001, net_income=116093, computed_growth=5.76
    ),
)

_u = Unit(currency="USD", scale="units", period="2023")
KESTREL = Report(
    name="kestrel_point_acquisition",
    what_is_hard=(
        "a SPAC: no revenue, but net income from its trust account; share counts as large as "
        "the amounts"
    ),
    source=document(
        cover("Kestrel Point Acquisition Corp.", "Annual Report on Form 10-K, December 31, 2023"),
        filler("Risk factors", 3),
        heading("Results of operations"),
        prose(
            "We will not generate any operating revenues until after the completion of our "
            "initial business "
            "combination. We generate non-operating income in the form of interest income on "
            "marketable "
            "securities held in the trust account, which amounted to $228,114,902 at the end of "
            "the year."
        ),
        heading("STATEMENTS OF OPERATIONS", size=12),
        table(
            """
^ | For the Year Ended // December 31, 2023 | For the Year Ended // December 31, 2022
 Formation and operating costs | $ 2,118,440 | $ 1,640,227
 Franchise tax expense | 200,000 | 200,000
=Total operating expenses | 2,318,440 | 1,840,227
 Loss from operations | (2,318,440) | (1,840,227)
 Other income:
   Interest earned on marketable securities held in Trust Account | 11,402,118 | 3,304,552
   Change in fair value of warrant liabilities | 1,905,000 | 8,440,200
=Total other income | 13,307,118 | 11,744,752
 Income before provision for income taxes | 10,988,678 | 9,904,525
 Provision for income taxes | (2,352,445) | (640,118)
=Net income | $ 8,636,233 | $ 9,264,407
 Weighted average shares outstanding, Class A | 23,000,000 | 23,000,000
 Basic and diluted net income per share, Class A | $ 0.30 | $ 0.32
 Weighted average shares outstanding, Class B | 5,750,000 | 5,750,000
 Basic and diluted net income per share, Class B | $ 0.30 | $ 0.32
"""
        ),
        filler("Accounting policies"),
        running="F-4",
    ),
    truth=_u.truth(revenue=None, operating_expenses=2318440, net_income=8636233),
)

_u = Unit(currency="USD", scale="millions", period="2023")
ORME = Report(
    name="orme_and_daughters",
    what_is_hard="a table of contents of the very labels with page numbers; the columns are "
    "called 'This "
    "year' and 'Last "
    "year', the date stands in the caption",
    source=document(
        cover("Orme & Daughters, Inc.", "Annual Report 2023"),
        heading("Contents of the financial section"),
        table(
            """
^ | Note | Page
 Revenue | 3 | 118
 Revenue growth | 4 | 121
 Operating expenses | 5 | 124
 Total operating expenses by function | 6 | 126
 Net income | 7 | 131
 Net income per share | 8 | 133
 Five-year record of revenue and net income | 9 | 140
"""
        ),
        PAGE,
        filler("Business", 2),
        filler("Risk factors", 2),
        heading("Consolidated statements of income"),
        caption("Years ended April 30, 2023 and April 30, 2022 (in millions of US dollars)"),
        table(
            """
^ | This year | Last year
 Revenue | $318.6 | $297.2
 Cost of revenue | 190.4 | 181.1
=Gross profit | 128.2 | 116.1
 Operating expenses:
   Selling | 44.1 | 41.8
   Administrative | 30.7 | 29.9
   Design and development | 12.5 | 11.0
=Total operating expenses | 87.3 | 82.7
 Operating income | 40.9 | 33.4
 Interest expense | 3.8 | 4.1
 Income before income taxes | 37.1 | 29.3
 Income taxes | 8.9 | 7.0
=Net income | $28.2 | $22.3
"""
        ),
        filler("Accounting policies"),
        running="Orme & Daughters, Inc. – 112",
    ),
    truth=_u.truth(revenue=318.6, operating_expenses=87.3, net_income=28.2, computed_growth=7.20),
)

_u = Unit(currency="EUR", scale="millions", period="2023")
TESSALY = Report(
    name="tessaly_software",
    what_is_hard=(
        "growth is printed at constant currencies only, ARR and billings beside revenue; three "
        "years, newest last"
    ),
    source=document(
        cover("Tessaly Software N.V.", "Annual Report 2023"),
        heading("Our year in numbers"),
        tiles(
            ("€412.6m", "Annual recurring revenue", "+18%"),
            ("€455.0m", "Billings", "+15%"),
            ("12.4%", "Growth at constant currencies", "2022: 13.0%"),
        ),
        prose(
            "At constant currencies, revenue grew by 12.4%. At reported rates it grew less, "
            "because the US "
            "dollar lost value against the euro. Net revenue retention was 108%."
        ),
        filler("Business", 2),
        heading("Consolidated statement of profit or loss"),
        table(
            """
^€ million | 2021 | 2022 | 2023
 Subscriptions | 310.4 | 338.8 | 371.9
 Services | 52.1 | 49.7 | 47.0
=Total revenue | 362.5 | 388.5 | 418.9
 Cost of revenue | (88.2) | (95.1) | (101.7)
=Gross profit | 274.3 | 293.4 | 317.2
 Research and development | (80.6) | (88.8) | (97.4)
 Sales and marketing | (121.0) | (133.6) | (149.9)
 General and administrative | (38.8) | (41.2) | (46.3)
=Total operating expenses | (240.4) | (263.6) | (293.6)
 Operating profit | 33.9 | 29.8 | 23.6
 Net finance costs | (4.1) | (5.0) | (6.2)
 Profit before tax | 29.8 | 24.8 | 17.4
 Income tax | (7.4) | (6.1) | (4.4)
=Net profit | 22.4 | 18.7 | 13.0
"""
        ),
        balance_sheet("31 December 2023", "31 December 2022", "€ million"),
        filler("Accounting policies", 2),
        running="Tessaly Software N.V. | Annual Report 2023",
        paper="a4",
    ),
    truth=_u.truth(revenue=418.9, operating_expenses=293.6, net_income=13.0, computed_growth=7.82),
)

_u = Unit(currency="NOK", scale="millions", period="2023")
BRISLING = Report(
    name="brisling_aquafarms",
    what_is_hard=(
        "prose only: 'more than doubled to', 'net loss narrowed to', the older year in brackets "
        "or after 'from'"
    ),
    source=document(
        cover("Brisling Aquafarms ASA", "Annual Report 2023"),
        heading("Letter from the CEO"),
        prose(
            "2023 was the year in which our second farm came to full production. Revenue more "
            "than doubled to "
            "NOK 412.7 million, from NOK 198.4 million in 2022, as we harvested 4,870 tonnes of "
            "salmon (2,395).",
            "Operating expenses came to NOK 377.0 million (2022: NOK 301.5 million), of which "
            "feed made up NOK "
            "148.2 million. Operational EBITDA was NOK 61.3 million, against minus NOK 80.9 "
            "million.",
            "After impairments and interest, the net loss narrowed to NOK 31.6 million, from NOK "
            "164.2 million "
            "in 2022. In June we raised NOK 250 million in new equity, and net debt stood at "
            "NOK 905 million.",
            "In 2024 we plan to harvest 6,000 tonnes.",
        ),
        filler("People and sustainability"),
        filler("Corporate governance"),
        running="Brisling Aquafarms ASA",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_u.truth(
        revenue=412.7, operating_expenses=377.0, net_income=-31.6, computed_growth=108.01
    ),
)

_u = Unit(currency="USD", scale="thousands", period="2023")
PINNOCK = Report(
    name="pinnock_minerals",
    what_is_hard=(
        "a landscape page with five years and a column of compound growth; a Canadian company "
        "in US dollars; loss"
    ),
    source=document(
        cover("Pinnock Minerals Corp. (Vancouver, Canada)", "2023 Annual Report"),
        filler("Business", 2),
        PAGE,
        "#page(flipped: true)["
        + heading("Five-year summary")
        + caption(
            "(expressed in thousands of United States dollars, except where noted; CAGR from "
            "2019 to 2023)"
        )
        + table(
            """
^Years ended December 31 | 2023 | 2022 | 2021 | 2020 | 2019 | CAGR // %
 Copper produced (tonnes) | 61,402 | 66,118 | 64,905 | 60,330 | 61,204 | 0.1
 Realized copper price (US$ per pound) | 3.84 | 4.02 | 4.18 | 2.81 | 2.74 | 8.8
 Revenue | 704,118 | 744,902 | 688,330 | 540,217 | 512,904 | 8.2
 Operating expenses | 588,204 | 570,330 | 531,118 | 455,902 | 441,330 | 7.4
 Earnings from operations | 115,914 | 174,572 | 157,212 | 84,315 | 71,574 | 12.8
 Impairment of mineral properties | (98,000) | – | – | – | (31,000) | n.m.
 Finance costs | (31,440) | (29,118) | (27,902) | (26,115) | (25,330) | 5.6
 Income taxes | (4,914) | (53,336) | (45,105) | (26,870) | (19,362) | n.m.
=Net earnings (loss) | (18,440) | 92,118 | 84,205 | 31,330 | (4,118) | n.m.
 Total assets | 1,904,330 | 1,960,118 | 1,844,902 | 1,702,115 | 1,688,330 | 3.1
 Employees at year-end | 2,204 | 2,318 | 2,250 | 2,112 | 2,098 | 1.2
"""
        )
        + "]\n",
        filler("Corporate governance"),
        running="Pinnock Minerals Corp.",
    ),
    truth=_u.truth(
        revenue=704118, operating_expenses=588204, net_income=-18440, computed_growth=-5.48
    ),
)

AFIELD: Final[tuple[Report, ...]] = (
    LOVHULT,
    BRANNOC,
    KESTREL,
    ORME,
    TESSALY,
    BRISLING,
    PINNOCK,
)
