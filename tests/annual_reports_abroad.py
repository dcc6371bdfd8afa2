"""Fictional annual reports from abroad and from odd trades, written by a second examiner.

The extractor was improved on ``annual_reports`` alone before it saw these. The rules are the same:
the truth is by the document alone, and each report is hard to read in a way of its own.
"""

from typing import Final

from tests.annual_reports_specs import (
    PAGE,
    Report,
    Unit,
    caption,
    cash_flows,
    contents,
    cover,
    document,
    filler,
    heading,
    prose,
    table,
    tiles,
)

__all__ = ["ABROAD"]

_u = Unit(currency="USD", scale="millions", period="2023")
CALLOWAY = Report(
    name="calloway_trust_bank",
    what_is_hard="a bank whose statement has no total of revenue: revenue, operating expenses "
    "and growth "
    "stand "
    "in an MD&A table with $ and % change; basis points; net income available to common",
    source=document(
        cover("Calloway Trust Corporation", "Form 10-K for the year ended December 31, 2023"),
        filler("Risk factors", 2),
        heading("Management's discussion: summary of results"),
        prose(
            "Net interest margin fell 14 basis points to 3.21%, and the efficiency ratio was "
            "52.1%. "
            "Average loans grew 4.4% to $31.6 billion, and average deposits were $38.9 billion."
        ),
        caption("(dollars in millions)"),
        table(
            """
^ | | | Change {2}
^Year ended December 31 | 2023 | 2022 | $ | %
 Net interest income | $1,619.4 | $1,457.4 | $162.0 | 11.1%
 Noninterest income | 448.7 | 459.3 | (10.6) | (2.3)
=Total revenue | 2,068.1 | 1,916.7 | 151.4 | 7.9
 Provision for credit losses | 118.2 | 64.5 | 53.7 | 83.3
 Operating expenses (total noninterest expense) | 1,076.8 | 980.1 | 96.7 | 9.9
 Income tax expense | 192.1 | 188.4 | 3.7 | 2.0
=Net income | $681.0 | $683.7 | $(2.7) | (0.4)%
"""
        ),
        filler("Legal proceedings"),
        heading("Consolidated Statements of Income"),
        caption("(in millions, except per share amounts)"),
        table(
            """
^Year ended December 31, | 2023 | 2022
 Interest income
   Loans | $1,842.6 | $1,301.4
   Securities | 412.3 | 306.8
   Other | 96.1 | 31.2
=Total interest income | 2,351.0 | 1,639.4
 Interest expense
   Deposits | 588.4 | 121.7
   Borrowings | 143.2 | 60.3
=Total interest expense | 731.6 | 182.0
=Net interest income | 1,619.4 | 1,457.4
 Provision for credit losses | 118.2 | 64.5
=Net interest income after provision | 1,501.2 | 1,392.9
 Noninterest income
   Service charges on deposit accounts | 142.8 | 150.3
   Wealth management fees | 208.4 | 214.9
   Card and processing | 97.5 | 94.1
=Total noninterest income | 448.7 | 459.3
 Noninterest expense
   Compensation and benefits | 702.3 | 668.0
   Occupancy | 121.0 | 118.4
   Technology | 188.8 | 171.6
   FDIC assessments | 64.7 | 22.1
=Total noninterest expense | 1,076.8 | 980.1
 Income before income taxes | 873.1 | 872.1
 Income tax expense | 192.1 | 188.4
=Net income | 681.0 | 683.7
 Preferred stock dividends | 24.0 | 24.0
=Net income available to common shareholders | $657.0 | $659.7
 Diluted earnings per common share | $4.38 | $4.37
""",
            apart=True,
        ),
        filler("Accounting policies", 2),
        running="Calloway Trust Corporation | 2023 Form 10-K",
    ),
    truth=_u.truth(revenue=2068.1, operating_expenses=1076.8, net_income=681.0, printed_growth=7.9),
)

PERRIN = Report(
    name="perrin_insurance",
    what_is_hard="an insurer: written and earned premiums grow at printed rates, total revenues "
    "do not; "
    "operating expenses are one line among benefits, losses and expenses",
    source=document(
        cover("Perrin Casualty Group, Inc.", "2023 Annual Report"),
        heading("Premiums and ratios"),
        table(
            """
^(millions of dollars) | 2023 | 2022 | Growth
 Gross premiums written | $5,980 | $5,410 | 10.5%
 Net premiums written | 5,214 | 4,733 | 10.2%
 Net premiums earned | 4,902 | 4,515 | 8.6%
 Loss ratio | 65.0% | 68.4% | (3.4) pts
 Expense ratio | 28.5% | 28.8% | (0.3) pts
 Combined ratio | 93.5% | 97.2% | (3.7) pts
"""
        ),
        prose("Catastrophe losses, net of reinsurance, were $402 million, against $588 million."),
        filler("Business", 2),
        filler("Risk factors", 3),
        heading("Consolidated Statements of Income"),
        caption("(in millions, except per share amounts)"),
        table(
            """
^For the years ended December 31, | 2023 | 2022 | 2021
 REVENUES
   Net premiums earned | $ 4,902 | $ 4,515 | $ 4,233
   Net investment income | 388 | 341 | 356
   Net realized investment gains (losses) | (61) | (112) | 84
   Fee income | 45 | 41 | 38
=Total revenues | 5,274 | 4,785 | 4,711
 BENEFITS, LOSSES AND EXPENSES
   Losses and loss adjustment expenses | 3,187 | 3,090 | 2,766
   Amortization of deferred policy acquisition costs | 838 | 772 | 720
   Operating expenses | 561 | 528 | 503
   Interest expense | 52 | 52 | 50
=Total benefits, losses and expenses | 4,638 | 4,442 | 4,039
 Income before income taxes | 636 | 343 | 672
 Income tax expense | 121 | 62 | 134
=Net income | $ 515 | $ 281 | $ 538
 Other comprehensive income (loss) | 204 | (611) | (90)
=Comprehensive income (loss) | $ 719 | $ (330) | $ 448
"""
        ),
        cash_flows(
            "Consolidated Statements of Cash Flows",
            "(in millions)",
            ("2023", "2022", "2021"),
            "Net income | 515 | 281 | 538",
        ),
        filler("Accounting policies", 2),
        running="Perrin Casualty Group",
    ),
    truth=_u.truth(revenue=5274, operating_expenses=561, net_income=515, computed_growth=10.22),
)

NORTHGATE = Report(
    name="northgate_energy",
    what_is_hard=(
        "a combined filing of two registrants: the subsidiary's statement follows the group's, "
        "with the same labels"
    ),
    source=document(
        cover(
            "Northgate Energy Holdings, Inc.",
            "Annual Report 2023 (combined with Northgate Electric Company, a subsidiary)",
        ),
        prose(
            "This combined annual report is filed by Northgate Energy Holdings, Inc. (the group) "
            "and its "
            "subsidiary Northgate Electric Company. Figures of the group are those of Northgate "
            "Energy "
            "Holdings. Weather-adjusted volumes rose 0.8% in 2023, and 14,200 customers were added."
        ),
        filler("Business", 2),
        filler("Risk factors", 2),
        heading(
            "NORTHGATE ENERGY HOLDINGS, INC. AND SUBSIDIARIES\nCONSOLIDATED STATEMENTS OF INCOME",
            size=12,
        ),
        table(
            """
^ | Year Ended December 31, {2}
^(In millions) | 2023 | 2022
 Operating Revenues
   Electric | $ 3,842 | $ 3,910
   Gas | 1,106 | 1,288
   Other | 74 | 69
=Total Operating Revenues | 5,022 | 5,267
 Operating Expenses
   Fuel and purchased power | 1,340 | 1,588
   Operation and maintenance | 1,212 | 1,170
   Depreciation and amortization | 688 | 651
   Taxes other than income taxes | 301 | 294
=Total Operating Expenses | 3,541 | 3,703
 Operating Income | 1,481 | 1,564
 Other income, net | 44 | 38
 Interest charges | (512) | (468)
 Income Before Income Taxes | 1,013 | 1,134
 Income taxes | 148 | 176
=Net Income | $ 865 | $ 958
"""
        ),
        PAGE,
        heading("NORTHGATE ELECTRIC COMPANY\nSTATEMENTS OF INCOME", size=12),
        table(
            """
^ | Year Ended December 31, {2}
^(In millions) | 2023 | 2022
 Operating Revenues | $ 3,860 | $ 3,927
 Operating Expenses
   Fuel and purchased power | 1,006 | 1,174
   Operation and maintenance | 930 | 905
   Depreciation and amortization | 478 | 459
   Taxes other than income taxes | 208 | 206
=Total Operating Expenses | 2,622 | 2,744
 Operating Income | 1,238 | 1,183
 Interest charges | (361) | (334)
 Income Before Income Taxes | 877 | 849
 Income taxes | 118 | 108
=Net Income | $ 759 | $ 741
"""
        ),
        filler("Accounting policies", 2),
        running="Northgate Energy Holdings | Combined Notes | 2023",
    ),
    truth=_u.truth(revenue=5022, operating_expenses=3541, net_income=865, computed_growth=-4.65),
)

_u = Unit(currency="GBP", scale="millions", period="2023")
MARRABLE = Report(
    name="marrable_and_stroud",
    what_is_hard="52 weeks ended 30 December 2023; revenue with and without joint ventures; "
    "'(Loss)/profit for the "
    "period'; like-for-like growth printed, statutory growth not",
    source=document(
        cover("Marrable & Stroud plc", "Annual Report and Accounts 2023"),
        heading("Key performance indicators"),
        tiles(
            ("+3.9%", "Like-for-like sales growth", "2022: +1.2%"),
            ("£1,418.2m", "Sales including joint ventures", "2022: £1,377.5m"),
            ("£16.1m", "Adjusted operating profit", "2022: £25.3m"),
        ),
        prose(
            "An impairment of £60.2m was charged on 41 stores. Online sales passed 30% of the "
            "total. "
            "The pension surplus stood at £44.0m on 30 December 2023."
        ),
        filler("Corporate governance", 2),
        heading("Consolidated income statement"),
        caption("for the 52 weeks ended 30 December 2023"),
        table(
            """
^ | Note | 52 weeks ended // 30 December // 2023 // £m | 52 weeks ended // 31 December // 2022 // £m
 Sales including share of joint ventures | | 1,418.2 | 1,377.5
 Less: share of sales of joint ventures | 14 | (96.4) | (91.0)
=Revenue | 2 | 1,321.8 | 1,286.5
 Cost of sales | | (802.6) | (790.3)
=Gross profit | | 519.2 | 496.2
 Selling and distribution costs | | (361.7) | (342.9)
 Administrative expenses | | (141.4) | (128.0)
 Impairment of stores | 11 | (60.2) | –
=Total operating expenses | 4 | (563.3) | (470.9)
 Operating (loss)/profit | | (44.1) | 25.3
 Finance costs | 6 | (22.8) | (19.7)
 (Loss)/profit before taxation | | (66.9) | 5.6
 Taxation | 7 | 9.2 | (1.3)
=(Loss)/profit for the period attributable to equity holders | | (57.7) | 4.3
 Basic (loss)/earnings per share | 8 | (18.2)p | 1.4p
"""
        ),
        filler("Accounting policies", 2),
        running="Marrable & Stroud plc 2023",
        paper="a4",
    ),
    truth=_u.truth(
        revenue=1321.8, operating_expenses=563.3, net_income=-57.7, computed_growth=2.74
    ),
)

_u = Unit(currency="EUR", scale="thousands", period="2023")
BRANDAUER = Report(
    name="brandauer_hydraulik",
    what_is_hard="dots as thousands separators, numbered lines of a total-cost statement ('1. "
    "Revenue'), "
    "'Total output' "
    "and 'Other operating expenses' as decoys, years as 2022/23, negative growth in prose",
    source=document(
        cover("Brandauer Hydraulik GmbH", "Annual financial statements at 30 September 2023"),
        heading("Management report"),
        prose(
            "In the financial year from 1 October 2022 to 30 September 2023 the revenue of the "
            "company "
            "decreased by 3,4 %. Order intake came to EUR 81.920 thousand. On average 412 people "
            "were "
            "employed (prior year: 405). The equity ratio is 31,7 %."
        ),
        filler("People and sustainability"),
        heading("Income statement"),
        caption("for the financial year from 1 October 2022 to 30 September 2023"),
        table(
            """
^ | 2022/23 // EUR thousand | 2021/22 // EUR thousand
 1. Revenue | 86.412 | 89.450
 2. Increase (prior year: decrease) in finished goods | 1.205 | -640
 3. Own work capitalised | 318 | 402
=Total output | 87.935 | 89.212
 4. Other operating income | 2.114 | 1.870
 5. Cost of materials | -48.330 | -47.915
 6. Personnel expenses | -24.871 | -24.016
 7. Depreciation and amortisation | -4.402 | -4.518
 8. Other operating expenses | -11.090 | -10.377
=Total operating expenses (5. to 8.) | -88.693 | -86.826
=Operating result | 1.356 | 4.256
 9. Interest and similar expenses | -2.884 | -2.010
 10. Result before taxes | -1.528 | 2.246
 11. Taxes on income | -212 | -701
=12. Net loss (prior year: net profit) for the year | -1.740 | 1.545
"""
        ),
        filler("Accounting policies"),
        running="Brandauer Hydraulik GmbH",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_u.truth(revenue=86412, operating_expenses=88693, net_income=-1740, printed_growth=-3.4),
)

_N = "\u202f"
MONTREVEL = Report(
    name="ateliers_montrevel",
    what_is_hard="narrow no-break spaces in thousands, '( 344 349 )' with inner spaces, notes with "
    "letters, years as "
    "31/12/2023, 'Other operating expenses' and two net incomes before the consolidated one",
    source=document(
        cover("Ateliers Montrevel SA", "Universal registration document 2023"),
        contents(
            ("Consolidated income statement", 204),
            ("Note A – Revenue and cost of goods sold", 218),
            ("Note B – Operating expenses", 221),
            ("Note F – Net income of associates", 240),
        ),
        prose(
            "Organic growth reached 4.2% in 2023. The perimeter of consolidation added 2.4 "
            "points and "
            "exchange rates took away 0.8 point. The group has 6,412 employees in 18 countries."
        ),
        filler("Risk factors", 2),
        heading("Consolidated income statement"),
        caption("(in thousands of euros)"),
        table(
            """
^ | Notes | 31/12/2023 | 31/12/2022
 Revenue | A.1 | 1~284~906 | 1~214~330
 Cost of goods sold | A.2 | ( 742~118 ) | ( 705~402 )
=Gross margin | | 542~788 | 508~928
 Research and development | B.1 | ( 88~204 ) | ( 81~950 )
 Selling costs | B.2 | ( 151~330 ) | ( 146~022 )
 General and administrative costs | B.3 | ( 104~815 ) | ( 101~377 )
=Operating expenses | B | ( 344~349 ) | ( 329~349 )
=Current operating income | | 198~439 | 179~579
 Other operating income | C | 3~210 | 5~118
 Other operating expenses | C | ( 41~902 ) | ( 12~604 )
=Operating income | | 159~747 | 172~093
 Cost of net financial debt | D.1 | ( 18~330 ) | ( 15~871 )
 Income tax | E | ( 39~204 ) | ( 41~116 )
 Net income of the consolidated companies | | 102~213 | 115~106
 Share in net income of associates | F | 2~118 | 1~940
=Consolidated net income | | 104~331 | 117~046
   Group share | | 98~870 | 111~302
   Minority interests | | 5~461 | 5~744
""".replace("~", _N)
        ),
        filler("Accounting policies"),
        running="Ateliers Montrevel – Universal registration document 2023",
        paper="a4",
    ),
    truth=_u.truth(
        revenue=1284906, operating_expenses=344349, net_income=104331, computed_growth=5.81
    ),
)

_u = Unit(currency="JPY", scale="millions", period="2024")
HOSHIZORA = Report(
    name="hoshizora_denki",
    what_is_hard="tanshin: triangles for minus, the summary has the years in rows and pairs of "
    "amount and "
    "% in columns; "
    "forecast; half-year; newest year last in the statement",
    source=document(
        "#v(1cm)",
        heading("Consolidated Financial Results for the Fiscal Year Ended March 31, 2024 (IFRS)"),
        prose(
            "Hoshizora Denki Co., Ltd. Stock code 6942. (Amounts are rounded down to the nearest "
            "million yen)"
        ),
        caption(
            "(1) Consolidated operating results (% figures are the change from the previous "
            "fiscal year)"
        ),
        table(
            """
^ | Revenue {2} | Operating profit {2} | Profit before tax {2} | Profit {2}
^Year ended | Millions of yen | % | Millions of yen | % | Millions of yen | % | Millions of yen | %
 March 31, 2024 | 418,220 | △3.2 | 21,904 | △28.7 | 19,870 | △33.1 | 12,338 | △39.4
 March 31, 2023 | 432,045 | 5.8 | 30,720 | 11.4 | 29,700 | 10.9 | 20,360 | 13.2
""",
            ruled=True,
            size="0.72em",
        ),
        caption("(2) Forecast for the fiscal year ending March 31, 2025"),
        table(
            """
^ | Revenue {2} | Operating profit {2}
 First half | 212,000 | 2.1 | 10,500 | 6.6
 Full year | 430,000 | 2.8 | 25,000 | 14.1
""",
            ruled=True,
            size="0.8em",
        ),
        filler("Business", 2),
        heading("Consolidated Statement of Profit or Loss"),
        caption("(Millions of yen)"),
        table(
            """
^ | Notes | Fiscal year ended // March 31, 2023 | Fiscal year ended // March 31, 2024
 Revenue | 4, 6 | 432,045 | 418,220
 Cost of sales | | △301,330 | △296,118
=Gross profit | | 130,715 | 122,102
 Operating expenses
   Selling, general and administrative expenses | 22 | △79,104 | △80,550
   Research and development expenses | 23 | △20,891 | △19,648
=Total operating expenses | | △99,995 | △100,198
=Operating profit | | 30,720 | 21,904
 Finance income | 24 | 410 | 388
 Finance costs | 24 | △1,430 | △2,422
=Profit before tax | | 29,700 | 19,870
 Income tax expense | 16 | △9,340 | △7,532
=Profit for the year | | 20,360 | 12,338
 Profit attributable to:
   Owners of the parent | | 19,905 | 12,014
   Non-controlling interests | | 455 | 324
"""
        ),
        running=(
            "Hoshizora Denki Co., Ltd. (6942) Financial Results for the Fiscal Year Ended March "
            "31, 2024"
        ),
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_u.truth(
        revenue=418220, operating_expenses=100198, net_income=12338, printed_growth=-3.2
    ),
)

_u = Unit(currency="INR", scale="crore", period="2024")
DEVGIRI = Report(
    name="devgiri_power",
    what_is_hard=(
        "crore; three quarters before two years in the same table, dates as 31.03.2024; roman "
        "numerals before labels"
    ),
    source=document(
        cover("Devgiri Power Transmission Limited", "Integrated Annual Report 2023-24"),
        filler("Corporate governance", 2),
        heading("Statement of consolidated audited financial results"),
        caption("(₹ in crore, unless otherwise stated)"),
        table(
            """
^Particulars | Quarter ended {3} | Year ended {2}
^ | 31.03.2024 | 31.12.2023 | 31.03.2023 | 31.03.2024 | 31.03.2023
^ | Audited | Unaudited | Audited | Audited | Audited
 I. Revenue from operations | 5,118.42 | 4,870.15 | 4,602.88 | 19,344.70 | 17,815.36
 II. Other income | 61.20 | 48.75 | 70.14 | 214.33 | 240.18
=III. Total income (I + II) | 5,179.62 | 4,918.90 | 4,673.02 | 19,559.03 | 18,055.54
 IV. Operating expenses
   Cost of power purchased | 2,604.11 | 2,511.90 | 2,398.47 | 10,002.15 | 9,330.28
   Employee benefits expense | 612.38 | 598.02 | 560.41 | 2,380.44 | 2,171.90
   Depreciation and amortisation | 498.20 | 490.66 | 471.35 | 1,952.71 | 1,840.02
   Other expenses | 433.05 | 402.17 | 418.90 | 1,655.28 | 1,540.66
=Total operating expenses (IV) | 4,147.74 | 4,002.75 | 3,849.13 | 15,990.58 | 14,882.86
 V. Finance costs | 301.16 | 296.04 | 288.20 | 1,188.90 | 1,102.47
 VI. Profit before tax (III - IV - V) | 730.72 | 620.11 | 535.69 | 2,379.55 | 2,070.21
 VII. Tax expense | 186.33 | 155.10 | 140.25 | 602.81 | 520.06
=VIII. Profit for the period / year (VI - VII) | 544.39 | 465.01 | 395.44 | 1,776.74 | 1,550.15
 Paid-up share capital (face value ₹ 10 each) | 1,250.00 | 1,250.00 | 1,250.00 | 1,250.00 | 1,250.00
 Earnings per share (₹) (not annualised) | 4.36 | 3.72 | 3.16 | 14.21 | 12.40
""",
            ruled=True,
            size="0.8em",
        ),
        filler("Accounting policies"),
        running="Devgiri Power Transmission Limited",
        paper="a4",
    ),
    truth=_u.truth(
        revenue=19344.70, operating_expenses=15990.58, net_income=1776.74, computed_growth=8.58
    ),
)

_u = Unit(currency="CNY", scale="thousands", period="2023")
JINGHE = Report(
    name="jinghe_water",
    what_is_hard="Hong Kong style: RMB'000 under the years, restated 2022, capitals, continuing "
    "and "
    "discontinued "
    "operations, profit from continuing operations before PROFIT FOR THE YEAR",
    source=document(
        cover(
            "Jinghe Water Group Limited", "(Incorporated in the Cayman Islands) Annual Report 2023"
        ),
        heading("Chairman's statement"),
        prose(
            "In October 2023 the group sold its trading business for HK$210.0 million. The trading "
            "business, which is shown as a discontinued operation, lost RMB58.9 million in the "
            "year. "
            "The board proposes a final dividend of HK6.2 cents per share (2022: HK5.8 cents)."
        ),
        filler("Corporate governance", 3),
        heading("CONSOLIDATED STATEMENT OF PROFIT OR LOSS"),
        caption("Year ended 31 December 2023"),
        table(
            """
^ | Notes | 2023 // RMB'000 | 2022 // RMB'000 // (Restated)
^CONTINUING OPERATIONS
 REVENUE | 5 | 3,418,205 | 3,102,774
 Cost of sales | | (2,204,118) | (2,033,902)
=Gross profit | | 1,214,087 | 1,068,872
 Selling and distribution expenses | | (318,440) | (296,118)
 Administrative expenses | | (262,315) | (251,804)
 Research and development costs | | (101,902) | (88,447)
=TOTAL OPERATING EXPENSES | 6 | (682,657) | (636,369)
 Other income and gains | 5 | 40,118 | 38,220
 Finance costs | 7 | (77,204) | (81,336)
=PROFIT BEFORE TAX FROM CONTINUING OPERATIONS | 8 | 494,344 | 389,387
 Income tax expense | 10 | (111,230) | (90,115)
=PROFIT FOR THE YEAR FROM CONTINUING OPERATIONS | | 383,114 | 299,272
^DISCONTINUED OPERATION
 Loss for the year from a discontinued operation | 11 | (58,902) | (21,447)
=PROFIT FOR THE YEAR | | 324,212 | 277,825
 Attributable to:
   Owners of the parent | | 301,118 | 260,330
   Non-controlling interests | | 23,094 | 17,495
"""
        ),
        filler("Accounting policies", 2),
        running="JINGHE WATER GROUP LIMITED  ANNUAL REPORT 2023",
        paper="a4",
    ),
    truth=_u.truth(
        revenue=3418205, operating_expenses=682657, net_income=324212, computed_growth=10.17
    ),
)

_u = Unit(currency="BRL", scale="thousands", period="2023")
GUARANI = Report(
    name="usina_guarani",
    what_is_hard="Brazil: 'Parent company' columns before 'Consolidated', dots as thousands "
    "separators, "
    "dates as "
    "12/31/2023, a note with gross revenue before deductions",
    source=document(
        cover("Usina Guaraní S.A. and subsidiaries", "Financial statements at December 31, 2023"),
        filler("Corporate governance"),
        heading("Statements of income"),
        caption("Years ended December 31, 2023 and 2022 (In thousands of Brazilian reais - R$)"),
        table(
            """
^ | | Parent company {2} | Consolidated {2}
^ | Note | 12/31/2023 | 12/31/2022 | 12/31/2023 | 12/31/2022
 Net revenue | 24 | 1.204.330 | 1.118.902 | 2.918.447 | 3.044.190
 Cost of sales | 25 | (802.115) | (760.440) | (2.014.330) | (2.060.775)
=Gross profit | | 402.215 | 358.462 | 904.117 | 983.415
 Operating income (expenses)
   Selling expenses | 25 | (118.204) | (109.330) | (287.015) | (279.604)
   General and administrative | 25 | (96.118) | (91.207) | (204.330) | (198.871)
   Other, net | 26 | (12.440) | 4.118 | (41.905) | 9.226
=Total operating expenses | | (226.762) | (196.419) | (533.250) | (469.249)
 Equity in results of investees | 11 | 61.220 | 140.118 | 8.114 | 7.330
=Income before financial result | | 236.673 | 302.161 | 378.981 | 521.496
 Financial result | 27 | (188.402) | (151.330) | (290.118) | (240.662)
=Income before income taxes | | 48.271 | 150.831 | 88.863 | 280.834
 Income tax and social contribution | 20 | (6.102) | (18.440) | (42.210) | (141.905)
=Net income for the year | | 42.169 | 132.391 | 46.653 | 138.929
 Attributable to non-controlling interests | | | | 4.484 | 6.538
""",
            size="0.85em",
            gutter="6pt",
        ),
        PAGE,
        heading("Note 24. Net revenue", size=12),
        table(
            """
^ | Parent company {2} | Consolidated {2}
^ | 2023 | 2022 | 2023 | 2022
 Gross revenue | 1.402.118 | 1.305.440 | 3.402.905 | 3.548.117
 Taxes on sales | (171.330) | (160.204) | (418.340) | (433.812)
 Returns and rebates | (26.458) | (26.334) | (66.118) | (70.115)
=Net revenue | 1.204.330 | 1.118.902 | 2.918.447 | 3.044.190
""",
            size="0.85em",
        ),
        filler("Accounting policies"),
        running="Usina Guaraní S.A.",
        paper="a4",
    ),
    truth=_u.truth(
        revenue=2918447, operating_expenses=533250, net_income=46653, computed_growth=-4.13
    ),
)

_u = Unit(currency="CHF", scale="thousands", period="2023")
SAENTIS = Report(
    name="saentis_medtech",
    what_is_hard=(
        "'in CHF 1’000' with a typographic apostrophe, 2022 restated and 2022 as reported side "
        "by side, a net loss"
    ),
    source=document(
        cover("Säntis Medtech AG", "Annual Report 2023"),
        prose(
            "In local currencies, net sales increased by 7.9%; the strong franc weighed on the "
            "figures in "
            "Swiss francs. Figures of 2022 were restated for revenue from service contracts "
            "(note 2.3)."
        ),
        filler("Business", 2),
        heading("Consolidated income statement"),
        table(
            """
^in CHF 1’000 | Note | 2023 | 2022 // restated | 2022 // as reported
 Net sales | 3 | 212’440 | 205’118 | 209’330
 Cost of goods sold | 4 | –118’902 | –109’440 | –109’440
=Gross profit | | 93’538 | 95’678 | 99’890
 Research and development | 5 | –31’204 | –27’118 | –27’118
 Marketing and sales | 5 | –58’330 | –51’905 | –51’905
 Administration | 5 | –22’871 | –20’446 | –19’802
=Total operating expenses | | –112’405 | –99’469 | –98’825
=Operating result | | –18’867 | –3’791 | 1’065
 Financial result | 6 | –6’118 | –2’204 | –2’204
 Result before income taxes | | –24’985 | –5’995 | –1’139
 Income taxes | 7 | 1’330 | –410 | –905
=Net loss | | –23’655 | –6’405 | –2’044
 Loss per share in CHF | 8 | –2.41 | –0.65 | –0.21
"""
        ),
        filler("Accounting policies"),
        running="Säntis Medtech AG – Annual Report 2023",
        paper="a4",
        font="DejaVu Sans",
    ),
    truth=_u.truth(
        revenue=212440, operating_expenses=112405, net_income=-23655, computed_growth=3.57
    ),
)

ABROAD: Final[tuple[Report, ...]] = (
    CALLOWAY,
    PERRIN,
    NORTHGATE,
    MARRABLE,
    BRANDAUER,
    MONTREVEL,
    HOSHIZORA,
    DEVGIRI,
    JINGHE,
    GUARANI,
    SAENTIS,
)
