"""What a model quotes is held against the source: the words stand there, and numbers are whole."""

import pytest

from dalsegno.nodes.grounding import printed_in, stands_in

TEXT = "The deposit is EUR 100.\nRevenue was 1 234.5 million in 2025, 12% more than in 2024."


@pytest.mark.parametrize(
    "quote",
    [
        "The deposit is EUR 100",
        "the deposit is\nEUR 100.",
        "Revenue was 1,234.5 million",
        "12% more than in 2024",
        "deposit is EUR 100. Revenue",
    ],
)
def test_a_quote_stands_however_it_is_set(quote: str) -> None:
    assert stands_in(quote, TEXT)


@pytest.mark.parametrize(
    "quote",
    [
        "The deposit is EUR 1",
        "The deposit is EUR 10",
        "2% more than in 2024",
        "Revenue was 1 234.5 million in 202",
        "The deposit is EUR 200",
        "",
        "…",
    ],
)
def test_a_number_that_is_cut_short_or_another_is_no_quote(quote: str) -> None:
    assert not stands_in(quote, TEXT)


ABROAD = (
    "Договор начинается 1 мая 2025 года. 水壶着火了，烧伤了我的手。 Café Müller schließt um 22 Uhr."
)


@pytest.mark.parametrize(
    "quote",
    [
        "ДОГОВОР начинается",
        "1 мая 2025",
        "水壶着火了",
        "烧伤了我的手",
        "Cafe\u0301 Mu\u0308ller",
        "SCHLIESST um",
    ],
)
def test_a_quote_stands_in_any_script(quote: str) -> None:
    assert stands_in(quote, ABROAD)


@pytest.mark.parametrize(
    "quote",
    [
        "Собака съела 1 слона 2025",
        "水壶没有着火",
        "我爱我的手",
        "Αγαπώ 22 πολύ",
        "2025",
        "1",
        "22 22",
    ],
)
def test_an_invented_quote_stands_in_no_script_by_its_digits(quote: str) -> None:
    assert not stands_in(quote, ABROAD)


def test_a_bare_number_is_a_value_and_no_quote() -> None:
    assert printed_in("2025", ABROAD)
    assert not stands_in("2025", ABROAD)
    assert not printed_in("202", ABROAD)


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("The tenant shall not keep dogs or cats in the flat, at no time of the day.", True),
        ("The tenant shall not keep dogs or cats in the flat at no ti-\nme of the day.", True),
        ("The tenant shall keep dogs or cats in the flat, at no time of the day.", False),
        ("The tenant shall not keep hogs or cats in the flat, at no time of the day.", False),
    ],
)
def test_what_gets_lost_of_a_long_quote_is_no_word_and_no_not(quote: str, stands: bool) -> None:
    text = "The tenant shall not keep dogs or cats in the flat,7 at no time of the day."
    assert stands_in(quote, text) == stands
