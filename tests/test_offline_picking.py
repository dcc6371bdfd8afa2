"""Sentences: whole ones, each once, the telling ones first."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dalsegno.nodes.documents.pdf import read_pages
from dalsegno.nodes.offline.picking import pick
from dalsegno.nodes.offline.sentences import split_sentences
from dalsegno.nodes.offline.source import Source

TRENDS = """
Total revenue increased 12% to $412.6 million in fiscal 2025, driven by strong demand for sensors.

Demand creation expense increased due to higher advertising costs in several of the regions.

It also increased because of higher prices in the second half of the year in most regions.

Revenue may decrease in the future if demand for our sensors declines in our main markets.

Total revenue increased 12% to $412.6 million in fiscal 2025, driven by strong demand for sensors.
"""
RISKS = """
One foundry supplies 62% of our chips, and a shortage could delay deliveries to customers.

Many factors could adversely affect our business, results of operations and financial condition.

A cyber attack could disclose the personal data of our customers and stop our factories.

These risks could harm our business and our reputation in ways that we cannot predict.

A single supplier provides most of our raw materials, and its failure could stop our production.
"""


def picked(text: str, topic: str, **more: int) -> list[str]:
    return [each.sentence.text for each in pick(Source(text).sentences, topic=topic, **more)]


def test_a_company_level_statement_with_a_number_comes_first() -> None:
    assert picked(TRENDS, "trends")[0].startswith("Total revenue increased 12%")


def test_nothing_is_picked_twice() -> None:
    found = picked(TRENDS, "trends")
    assert len(found) == len(set(found))


def test_what_may_happen_is_no_trend_and_what_leans_on_another_sentence_comes_last() -> None:
    found = picked(TRENDS, "trends")
    assert not [each for each in found if "may decrease" in each]
    assert not found[0].startswith("It also")


def test_concrete_and_different_risks_come_before_general_ones() -> None:
    first = picked(RISKS, "risks", most=2)
    assert any("62%" in each for each in first)
    assert any("cyber" in each for each in first)


def test_words_are_counted() -> None:
    assert picked(RISKS, "risks", max_words=16)
    assert sum(len(each.split()) for each in picked(RISKS, "risks", max_words=16)) <= 16


def test_headings_rows_and_references_are_no_sentences() -> None:
    text = """Risk Factors

Revenue 412.6 368.4 12.0%
Net income 48.5 40.1 20.9%

Refer to Note 7 for the risks that could arise from litigation against our subsidiaries.

A fire could stop our only factory, which makes all of our pumps and valves."""
    assert picked(text, "risks") == [
        "A fire could stop our only factory, which makes all of our pumps and valves."
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who supplies the chips?", "One foundry supplies"),
        ("What about personal data?", "A cyber attack"),
        ("What do zebras eat?", None),
    ],
)
def test_a_question_is_answered_by_the_sentence_with_its_rare_words(
    question: str, expected: str | None
) -> None:
    found = picked(RISKS, question)
    assert found[0].startswith(expected) if expected else not found


def test_a_topic_is_told_by_whole_words() -> None:
    text = "The transaction closed in May and the purchase price was paid in shares."
    assert picked(text, "action") == []


@pytest.mark.parametrize("name", ["aapl", "msft", "nke"])
def test_real_reports_give_whole_sentences_of_one_page(name: str, documents: Path) -> None:
    pages = read_pages(documents / f"{name}-10k-2023.pdf")[20:45]
    source = Source("\n\n".join(f"[page {each.number}]\n{each.text}" for each in pages))
    texts = {each.number: re.sub(r"\s+", " ", each.text) for each in pages}
    for topic in ("trends", "risks", "statistics"):
        found = pick(source.sentences, topic=topic, most=8)
        assert len(found) >= 3
        for each in found:
            assert each.sentence.text in texts[each.sentence.page or 0]
            assert each.sentence.text[-1] in '.!?”"'


def test_six_dense_pages_take_milliseconds() -> None:
    words = "The {} of our {} could {} and {} demand increased {}% in 2023 compared to 2022."
    text = "\n".join(
        words.format(*(f"thing{(at * step) % 97}" for step in (3, 5, 7, 11)), at)
        for at in range(200)
    )
    sentences = Source(text).sentences
    pick(sentences, topic="risks", most=8)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        pick(sentences, topic="risks", most=8)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05


_PARTS = st.sampled_from(
    "Revenue increased could risk harm • our It also. 12% $3 \n the A demand grew (see |".split(" ")
)


@given(
    st.one_of(st.text(max_size=400), st.lists(_PARTS, max_size=80).map(" ".join)),
    st.sampled_from(["trends", "risks", "summary", "What is the demand?", ""]),
    st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_text_what_is_picked_stands_in_it(text: str, topic: str, most: int) -> None:
    found = pick(Source(text).sentences, topic=topic, most=most)
    assert len(found) <= most
    assert len({each.sentence.text for each in found}) == len(found)
    flat = re.sub(r"\s+", " ", text)
    for each in found:
        assert each.sentence.text in flat
        assert 0 <= each.score <= 1


def test_a_tables_unit_is_not_glued_to_the_sentence_below_it() -> None:
    body = (
        "In millions, except percentage and per share data as they stand in the notes\n"
        "Fourth quarter\n"
        "Revenues of the fourth quarter were $1,396 million, a decrease of 6% on the year before.\n"
        "In millions of euros, that was the best quarter that the group has seen for many years.\n"
    )
    assert split_sentences(body) == [
        "Revenues of the fourth quarter were $1,396 million, a decrease of 6% on the year before.",
        "In millions of euros, that was the best quarter that the group has seen for many years.",
    ]


def test_a_cue_is_a_word_and_not_the_inside_of_one() -> None:
    calm = "The board consists of nine members, of whom seven are considered independent."
    risky = "We depend on one supplier, and a fire there could stop our production for months."
    picked = pick(Source(f"{calm}\n\n{risky}").sentences, topic="risks")
    assert [each.sentence.text for each in picked] == [risky]
