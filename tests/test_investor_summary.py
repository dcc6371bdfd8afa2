"""The main job, whole, on the bundled report: read, draft, review four ways, deliver."""

import re
import shutil
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from dalsegno import Run, Runtime
from dalsegno.nodes.documents.pdf import read_pages
from dalsegno.runtime.progress import Progress
from dalsegno.state.errors import ConflictError


@pytest.fixture
def paused(runtime: Runtime, sample: Path) -> Run:
    run = runtime.start("investor_summary", {"document": str(sample)})
    assert run.status == "paused", run.error
    return run


def _output(run: Run) -> dict[str, Any]:
    assert run.output is not None
    return dict(run.output)


def _decide(runtime: Runtime, run: Run, **decision: object) -> Run:
    return runtime.decide(run.reviews()[0].id, decision, by="ana")


def _text_of(path: str) -> str:
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def test_I7_it_pauses_for_a_person_with_figures_and_a_draft(paused: Run) -> None:
    review = paused.reviews()[0]
    assert review.node == "final_approval"
    assert review.allowed == ("approve", "edit", "reject", "respond")
    assert set(review.args) == {"summary", "email"}
    figures = _output(paused)["figures"]
    assert figures["revenue"]["value"] == 412.6
    assert figures["operating_expenses"]["value"] == 130.5
    assert figures["net_income"]["value"] == 48.5
    assert figures["revenue_growth"]["value"] == 12
    for name in ("revenue", "operating_expenses", "net_income"):
        figure = figures[name]
        assert (figure["currency"], figure["scale"]) == ("USD", "millions")
        assert figure["period"] == "2025"
        assert figure["page"] == 1
        assert 0.8 <= figure["confidence"] <= 1


def test_I7_every_figure_stands_on_the_page_that_it_names(paused: Run, sample: Path) -> None:
    pages = {page.number: re.sub(r"\s+", "", page.text) for page in read_pages(sample)}
    for figure in _output(paused)["figures"].values():
        words = re.sub(r"\s+", "", figure["evidence"].replace("…", ""))
        assert words[:20] in pages[figure["page"]]
        assert f"{figure['value']:g}" in figure["evidence"]


def test_I7_the_summary_is_short_and_every_sentence_can_be_traced(
    paused: Run, sample: Path
) -> None:
    output = _output(paused)
    summary = output["summary"]
    assert len(summary.split()) <= 300
    figures, trends, risks = summary.split("\n\n")[1:]
    assert len(re.findall(r"\d[\d.,]*\s?(?:%|million|per cent)", figures)) >= 3
    assert len(re.findall(r"\(p\. \d\)", risks)) >= 3
    pages = {page.number: re.sub(r"\W+", "", page.text) for page in read_pages(sample)}
    for paragraph in (trends, risks):
        said = paragraph.split(". ", 1)[1]
        for sentence, page in re.findall(r"(.+?) \(p\. (\d+)\) ?", said):
            assert re.sub(r"\W+", "", sentence) in pages[int(page)], sentence
    for each in (*output["trends"], *output["risks"]):
        assert re.sub(r"\W+", "", each["evidence"]) in pages[each["page"]]


def test_I7_the_draft_pdf_and_email_are_there_for_the_reviewer(paused: Run) -> None:
    pdf, email = sorted(paused.artifacts, reverse=True)
    assert "412.6" in _text_of(pdf)
    assert "DRAFT" in _text_of(pdf).upper()
    assert Path(email).read_text() == paused.reviews()[0].args["email"]


def test_I7_approve_delivers(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="approve")
    assert (run.status, _output(run)["outcome"]) == ("completed", "approved")
    assert run.reviews() == ()
    pdf, email = sorted(run.artifacts, reverse=True)
    assert "DRAFT" not in _text_of(pdf).upper()
    assert Path(email).read_text() == _output(paused)["email"]


def test_I7_edit_delivers_the_edited_text(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="edit", args={"summary": "A steady year, in short."})
    assert (run.status, _output(run)["outcome"]) == ("completed", "edited")
    pdf, email = sorted(run.artifacts, reverse=True)
    assert "A steady year, in short." in _text_of(pdf)
    assert "A steady year, in short." in Path(email).read_text()
    assert _output(paused)["summary"] not in Path(email).read_text()


def test_I7_what_an_editor_took_out_does_not_come_back(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="edit", args={"summary": "A steady year, in short."})
    printed = _text_of(max(run.artifacts))
    assert "Further" not in printed
    assert "order backlog" not in printed


def test_I7_a_document_that_changed_under_the_run_is_not_mixed_in(
    runtime: Runtime, sample: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.pdf"
    shutil.copy(sample, report)

    def swap(step: Progress) -> None:
        if (step.node, step.kind) == ("select", "done"):
            report.write_bytes(sample.read_bytes() + b"\n")

    run = runtime.start("investor_summary", {"document": str(report)}, watch=swap)
    assert run.status == "failed"
    assert run.error is not None
    assert "changed since" in str(run.error["message"])
    shutil.copy(sample, report)
    assert runtime.resume(run).status == "paused"


def test_I7_an_edited_email_is_sent_as_it_was_edited(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="edit", args={"email": "Dear all, see the PDF."})
    email = min(run.artifacts)
    assert Path(email).read_text() == "Dear all, see the PDF."
    assert _output(run)["summary"] == _output(paused)["summary"]


def test_I7_reject_goes_back_to_the_writer_with_the_message(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="reject", message="Say how the warranty could hurt us.")
    assert run.status == "paused"
    assert _output(run)["rounds"] == 2
    assert "warranty" in _output(run)["summary"]
    assert [review.id for review in run.reviews()] == [f"{run.id}.2"]


def test_I7_a_reviewer_who_wants_it_shorter_gets_it_shorter(runtime: Runtime, paused: Run) -> None:
    run = _decide(runtime, paused, type="reject", message="Much shorter please.")
    assert len(_output(run)["summary"].split()) <= 150


def test_I7_the_third_rejection_ends_the_run_with_everything_kept(
    runtime: Runtime, paused: Run
) -> None:
    run = paused
    for _ in range(3):
        assert run.status == "paused"
        run = _decide(runtime, run, type="reject", message="Not yet.")
    assert (run.status, _output(run)["outcome"]) == ("completed", "rejected")
    assert _output(run)["figures"]["revenue"]["value"] == 412.6
    assert _output(run)["summary"]
    folders = {Path(path).parent.name for path in run.artifacts}
    assert folders == {"draft-3"}, "a rejected summary is not delivered"
    drafts = sorted(Path(run.artifacts[0]).parents[1].glob("draft-*/*.pdf"))
    assert len(drafts) == 3, "every draft is kept"


def test_I7_respond_is_answered_from_the_report_and_asked_again(
    runtime: Runtime, paused: Run
) -> None:
    run = _decide(runtime, paused, type="respond", message="How large is the order backlog?")
    assert run.status == "paused"
    exchange = _output(run)["questions"][0]
    assert "$236.0 million" in exchange["answer"]
    assert exchange["page"] == 2
    description = run.reviews()[0].request["action_requests"][0]["description"]  # type: ignore[index]
    assert "$236.0 million" in description
    assert _output(run)["rounds"] == 1, "a question is no round"


def test_I7_a_question_that_the_report_does_not_answer_is_said_so(
    runtime: Runtime, paused: Run
) -> None:
    run = _decide(runtime, paused, type="respond", message="Who won the xylophone championship?")
    exchange = _output(run)["questions"][0]
    assert exchange["page"] is None
    assert "nothing" in exchange["answer"]


def test_I7_a_second_decision_is_a_conflict_that_says_who_was_first(
    runtime: Runtime, paused: Run
) -> None:
    review = paused.reviews()[0].id
    runtime.decide(review, {"type": "approve"}, by="ana")
    with pytest.raises(ConflictError, match="approve by 'ana'"):
        runtime.decide(review, {"type": "reject"}, by="ben")
    assert _output(runtime.run(paused.id))["outcome"] == "approved"


def test_I7_the_files_go_where_the_input_says(
    runtime: Runtime, sample: Path, tmp_path: Path
) -> None:
    run = runtime.start(
        "investor_summary", {"document": str(sample), "out": str(tmp_path / "here")}
    )
    done = _decide(runtime, run, type="approve")
    assert {Path(path).parent for path in done.artifacts} == {tmp_path / "here"}


def test_I7_usage_is_counted_for_each_model_step(paused: Run) -> None:
    metrics: Any = paused.metrics
    assert [row["step"] for row in metrics["by_step"]] == ["extract", "risks", "trends", "write"]
    assert metrics["input_tokens"] == sum(row["input_tokens"] for row in metrics["by_step"])
    assert metrics["cost_usd"] == 0
    assert metrics["estimated"] is True


def test_I7_the_trace_holds_every_step_in_order(paused: Run) -> None:
    steps = [step.node for step in paused.trace]
    assert steps[:4] == ["load", "select", "parse", "extract"]
    assert set(steps[4:6]) == {"trends", "risks"}
    assert steps[6:] == ["write", "format", "final_approval"]
    assert [step.outcome for step in paused.trace][-1] == "paused"
