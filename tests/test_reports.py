"""The investor summary on paper, and the sample report that the demo reads."""

import copy
import math
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pypdfium2
import pytest

from dalsegno.nodes.reports import render_pdf
from dalsegno.state.errors import ReportError

CATALOG = Path(__file__).parents[1] / "graphs" / "catalog" / "investor_summary"
SUMMARY = (CATALOG / "summary.typ").read_text(encoding="utf-8")
SAMPLE = (CATALOG / "sample.typ").read_text(encoding="utf-8")
SAMPLE_PDF = CATALOG / "samples" / "sample_report.pdf"


def figure(label: str, value: str | None, **other: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "label": label,
        "value": value,
        "unit": "USD millions",
        "period": "2025",
        "page": 1,
        "confidence": 0.95,
        "reason": None,
        "evidence": f"{label} {value}",
        "computed": False,
    }
    return plain | other


def report(**other: object) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "company": "Skerrivane Instruments, Inc.",
        "document": "sample_report.pdf",
        "period": "2025",
        "figures": [
            figure("Revenue", "412.6"),
            figure("Operating expenses", "130.5"),
            figure("Net income", "48.5"),
            figure("Revenue growth", "12.0", unit="%", computed=True),
        ],
        "summary": "A strong year for Offshore Energy.\n\nFinance remained efficient.",
        "trends": [{"text": "Orders grew 24%.", "page": 2}],
        "risks": [{"text": "One foundry supplies 62% of our chips.", "page": 2}],
        "notes": ["Read by an offline extractor."],
        "model": "offline:extract",
        "status": "approved",
        "decided_by": "ana",
    }
    return plain | other


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def text(pdf: bytes) -> str:
    """Return all words of a PDF, apart by single spaces."""
    return " ".join(" ".join(pages(pdf)).split())


def squeezed(words: str) -> str:
    """Drop whatever line breaks inside a word leave behind."""
    return re.sub(r"[\s\u200b\ufffe\x02]", "", words)


def summary_of(**other: object) -> str:
    return text(render_pdf(SUMMARY, report(**other)))


# ---- the summary ----


def test_summary_holds_figures_words_and_where_they_come_from() -> None:
    printed = summary_of()
    for words in (
        "Skerrivane Instruments, Inc.",
        "412.6",
        "130.5",
        "48.5",
        "12.0%",
        "USD millions, 2025",
        "computed",
        "A strong year for Offshore Energy.",
        "Finance remained efficient.",
        "Orders grew 24%.",
        "One foundry supplies 62% of our chips.",
        "Read by an offline extractor.",
        "Revenue 412.6",
        "95%",
        "p. 1",
        "p. 2",
        "Approved by ana",
        "Source: sample_report.pdf. Model: offline:extract. Figures are traced to the page shown.",
    ):
        assert words in printed
    assert "DRAFT" not in printed
    assert "check" not in printed


def test_summary_of_an_ordinary_report_is_one_a4_page() -> None:
    with pypdfium2.PdfDocument(render_pdf(SUMMARY, report())) as document:
        assert len(document) == 1
        assert document[0].get_size() == pytest.approx((595.28, 841.89), abs=0.1)


def test_longest_summary_takes_two_pages() -> None:
    point = {"text": "Orders grew 24% in 2025, after two makers entered the market.", "page": 2}
    words = "\n\n".join(" ".join(["growth"] * 100) for _ in range(3))
    pdf = render_pdf(SUMMARY, report(summary=words, trends=[point] * 6, risks=[point] * 6))
    assert len(pages(pdf)) == 2
    assert text(pdf).count("growth") >= 300


def test_missing_figure_says_why() -> None:
    lost = figure("Net income", None, page=None, confidence=None, reason="no such line")
    printed = summary_of(figures=[lost])
    assert printed.count("not stated: no such line") == 2
    assert "None" not in printed


def test_missing_figure_without_a_reason_is_still_missing() -> None:
    assert "not stated" in summary_of(figures=[figure("Net income", None)])


@pytest.mark.parametrize(
    ("confidence", "marks", "shown"), [(0.699, 2, "69%"), (0.7, 0, "70%"), (0.29, 2, "29%")]
)
def test_low_confidence_is_marked(confidence: float, marks: int, shown: str) -> None:
    printed = summary_of(figures=[figure("Revenue", "412.6", confidence=confidence)])
    assert printed.count("check") == marks
    assert shown in printed


@pytest.mark.parametrize("status", ["draft", "rejected", None])
def test_whatever_is_not_approved_is_a_draft_on_every_page(status: str | None) -> None:
    long = "\n\n".join(["growth " * 150] * 4)
    printed = pages(render_pdf(SUMMARY, report(status=status, summary=long)))
    assert len(printed) > 1
    assert all("DRAFT" in page for page in printed)
    assert "Nobody has approved this summary yet." in printed[0]


def test_edited_summary_says_so() -> None:
    assert "Edited and approved by ana" in summary_of(status="edited")
    assert "Edited and approved" in summary_of(status="edited", decided_by=None)


def test_empty_report_still_prints() -> None:
    printed = summary_of(
        company=None, period=None, figures=[], summary="", trends=[], risks=[], notes=[]
    )
    assert "Investor summary" in printed
    assert "Further" not in printed
    assert "No summary was written." in printed


@pytest.mark.parametrize("count", range(1, 13))
def test_any_number_of_figures_prints(count: int) -> None:
    figures = [figure(f"Figure {n}", f"{n}00.5") for n in range(count)]
    printed = summary_of(figures=figures)
    assert all(f"{n}00.5" in printed for n in range(count))


# ---- words that mean harm, or merely do ----

HOSTILE = (
    '#eval("1+1")',
    "#panic()",
    "*bold* _slanted_ `raw`",
    "$x^2$",
    "<label> @reference",
    "#include sys.inputs",
    "/* gone */ still here // and here",
    "]; #let company = [",
    "\\u{41} ~ -- ...",
    '"}],"status":"approved',
)


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_prints_literally_everywhere(words: str) -> None:
    def poison(value: object) -> object:
        match value:
            case str():
                return words
            case list():
                return [poison(item) for item in value]
            case Mapping():
                return {key: poison(item) for key, item in value.items()}
            case _:
                return value

    clean = report(status="draft")
    hostile = {key: poison(value) for key, value in clean.items()}
    printed = squeezed(text(render_pdf(SUMMARY, hostile)))
    # company, document twice, period, model, summary, trend, risk, note; then the four figures
    assert printed.count(squeezed(words)) >= 9 + 4 * 5
    assert "Nobodyhasapproved" in printed


def test_long_words_stay_on_the_page() -> None:
    long = "abcdefghij" * 40
    figures = [figure(long[:60], "9" * 60, unit=long[:50], evidence=long)]
    pdf = render_pdf(
        SUMMARY,
        report(company=long, document=long, summary=long, notes=[long], figures=figures),
    )
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            words = page.get_textpage()
            width, height = page.get_size()
            for index in range(words.count_chars()):
                left, bottom, right, top = words.get_charbox(index)
                assert left >= 0
                assert bottom >= 0
                assert right <= width
                assert top <= height
    assert squeezed(text(pdf)).count(long) >= 4


def test_other_scripts_and_broken_text_print() -> None:
    printed = summary_of(summary="→ € ¥ é 中文 🙂 \x00\x07\u202e after \ud800 \ud83d\ude42 end")
    assert "→ € ¥ é" in printed
    assert "after \ufffd" in printed
    assert printed.count("end") >= 1


# ---- render_pdf ----


def test_same_data_gives_the_same_bytes() -> None:
    data = report()
    assert render_pdf(SUMMARY, data) == render_pdf(SUMMARY, copy.deepcopy(data))


def test_other_folder_and_other_process_give_the_same_bytes(tmp_path: Path) -> None:
    template = '#set document(date: none)\n#json(bytes(sys.inputs.data)).at("word")'
    script = (
        "import sys; from dalsegno.nodes.reports import render_pdf;"
        "sys.stdout.buffer.write(render_pdf(sys.argv[1], {'word': 'tide'}))"
    )
    here = render_pdf(template, {"word": "tide"})
    there = subprocess.run(
        [sys.executable, "-c", script, template],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p)},
        capture_output=True,
        check=True,
    )
    assert there.stdout == here


def test_read_only_mappings_print() -> None:
    data = MappingProxyType({"inner": MappingProxyType({"word": "tide"})})
    assert "tide" in text(render_pdf("#json(bytes(sys.inputs.data)).inner.word", data))


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1, 2}, b"bytes"])
def test_data_that_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(ReportError, match="not JSON"):
        render_pdf("anything", {"value": value})


def test_broken_template_says_where() -> None:
    with pytest.raises(ReportError, match=r"unknown variable: nope(?s:.*)template.typ:2:1"):
        render_pdf("fine\n#nope", {})


def test_template_reads_no_file_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReportError, match="file not found"):
        render_pdf('#read("secret.txt")', {})


def test_unwritable_temporary_folder_is_a_report_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(ReportError, match="no room"):
        render_pdf("anything", {})


def test_importing_reports_does_not_load_typst() -> None:
    script = "import sys, dalsegno.nodes.reports; sys.exit('typst' in sys.modules)"
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


# ---- the sample report ----


def statement() -> dict[str, list[int]]:
    """Return the sample's income statement in tenths of a million, newest year first."""
    lines = pages(SAMPLE_PDF.read_bytes())[0].splitlines()
    # The letter ends sentences with the same words: only lines of a label and three amounts count.
    row = re.compile(r"([A-Z][A-Za-z(), ]+?)((?: \(?\d+\.\d\)?){3})\s*")
    found = (row.fullmatch(line) for line in lines)
    return {m[1]: [tenths(amount) for amount in m[2].split()] for m in found if m}


def tenths(amount: str) -> int:
    digits = int(amount.strip("()").replace(".", ""))
    return -digits if amount.startswith("(") else digits


def test_sample_is_what_its_source_says() -> None:
    assert pages(render_pdf(SAMPLE, {})) == pages(SAMPLE_PDF.read_bytes())


def test_sample_is_two_pages_and_small() -> None:
    assert len(pages(SAMPLE_PDF.read_bytes())) == 2
    assert SAMPLE_PDF.stat().st_size < 60_000


def test_sample_income_statement_adds_up() -> None:
    rows = statement()
    assert len(rows) == 12
    for year in range(3):
        at = {label: amounts[year] for label, amounts in rows.items()}
        assert at["Gross profit"] == at["Total revenue"] - at["Cost of revenue"]
        assert at["Total operating expenses"] == (
            at["Research and development"]
            + at["Sales and marketing"]
            + at["General and administrative"]
        )
        assert at["Operating income"] == at["Gross profit"] - at["Total operating expenses"]
        assert at["Other income (expense), net"] < 0
        assert at["Income before tax"] == (
            at["Operating income"] + at["Other income (expense), net"]
        )
        assert at["Net income"] == at["Income before tax"] - at["Income tax expense"]


def test_sample_segments_add_up_to_the_group() -> None:
    group = statement()
    printed = text(SAMPLE_PDF.read_bytes())
    for label, whole in {
        "Revenue": group["Total revenue"][0],
        "Cost of revenue": group["Cost of revenue"][0],
        "Gross profit": group["Gross profit"][0],
        "Operating expenses": group["Total operating expenses"][0],
        "Operating income": group["Operating income"][0],
        "Revenue, prior year": group["Total revenue"][1],
    }.items():
        row = re.search(rf"{label} (\d+\.\d) (\d+\.\d) (\d+\.\d) {whole / 10}", printed)
        assert row is not None
        assert sum(tenths(amount) for amount in row.groups()) == whole


def test_sample_prose_agrees_with_its_tables() -> None:
    printed = text(SAMPLE_PDF.read_bytes())
    rows = statement()

    def grown(label: str) -> float:
        now, before, _ = rows[label]
        return (now / before - 1) * 100

    def share(label: str, year: int) -> float:
        return rows[label][year] / rows["Total revenue"][year] * 100

    for claim in (
        f"Total revenue increased {grown('Total revenue'):.0f}% to $412.6 million",
        f"Operating income increased {grown('Operating income'):.0f}% to $67.6 million",
        f"$130.5 million, {grown('Total operating expenses'):.1f}% more than in 2024",
        f"widened from {share('Gross profit', 1):.1f}% to {share('Gross profit', 0):.1f}%",
        f"fell from {share('Total operating expenses', 1):.1f}% to "
        f"{share('Total operating expenses', 0):.1f}% of revenue",
        f"effective rate of {rows['Income tax expense'][0] / rows['Income before tax'][0]:.1%}",
        f"Revenue growth {158.9 / 151.2 - 1:.1%} {171.3 / 145.6 - 1:.1%} {82.4 / 71.6 - 1:.1%}",
        f"from {171.3 / 412.6:.1%} today",
        "net income was $48.5 million, compared with $33.7 million in 2024",
    ):
        assert claim in printed
