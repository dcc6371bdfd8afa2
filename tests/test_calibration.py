"""Whether stated confidences are measured rightly."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.calibration import calibration
from dalsegno.state.errors import InputError

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def test_C4_a_report_of_confidence_against_truth() -> None:
    found = calibration([(0.9, True), (0.9, True), (0.9, False), (0.3, False)], bins=5)
    assert [each.count for each in found.bins] == [0, 1, 0, 0, 3]
    assert found.bins[4].right == pytest.approx(2 / 3)
    assert found.error == pytest.approx(3 / 4 * (0.9 - 2 / 3) + 1 / 4 * 0.3)
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.81 + 0.09) / 4)
    table = found.table().split("\n")
    assert table[1].split() == ["0.20-0.40", "1", "0.30", "0.00"]
    assert table[3].split() == ["all", "4", "0.75", "0.50"]
    assert "error 0.250" in table[-1]


def test_C4_a_bin_holds_its_upper_end_and_the_first_one_zero() -> None:
    found = calibration([(0.0, False), (0.5, True), (1.0, True)], bins=2)
    assert [each.count for each in found.bins] == [2, 1]


@given(PAIRS, st.integers(1, 30))
def test_C4_every_answer_is_in_one_bin_and_the_errors_keep_their_bounds(
    pairs: list[tuple[float, bool]], bins: int
) -> None:
    found = calibration(pairs, bins=bins)
    assert sum(each.count for each in found.bins) == found.count == len(pairs)
    assert 0 <= found.error <= 1 + 1e-9
    assert 0 <= found.brier <= 1 + 1e-9
    # The mean distance over bins is never less than that of the whole.
    assert found.error >= abs(found.stated - found.right) - 1e-9


@given(st.lists(st.booleans(), min_size=1))
def test_C4_who_is_sure_and_right_has_no_error(truths: list[bool]) -> None:
    found = calibration((float(each), each) for each in truths)
    assert (found.error, found.brier) == (0, 0)


@pytest.mark.parametrize(
    ("pairs", "bins"), [([], 10), ([(1.1, True)], 10), ([(math.nan, True)], 10), ([(1, True)], 0)]
)
def test_C4_what_cannot_be_measured_is_refused(pairs: list[tuple[float, bool]], bins: int) -> None:
    with pytest.raises(InputError):
        calibration(pairs, bins=bins)
