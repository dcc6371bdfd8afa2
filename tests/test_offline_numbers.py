"""The grammar of numbers: what is printed in a style is read back as the number it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.offline.numbers import (
    FACTORS,
    cell_quantity,
    currency_of,
    decimal_mark,
    quantities,
    stated_scale,
    to_number,
)
from dalsegno.nodes.offline.source import Source, split_sentences
from dalsegno.nodes.offline.years import last_year, said_year

whole = st.integers(min_value=0, max_value=10**12)
cents = st.integers(min_value=0, max_value=99)


def grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


def indian(number: int) -> str:
    digits = str(number)
    head, tail = digits[:-3], digits[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])


@given(whole, cents)
def test_a_number_with_commas_and_a_point_is_read_back(number, decimals):
    printed = f"{grouped(number, ',')}.{decimals:02}"

    assert to_number(printed, ".") == pytest.approx(number + decimals / 100)


@given(whole, cents)
def test_a_european_number_is_read_back(number, decimals):
    printed = f"{grouped(number, '.')},{decimals:02}"

    assert to_number(printed, ",") == pytest.approx(number + decimals / 100)


@given(whole, st.sampled_from(["'", "’", " ", "\u00a0", "\u202f"]))
def test_a_number_grouped_by_apostrophes_or_spaces_is_read_back(number, mark):
    assert to_number(grouped(number, mark), ".") == number


@given(whole)
def test_indian_grouping_is_read_back(number):
    assert to_number(indian(number), ".") == number


@given(whole.filter(bool), st.sampled_from(["({})", "-{}", "−{}", "$({})", "$ ({})", "({}", "–{}"]))
def test_a_cell_with_a_bracket_or_a_minus_is_negative(number, style):
    cell = cell_quantity(style.format(grouped(number, ",")))

    assert cell is not None
    assert cell.value == -number


AMOUNTS = [
    ("${} million", "USD", "millions"),
    ("€{}bn", "EUR", "billions"),
    ("£{}m", "GBP", "millions"),
    ("Rs {} crore", "INR", "crore"),
    ("US$ {} thousand", "USD", "thousands"),
    ("{} million euros", "EUR", "millions"),
    ("RMB{} million", "CNY", "millions"),
    ("CHF {} trillion", "CHF", "trillions"),
    ("S${} lakh", "SGD", "lakh"),
    ("A$ {} million", "AUD", "millions"),
]


@given(st.integers(min_value=1, max_value=999_999), st.sampled_from(AMOUNTS))
def test_an_amount_in_a_sentence_is_read_with_its_currency_and_scale(number, style):
    pattern, currency, scale = style
    amount = pattern.format(grouped(number, ","))

    [found] = quantities(f"It came to {amount}.")

    assert (found.value, found.currency, found.scale) == (number, currency, scale)
    assert found.worth == number * FACTORS[scale]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("grew by eight percent", 8.0),
        ("rose twenty-one per cent", 21.0),
        ("three and a half percent", 3.5),
        ("up 3,5%", 3.5),
        ("by 12.5 percent", 12.5),
    ],
)
def test_a_percent_is_read_in_digits_and_in_words(text, value):
    [found] = quantities(text)

    assert found.percent
    assert found.value == value


def test_a_day_and_a_year_are_two_numbers():
    assert [each.value for each in quantities("ended March 31 2023 with")] == [31, 2023]


def test_a_dash_between_years_is_no_minus():
    assert [each.value for each in quantities("in 2022-2023")] == [2022, 2023]


def test_a_quarter_is_no_number():
    assert quantities("In Q4 we moved") == ()


def test_a_number_said_to_be_rough_is_marked_so():
    [found] = quantities("revenues of about $1.2 billion")

    assert found.about


@pytest.mark.parametrize(
    ("text", "scale", "currency"),
    [
        ("(In millions, except per share data)", "millions", None),
        ("(Dollars in millions)", "millions", "USD"),
        ("£’000", "thousands", "GBP"),
        ("€m", "millions", "EUR"),
        ("US$'000", "thousands", "USD"),
        ("SEK m", "millions", "SEK"),
        ("MSEK", "millions", "SEK"),
        ("TEUR", "thousands", "EUR"),
        ("EURm", "millions", "EUR"),
        ("(thousands of euro)", "thousands", "EUR"),
        ("Millions of yen", "millions", "JPY"),
        ("(₹ in lakhs)", "lakh", "INR"),
        ("in thousands of Canadian dollars", "thousands", "CAD"),
        ("in billions of U.S. dollars", "billions", "USD"),
        ("a try in an industry", None, None),
    ],
)
def test_a_caption_states_scale_and_currency(text, scale, currency):
    assert stated_scale(text) == scale
    assert currency_of(text) == currency


@pytest.mark.parametrize(
    ("text", "mark"),
    [("1.234,5 and 2.345,6", ","), ("1,234.5 and 2,345.6", "."), ("1,46,767", "."), ("", ".")],
)
def test_the_decimal_mark_is_the_documents(text, mark):
    assert decimal_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2022/23", 2023),
        ("FY23", 2023),
        ("FY 2023-24", 2024),
        ("31.12.2023", 2023),
        ("2023-12-31", 2023),
        ("Dec-23", 2023),
        ("Mar ’24", 2024),
        ("March 31, 2023", 2023),
        ("Notes", None),
    ],
)
def test_a_heading_names_the_year_in_which_its_period_ends(text, year):
    assert last_year(text) == year


@pytest.mark.parametrize(
    ("sentence", "year"),
    [
        ("Revenue was $5 million, compared with $4 million in 2022.", 2023),
        ("We report a loss for 2023, after a profit in 2022.", 2023),
        ("Revenue grew 8% from 2022.", 2023),
        ("Sales rose from $4 million in 2022 to $5 million in 2023.", 2023),
        ("Product revenue is $14.2 million (2022: $11.8 million).", 2023),
        ("Net sales increased during 2022 compared to 2021.", 2022),
        ("We sell boats.", None),
    ],
)
def test_a_sentence_speaks_of_the_year_after_the_one_it_compares_with(sentence, year):
    assert said_year(sentence) == year


@given(st.text())
def test_no_text_breaks_the_reading_of_sentences_and_tables(text):
    quantities(text)
    split_sentences(text)
    source = Source(text)
    assert isinstance(source.tables, tuple)
    assert isinstance(source.sentences, tuple)


_PIECE = st.sampled_from(
    [
        "|",
        "|---|",
        "\n",
        " ",
        "Revenue",
        "2023",
        "(1,234",
        "5)",
        "$",
        "%",
        "[page 3]",
        "–",
        ".",
        ",",
    ]
)


@given(st.lists(_PIECE, max_size=60).map("".join))
def test_no_mixture_of_a_tables_parts_breaks_its_reading(text):
    source = Source(text)

    for table in source.tables:
        assert isinstance(table.likeness, int)
    assert source.dollar
    assert source.shift in {0, 1}


@pytest.mark.parametrize(
    ("cell", "value"),
    [("△1,234", -1234.0), ("1.46.767", None), ("116,572 246,020", None), ("4" * 300, None)],
)
def test_a_cell_that_is_no_one_number_is_none(cell, value):
    quantity = cell_quantity(cell)

    assert (quantity.value if quantity else None) == value


@pytest.mark.parametrize(
    ("text", "scale"),
    [("in CHF 1'000", "thousands"), ("EUR 1,000,000", "millions"), ("in 1,000 cases", None)],
)
def test_a_scale_may_be_a_number_beside_a_currency(text, scale):
    assert stated_scale(text) == scale
