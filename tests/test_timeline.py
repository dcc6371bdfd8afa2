from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.amounts import amounts_in, shown, total
from dalsegno.nodes.offline.dates import dates_in
from dalsegno.nodes.timeline import (
    Span,
    after,
    days_in,
    last_day,
    mended,
    order_of,
    repeats,
    spans_in,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = st.integers(1, 240)


@pytest.mark.parametrize(
    "text",
    ["12 March 2026", "March 12th, 2026", "2026-03-12", "the 12th day of March 2026", "12.03.2026",
     "l2 Mareh 2O26", "12th of March, 2026", "12 Mar 2026"],
)  # fmt: skip
def test_a_date_in_any_form_is_the_day(text: str) -> None:
    (found,) = days_in(f"It happened on {text} in the evening.")
    assert found.day == date(2026, 3, 12)


@pytest.mark.parametrize("text", ["12 Marzipan 2026", "Decade 12, 2026", "12 Sepia 2026"])
def test_a_word_that_only_begins_as_a_month_does_is_none(text: str) -> None:
    assert not list(dates_in(text))


@pytest.mark.parametrize("text", ["12 Sept 2026", "Sep. 12, 2026", "12 September 2026"])
def test_a_month_may_be_cut_short_anywhere(text: str) -> None:
    assert [day for day, _, _ in dates_in(text)] == [date(2026, 9, 12)]


def test_a_date_that_can_be_read_in_two_ways_keeps_both() -> None:
    (found,) = days_in("on 03/04/2026")
    assert found.day is None
    assert found.readings == (date(2026, 4, 3), date(2026, 3, 4))
    assert found.sure < 0.5


def test_the_other_dates_of_a_text_tell_the_order() -> None:
    assert order_of("25/03/2026 and 03/04/2026") == "day"
    assert order_of("03/25/2026") == "month"
    assert order_of("25/03/2026 and 03/25/2026") is None
    assert order_of("03/04/2026") is None
    (found,) = days_in("03/04/2026", order="day")
    assert found.day == date(2026, 4, 3)


def test_what_is_no_date_is_none() -> None:
    for text in ("31 February 2026", "version 1.2.3", "call 555-1234", "12 March 20261", ""):
        assert days_in(text) == ()


def test_worn_digits_are_mended_in_numbers_only() -> None:
    assert mended("2O26 and l2") == "2026 and 12"
    assert mended("Oslo, IBIS, Bill, so, SOS") == "Oslo, IBIS, Bill, so, SOS"


@pytest.mark.parametrize(
    ("text", "length"),
    [("five (5) years", (60, 0)), ("60 months", (60, 0)), ("a 3-year term", (36, 0)),
     ("two years and six months", (30, 0)), ("ninety days", (0, 90)), ("six weeks'", (0, 42)),
     ("twenty-five years", (300, 0)), ("three calendar months", (3, 0))],
)  # fmt: skip
def test_a_period_in_any_form_is_counted(text: str, length: tuple[int, int]) -> None:
    (found,) = spans_in(text)
    assert (found.length, found.other) == (length, None)


def test_words_and_digits_that_differ_are_both_kept() -> None:
    (found,) = spans_in("six (3) months")
    assert (found.months, found.other) == (6, 3)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 3, 1), 60, date(2029, 2, 28)),
        (date(2023, 3, 1), 12, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
    ],
)
def test_a_term_ends_on_the_day_before_it_would_begin_again(
    start: date, months: int, end: date
) -> None:
    assert last_day(start, Span(months=months)) == end


@given(day=DAYS, months=MONTHS)
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    found = after(day, Span(months=months))
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == min(day.day, monthrange(found.year, found.month)[1])


@given(end=DAYS, months=MONTHS)
def test_notice_given_on_its_last_day_is_never_too_late(end: date, months: int) -> None:
    span = Span(months=months)
    assert after(after(end, span, -1), span) <= end


@given(start=DAYS, months=st.integers(1, 36), count=st.integers(1, 30))
def test_what_recurs_does_not_drift(start: date, months: int, count: int) -> None:
    span = Span(months=months)
    found = [*repeats(start, span, after(start, span, count))]
    assert len(found) == count
    assert found[-1] == after(start, Span(months=months * count))
    assert found == sorted(set(found))


@given(start=DAYS, months=MONTHS)
def test_terms_follow_each_other_without_a_gap_of_more_than_the_short_month(
    start: date, months: int
) -> None:
    following = last_day(start, Span(months=months)) + timedelta(days=1)
    assert abs((following - after(start, Span(months=months))).days) <= 1


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_back_as_it_was_written(day: date) -> None:
    for text in (f"{day.day} {day:%B} {day.year}", day.isoformat(), f"{day:%d.%m.%Y}"):
        assert [each.day for each in days_in(f"on {text}.")] == [day]


def test_a_span_of_nothing_recurs_never() -> None:
    assert [*repeats(date(2026, 1, 1), Span(), date(2027, 1, 1))] == []


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [("EUR 1.234,56", "1234.56", "EUR"), ("€ 1,234.56", "1234.56", "EUR"),
     ("1 234,50 EUR", "1234.50", "EUR"), ("£5,000 per month", "5000.00", "GBP"),
     ("USD 12O.5O", "120.50", "USD"), ("a fee (EUR 5,000)", "5000.00", "EUR"),
     ("$1.2 million", "1200000.00", "USD")],
)  # fmt: skip
def test_a_sum_in_any_form_is_exact(text: str, value: str, currency: str) -> None:
    (found,) = amounts_in(text)
    assert (found.value, found.currency) == (Decimal(value), currency)


def test_dates_times_and_per_cents_are_no_sums() -> None:
    assert amounts_in("12.03.2026 at 10:30, 2.50 %, No. 17", bare=True) == ()
    assert total([]) == Decimal("0.00")
    assert shown(Decimal("1234.5"), "EUR") == "EUR 1,234.50"
