"""Filling schemas that nobody has seen from texts that nobody has seen."""

import re
import time
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, create_model, field_validator

from dalsegno.nodes.documents.pdf import read_pages
from dalsegno.nodes.offline.fill import Filled, fill
from dalsegno.nodes.offline.numbers import FACTORS
from dalsegno.nodes.offline.source import Source
from dalsegno.nodes.offline.wording import company


def filled(text: str, **fields: Any) -> Filled:
    return fill(create_model("Asked", **fields), Source(text))


def value(text: str, name: str, kind: Any, **info: Any) -> object:
    given = filled(text, **{name: (kind | None, Field(None, **info))})
    assert given.parsed is not None
    return getattr(given.parsed, name)


INVOICE = """Bramble Tools Ltd
Invoice no.: INV-4711
Invoice date: 5 March 2024
Due date: 2024-04-04 14:30
Total amount due: EUR 1,234.50
Contact: billing@bramble.example, +44 20 7946 0958
See https://bramble.example/pay.

| Item | Qty | Unit price |
|---|---|---|
| Blue widget | 3 | 4.50 |
| Red widget | 12 | 1.25 |
| Total | | 28.50 |
"""
PLAIN = (
    "We employ approximately 12,400 people in 31 countries. Our CEO, Jane van Doe, founded the "
    "firm in 1998. Gross margin was 45.2% in 2023. The accounts are unaudited. The licence may be "
    "renewed. We operate three stores. The contract was signed on 7 May 2021 and expires on "
    "31 December 2025."
)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("employees", int, 12400),
        ("number_of_employees", int, 12400),
        ("countries", int, 31),
        ("stores", int, 3),
        ("founded_year", int, 1998),
        ("gross_margin", float, 45.2),
        ("gross_margin_percent", Decimal, Decimal("45.2")),
        ("ceo", str, "Jane van Doe"),
        ("audited", bool, False),
        ("renewed", bool, None),
        ("signed_date", date, date(2021, 5, 7)),
        ("expiry_date", date, None),
        ("end_date", date, date(2025, 12, 31)),
        ("suppliers", int, None),
        ("city", str, None),
        ("currency", str, None),
    ],
)
def test_a_sentence_states_a_value(name: str, kind: Any, expected: object) -> None:
    assert value(PLAIN, name, kind) == expected


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("invoice_number", str, "INV-4711"),
        ("invoice_date", date, date(2024, 3, 5)),
        ("due_date", datetime, datetime(2024, 4, 4, 14, 30)),
        ("amount_due", Decimal, Decimal("1234.5")),
        ("currency", Literal["USD", "EUR", "GBP"], "EUR"),
        ("email", str, "billing@bramble.example"),
        ("phone", str, "+44 20 7946 0958"),
        ("website", str, "https://bramble.example/pay"),
        ("company", str, "Bramble Tools Ltd"),
        ("order_number", str, None),
    ],
)
def test_a_label_states_a_value(name: str, kind: Any, expected: object) -> None:
    assert value(INVOICE, name, kind) == expected


def test_rows_become_items_where_the_columns_fit() -> None:
    class Line(BaseModel):
        item: str
        quantity: int
        unit_price: Decimal

    class Bill(BaseModel):
        lines: list[Line]

    parsed = fill(Bill, Source(INVOICE)).parsed
    assert isinstance(parsed, Bill)
    assert [(each.item, each.quantity) for each in parsed.lines] == [
        ("Blue widget", 3),
        ("Red widget", 12),
    ]


def test_rows_without_a_fitting_column_give_no_items_but_a_reason() -> None:
    class Flight(BaseModel):
        gate: str
        seat: int

    result = filled(INVOICE, flights=(list[Flight], ...))
    assert result.data == {"flights": []}
    assert "no" in (result.traces["flights"].reason or "").lower()


def test_a_scale_in_the_name_or_beside_the_number_is_obeyed() -> None:
    text = "Revenue was $1.2 billion in fiscal 2023."
    assert value(text, "revenue", float) == 1.2e9
    assert value(text, "revenue_millions", float) == 1200
    assert value(text, "revenue", float, description="Revenue in millions") == 1200
    result = filled(
        text, revenue=(float, ...), scale=(str | None, None), currency=(str | None, None)
    )
    assert result.data == {"revenue": 1.2, "scale": "billions", "currency": "USD"}


def test_an_object_with_page_and_evidence_carries_its_trace() -> None:
    class Told(BaseModel):
        value: int | None
        page: int | None
        evidence: str | None
        confidence: float

    data: Any = filled(f"[page 7]\n{PLAIN}", employees=(Told, ...)).data["employees"]
    assert (data["value"], data["page"]) == (12400, 7)
    assert data["evidence"] == "We employ approximately 12,400 people in 31 countries."
    assert 0 < data["confidence"] <= 1


@pytest.mark.parametrize(
    ("kind", "info", "said"),
    [
        (int, {"le": 100}, "less than or equal to 100"),
        (int, {"ge": 10**6}, "greater than or equal"),
        (str, {"pattern": "^[a-z]+$"}, "pattern"),
    ],
)
def test_a_value_that_breaks_a_constraint_is_null_with_the_reason(
    kind: Any, info: dict[str, Any], said: str
) -> None:
    result = filled("Employees: 12400", employees=(kind | None, Field(**info)))
    assert result.data == {"employees": None}
    assert said in (result.traces["employees"].reason or "")
    assert result.traces["employees"].confidence == 0


def test_a_validator_of_the_schema_is_obeyed_and_a_default_kept() -> None:
    class Asked(BaseModel):
        employees: int = 1

        @field_validator("employees")
        @classmethod
        def small(cls, given: int) -> int:
            if given > 10:
                raise ValueError("too many")
            return given

    result = fill(Asked, Source("Employees: 12"))
    assert result.parsed == Asked()
    assert "too many" in (result.traces["employees"].reason or "")


def test_what_is_required_and_not_stated_is_missing_with_a_reason() -> None:
    result = filled("Nothing here.", revenue=(float, ...), note=(str | None, None))
    assert result.missing == ("revenue",)
    assert result.traces["revenue"].reason == "No label known for revenue was found."


class Level(IntEnum):
    LOW = 1
    HIGH = 3


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Level: High", Level, Level.HIGH),
        ("The level is not high, it is low.", Level, Level.LOW),
        ("The car is red.", Colour, Colour.RED),
        ("The car is not red.", Colour, None),
        ("Red or blue?", Colour, None),
        ("We saw other cars.", Literal["bus", "other"], None),
        ("We saw cars.", Literal["bus", "unknown"], "unknown"),
        ("Level: 3", Literal[1, 2, 3], 3),
    ],
)
def test_one_of_several_is_told_by_wording(text: str, kind: Any, expected: object) -> None:
    assert value(text, "level", kind) == expected


def test_sets_tuples_unions_and_mappings() -> None:
    text = "Tags: red, blue\nScores: 1, 2, 3\nRef: 17"
    assert value(text, "tags", set[str]) == {"red", "blue"}
    assert value(text, "scores", tuple[int, ...]) == (1, 2, 3)
    assert value(text, "tags", frozenset[Colour]) == frozenset(Colour)
    assert value(text, "ref", int | str) == 17
    assert value(text, "names", dict[str, int]) is None
    assert value(text, "pair", tuple[int, str]) is None


class Node(BaseModel):
    title: str | None
    children: list["Node"]
    parent: "Node | None" = None


def test_a_schema_that_holds_itself_ends() -> None:
    result = fill(Node, Source("Title: Roots"))
    assert result.parsed == Node(title="Roots", children=[])
    assert "own kind" in (result.traces["children"].reason or "")


def test_an_optional_part_of_which_nothing_is_stated_is_null() -> None:
    class Address(BaseModel):
        street: str
        city: str

    assert value("No address.", "address", Address) is None
    assert value("Street: Main St 1\nCity: York", "address", Address) == Address(
        street="Main St 1", city="York"
    )


def test_a_root_model_and_an_alias_are_filled() -> None:
    class Refs(RootModel[list[str]]):
        pass

    assert fill(Refs, Source("nothing")).parsed == Refs([])

    class Aliased(BaseModel):
        number: str = Field(alias="invoiceNumber")

    parsed = fill(Aliased, Source("Invoice number: A-1")).parsed
    assert isinstance(parsed, Aliased)
    assert parsed.number == "A-1"


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "[page 1]\n", "|||", "1" * 400, "(((("])
def test_a_text_that_says_nothing_gives_nothing(text: str) -> None:
    assert not [each for each in fill(Wide, Source(text)).traces.values() if each.value]


@pytest.mark.parametrize(
    "text",
    [
        "Der Umsatz stieg im Jahr 2023 deutlich und wir beschäftigen viele Mitarbeiter in ganz "
        "Europa. Die Risiken könnten unser Geschäft erheblich beeinträchtigen.",
        "Le chiffre d'affaires a augmenté en 2023. Les risques pourraient affecter nos résultats "
        "et notre trésorerie au cours de l'exercice suivant.",
        "売上高は増加しました。リスクがあります。" * 5,
    ],
)
def test_wording_in_another_language_is_not_read(text: str) -> None:
    result = fill(Wide, Source(text))
    assert not [path for path, each in result.traces.items() if each.value]
    assert "English" in (result.traces["risks"].reason or "")


def test_dates_that_may_be_day_or_month_first_are_left() -> None:
    result = filled("Due date: 03/04/2024", due_date=(date | None, None))
    assert result.traces["due_date"].value is None
    assert "day or the month" in (result.traces["due_date"].reason or "")
    assert value("Due date: 23/04/2024", "due_date", date) == date(2024, 4, 23)


def test_a_huge_text_takes_seconds() -> None:
    text = " ".join(f"We employ {at} people and sold {at} pens in 2023." for at in range(14_000))
    assert len(text) > 600_000
    start = time.perf_counter()
    assert fill(Wide, Source(text)).parsed is not None
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smaller Reporting Company ☐ Emerging Growth Company ☐ the Company", None),
        ("The Group and the Parent Company report.", None),
        ("BRAMBLE CORPORATION\nAnnual Report 2023", "Bramble Corporation"),
        ("BRAMBLE HOLDINGS PLC\nReport", "Bramble Holdings plc"),
        ("IBX CORPORATION\nReport\nOur IBX products sold well.", "IBX Corporation"),
        ("FORM 10-K\nFern\n(Exact name of registrant as specified in its charter)", "Fern"),
        (
            "Fern Group rose. Paper comes from Whale, Inc. Fern Group, Inc. is big.",
            "Fern Group, Inc.",
        ),
        ("Shares trade on The Oaktown Stock Market LLC. Fern Corp. is listed.", "Fern Corp."),
    ],
)
def test_the_company_is_named(text: str, expected: str | None) -> None:
    assert company(Source(text)).value == expected


def test_every_report_on_file_names_its_company(tmp_path: Path) -> None:
    reports = pytest.importorskip("tests.annual_reports", reason="run as python -m pytest")
    wrong = []
    for report in reports.REPORTS:
        cover = re.search(r'text\(28pt, weight: 700, "(.*?)"\)', report.source)
        if cover is None:
            continue
        (tmp_path / "report.pdf").write_bytes(reports.render(report))
        pages = read_pages(tmp_path / "report.pdf")[:4]
        named = company(Source("\n\n".join(f"[page {at.number}]\n{at.text}" for at in pages)))
        if named.value != cover[1].removesuffix(" (publ)"):
            wrong.append((cover[1], named.value))
    assert not wrong


class Part(BaseModel):
    name: str | None
    amount: float | None


class Wide(BaseModel):
    revenue: float | None
    employees: int | None
    margin_percent: float | None
    price: Decimal | None
    growth: float | None
    due_date: date | None
    paid: bool | None
    level: Literal["low", "high"] | None
    company: str | None
    risks: list[str]
    parts: list[Part]
    headline: str | None = Field(None, max_length=80)


_WORDS = st.sampled_from(
    "revenue employees margin price paid low high due date Total: | $ 12 3.5 (7) % million 2023 . "
    "We grew risk could harm the company Inc. Qty \n [page 2] - , 1,234 € no not".split(" ")
)
_TEXTS = st.one_of(st.text(max_size=300), st.lists(_WORDS, max_size=60).map(" ".join))


@given(_TEXTS)
@settings(max_examples=150, deadline=None)
def test_whatever_the_text_nothing_is_made_up(text: str) -> None:
    source = Source(text)
    result = fill(Wide, source)
    assert result.parsed is not None
    flat = re.sub(r"\s+", " ", text)
    printed = {float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*\.?\d*", text)}
    printed |= {float(each.replace(".", "").replace(",", ".")) for each in _COMMA.findall(text)}
    for trace in result.traces.values():
        assert 0 <= trace.confidence <= 1
        assert trace.value is not None or trace.reason
        number = trace.value
        if isinstance(number, int | float | Decimal) and not isinstance(number, bool):
            if trace.computed or trace.value in (0, len(result.data["risks"])):  # type: ignore[arg-type]
                continue
            unscaled = [abs(float(number)) / factor for factor in FACTORS.values()]
            assert any(abs(one - each) < 1e-6 for one in unscaled for each in printed)
    for risk in result.data["risks"]:  # type: ignore[attr-defined]
        assert risk in flat


_COMMA = re.compile(r"\d[\d.]*,?\d*")
