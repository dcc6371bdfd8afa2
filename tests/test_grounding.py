"""What a model quotes is held against the source: the words stand there, and numbers are whole."""

import pytest

from dalsegno.nodes.grounding import stands_in

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
