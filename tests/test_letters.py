"""What a letter must and must not say, whoever edited it last."""

from decimal import Decimal

import pytest

from dalsegno.nodes.letters import (
    accusing,
    to_write,
    undated,
    unnamed,
    unwritten,
    verdict,
    wrong_sums,
)
from dalsegno.nodes.timeline import written

PAID = (Decimal("551.90"), "EUR")
LIMIT = (Decimal("40000.00"), "EUR")


@pytest.mark.parametrize(
    "text",
    ["This is fraud.", "You lied to us.", "The bill is forged.", "A FAKE invoice", "You cheated",
     "You made this up.", "deceitful", "fabricated"],
)  # fmt: skip
def test_words_that_accuse_are_told(text: str) -> None:
    assert len(accusing(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["The flood made it worse.", "The papers lie before us.", "Foraged berries", "a cheetah",
     "The tile was made up of clay.", ""],
)  # fmt: skip
def test_words_that_only_resemble_them_are_left_alone(text: str) -> None:
    assert accusing(text) == []


def test_a_name_is_a_name() -> None:
    text = "Dear Ada Fakeman, dear Mr Forger"
    assert accusing(text, names=("Mr Forger", None)) == []
    assert accusing("Dear Mr Fake, this is a fake.", names=("Mr Fake",)) == [
        "'fake' accuses somebody: say what stands where instead."
    ]


@pytest.mark.parametrize(
    "text", ["we pay EUR 551.90.", "we pay 551.90 EUR", "we pay €551.90", "we pay 551.90"]
)
def test_the_sum_may_be_written_in_several_ways(text: str) -> None:
    assert wrong_sums(text, may=(), must=PAID) == []


@pytest.mark.parametrize("text", ["we pay EUR 552.90.", "we pay USD 551.90", "we pay 5,519.00"])
def test_another_sum_is_told_and_so_is_the_one_that_is_lacking(text: str) -> None:
    other, lacking = wrong_sums(text, may=(), must=PAID)
    assert "which is none of its sums" in other
    assert lacking == "It does not name EUR 551.90."


def test_lines_that_were_computed_do_not_count_until_somebody_edits_them() -> None:
    line = "Limit: EUR 40,000.00 is not reached"
    text = f"we pay EUR 551.90.\n   {line}\n"
    assert wrong_sums(text, may=(), must=PAID, quoted=[line]) == []
    assert len(wrong_sums(text, may=(), must=PAID)) == 1
    assert wrong_sums(text, may=(LIMIT,), must=PAID) == []
    edited = text.replace("40,000.00", "50,000.00")
    assert len(wrong_sums(edited, may=(), must=PAID, quoted=[line])) == 1


def test_dates_and_numbers_of_things_are_no_sums() -> None:
    assert wrong_sums("Claim C-5519, 7 March 2026, 3 tiles, 31.08.2023", may=()) == []


def test_names_are_looked_for_over_line_ends_and_unknown_ones_not_at_all() -> None:
    letter = "Dear Ingrid\n  Vassall, claim C-1"
    assert unnamed(letter, claim_number="C-1", claimant="ingrid vassall", lease=None) == []
    assert unnamed(letter, claim_number="C-2") == ["It does not name the claim number, 'C-2'."]


def test_a_day_that_nobody_knew_is_to_be_written() -> None:
    assert undated(f"on {written(None)}") == ["It says 'an unknown day': write the day."]
    assert undated("on 7 March 2026") == []


def test_what_only_a_person_can_write_is_told_until_it_is_written() -> None:
    letter = f"We cannot pay: {to_write('why')}"
    assert unwritten(letter) == ["It still has to say why."]
    assert unwritten("We cannot pay: the roof was worn.") == []


def test_a_verdict_names_what_is_wrong() -> None:
    assert verdict([], "Well.") == (True, "Well.")
    assert verdict(["One.", "Two."], "Well.") == (False, "One. Two.")
