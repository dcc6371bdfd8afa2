"""Names, dates and amounts in prose, and names that are two spellings of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.entities import known_words, sentences, spots
from dalsegno.nodes.quotes import line_of
from dalsegno.nodes.same_names import likeness, pairs


def _found(sentence: str, known: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(each.value, each.kind) for each in spots(sentence, known)]


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Norden AG met Dr. Anna Berg.", [("Norden AG", "organisation"), ("Anna Berg", "person")]),
        ("The University of Veldstad closed.", [("University of Veldstad", "organisation")]),
        ("We met Ludwig van Dahl, Inc, today.", [("Ludwig van Dahl, Inc", "organisation")]),
        ("German carmaker Volta fell.", [("Volta", "unknown")]),
        ("The European Coastal Fund grew.", [("European Coastal Fund", "organisation")]),
        ("Management resigned on Monday.", []),
        ("It fell. See Section 4.", []),
        ("It sold for $5.2 billion.", [("USD 5.2 billion", "amount")]),
        ("Closed on 12 March 2024.", [("2024-03-12", "date")]),
        ("Closed in March 2024.", [("2024-03", "date")]),
        ("Hamburg-based Volta grew.", [("Volta", "unknown")]),
    ],
)
def test_what_a_sentence_names(sentence: str, names: list[tuple[str, str]]) -> None:
    assert _found(sentence) == names


def test_a_word_that_begins_a_sentence_counts_when_the_text_says_it_inside_of_one() -> None:
    text = "Siemens grew. The board of Siemens met."
    assert _found("Siemens grew.") == []
    assert _found("Siemens grew.", tuple(known_words(text))) == [("Siemens", "unknown")]


def test_sentences_know_their_lines_and_do_not_end_at_abbreviations() -> None:
    text = "Head\n\nMr. Berg of Beta GmbH\nleft. Then\nhe slept.\n- One more."
    assert [(each.text, each.line) for each in sentences(text)] == [
        ("Head", 1),
        ("Mr. Berg of Beta GmbH left.", 3),
        ("Then he slept.", 4),
        ("One more.", 6),
    ]


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_spot_lies_within_its_sentence(text: str) -> None:
    for each in sentences(text):
        for spot in spots(each.text):
            assert 0 <= spot.start < spot.end <= len(each.text)


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        ("Norden AG", "NORDEN AG", True),
        ("Norden AG", "Norden", True),
        ("Kestrel Ltd", "Kestrel Limited", True),
        ("Norden AG", "Norden GmbH", False),
        ("Anna Berg", "Berg", False),
        ("International Business Works", "IBW", False),
        ("Christian Berger", "Christina Berger", False),
        ("Norderhavn Shipyards", "Norderhaven Shipyards", True),
        ("Plant 1 Works", "Plant 2 Works", None),
        ("East Coast Trading Company", "West Coast Trading Company", None),
        ("University of Veldstad", "Veldstad", None),
        ("Müller", "Muller", True),
        ("Norden", "Beta", None),
        ("", "Beta", None),
    ],
)
def test_two_names_are_one_surely_perhaps_or_not(one: str, other: str, sure: bool | None) -> None:
    for found in (likeness(one, other), likeness(other, one)):
        assert (found and found.sure) == sure or (found is None and sure is None)


@given(st.lists(st.text("ab cdAB.", min_size=1, max_size=8), max_size=8, unique=True))
def test_surely_alike_names_are_always_compared(names: list[str]) -> None:
    compared = {frozenset(pair) for pair in pairs(names)}
    for one in names:
        for other in names:
            found = likeness(one, other)
            if one != other and found and found.score == 100:
                assert frozenset((one, other)) in compared


def test_a_quote_is_found_across_line_ends_and_only_word_for_word() -> None:
    assert line_of("two three", "one\ntwo\nthree") == 2
    assert line_of("two four", "one\ntwo\nthree") is None
    assert line_of(" ", "one") is None
