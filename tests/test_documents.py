"""Reading PDFs: good ones in depth, bad ones with an error that says what is wrong."""

from pathlib import Path

import pypdfium2
import pytest
import typst
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from dalsegno.nodes.documents.deep import parse_pages
from dalsegno.nodes.documents.pdf import Page, check_pdf, read_pages
from dalsegno.nodes.documents.search import rank_pages, words_query
from dalsegno.state.errors import DocumentError

TEXT = "This page has more than twenty letters on it."


def written(path: Path, *pages: str, encrypt: StandardEncryption | None = None) -> Path:
    canvas = Canvas(str(path), encrypt=encrypt)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return path


def composed(path: Path, source: str) -> Path:
    path.write_bytes(typst.compile(input=source.encode()))
    return path


def missing(folder: Path) -> Path:
    return folder / "missing.pdf"


def directory(folder: Path) -> Path:
    return folder


def empty(folder: Path) -> Path:
    (folder / "empty.pdf").write_bytes(b"")
    return folder / "empty.pdf"


def no_pdf(folder: Path) -> Path:
    (folder / "page.pdf").write_text("<html>Not found</html>" * 100)
    return folder / "page.pdf"


def truncated(folder: Path) -> Path:
    whole = written(folder / "whole.pdf", *[TEXT] * 30).read_bytes()
    (folder / "cut.pdf").write_bytes(whole[: len(whole) * 2 // 3])
    return folder / "cut.pdf"


def damaged(folder: Path) -> Path:
    (folder / "damaged.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 500 + b"\n%%EOF\n")
    return folder / "damaged.pdf"


def encrypted(folder: Path) -> Path:
    return written(folder / "locked.pdf", TEXT, encrypt=StandardEncryption("secret"))


def image_only(folder: Path) -> Path:
    canvas = Canvas(str(folder / "scan.pdf"))
    canvas.rect(72, 72, 300, 500, fill=1)
    canvas.showPage()
    canvas.save()
    return folder / "scan.pdf"


BAD = [
    (missing, "There is no file"),
    (directory, "is a directory"),
    (empty, "is empty"),
    (no_pdf, "is not a PDF"),
    (truncated, "is truncated"),
    (damaged, "is damaged"),
    (encrypted, "is encrypted"),
    (image_only, "has no text"),
]


@pytest.mark.parametrize("read", [read_pages, check_pdf])
@pytest.mark.parametrize(("make", "message"), BAD, ids=lambda each: getattr(each, "__name__", None))
def test_a_bad_document_is_refused_with_what_is_wrong(tmp_path, make, message, read):
    with pytest.raises(DocumentError, match=message) as refused:
        read(make(tmp_path))

    assert refused.value.fix


def test_a_document_with_too_many_pages_is_refused_with_the_limit(tmp_path):
    path = written(tmp_path / "long.pdf", *[TEXT] * 4)

    with pytest.raises(DocumentError, match="4 pages; at most 3"):
        read_pages(path, max_pages=3)
    assert len(read_pages(path, max_pages=4)) == 4


def test_a_page_limit_holds_for_parsing_too(tmp_path):
    path = written(tmp_path / "long.pdf", *[TEXT] * 4)

    with pytest.raises(DocumentError, match="at most 3"):
        parse_pages(path, read_pages(path)[:1], max_pages=3)


def test_pages_are_numbered_as_a_reader_counts_them(tmp_path):
    path = written(tmp_path / "two.pdf", f"First. {TEXT}", f"Second. {TEXT}")

    check_pdf(path)
    first, second = read_pages(path)

    assert (first.number, second.number) == (1, 2)
    assert second.text.startswith("Second.")


def test_a_file_is_closed_when_it_is_refused(tmp_path):
    path = image_only(tmp_path)

    with pytest.raises(DocumentError):
        read_pages(path)

    pypdfium2.PdfDocument(path).close()
    path.unlink()


def tables(path: Path) -> list[str]:
    text = "\n".join(page.text for page in parse_pages(path, read_pages(path)))
    return [line for line in text.split("\n") if line.startswith("|") and "---" not in line]


GRID = "#table(columns: ({columns}), stroke: none, align: right, {cells})"


def grid(columns: int, *rows: str) -> str:
    cells = []
    for row in rows:
        for cell in row.split("|"):
            text, _, span = cell.strip().partition("{")
            shown = f"[#{_literal(text.strip())}]"
            if span:
                shown = f"table.cell(colspan: {span.rstrip('}')}, align: center){shown}"
            cells.append(shown)
    widths = ", ".join(["1fr", *["auto"] * (columns - 1)])
    return GRID.format(columns=widths, cells=", ".join(cells))


def _literal(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def test_headings_with_narrow_gaps_stand_over_their_own_columns(tmp_path):
    path = composed(
        tmp_path / "narrow.pdf",
        grid(
            4, " | 2023 | 2022 | % change", "Revenue | 48.6 | 45.1 | 8%", "Costs | 9.2 | 7.0 | 31%"
        ),
    )

    assert tables(path) == [
        "|  | 2023 | 2022 | % change |",
        "| Revenue | 48.6 | 45.1 | 8% |",
        "| Costs | 9.2 | 7.0 | 31% |",
    ]


def test_a_heading_over_several_columns_belongs_to_each(tmp_path):
    path = composed(
        tmp_path / "spans.pdf",
        grid(
            5,
            " | Group {2} | Company {2}",
            " | 2023 | 2022 | 2023 | 2022",
            "Revenue | 88,412 | 79,305 | 12,400 | 11,950",
            "Profit | 9,352 | 7,424 | 5,370 | 5,263",
        ),
    )

    assert tables(path)[0] == "|  | Group 2023 | Group 2022 | Company 2023 | Company 2022 |"


def test_a_column_of_notes_is_told_from_the_amounts(tmp_path):
    path = composed(
        tmp_path / "notes.pdf",
        grid(
            4,
            " | | 2023 | 2022",
            "Revenue | 4 | 88,412 | 79,305",
            "Costs | 5 | (55,120) | (50,118)",
            "Profit | | 33,292 | 29,187",
        ),
    )

    assert tables(path) == [
        "|  | Note | 2023 | 2022 |",
        "| Revenue | 4 | 88,412 | 79,305 |",
        "| Costs | 5 | (55,120) | (50,118) |",
        "| Profit |  | 33,292 | 29,187 |",
    ]


def test_a_table_goes_on_under_its_headings_on_the_next_page(tmp_path):
    head = grid(3, " | 2023 | 2022", "Sales | 8,016 | 7,445", "Costs | 5,803 | 5,449")
    tail = grid(3, "Income taxes | 194 | 155", "Net earnings | 687 | 551")
    path = composed(tmp_path / "broken.pdf", f"{head}\n#pagebreak()\n{tail}")

    assert tables(path)[3:] == [
        "|  | 2023 | 2022 |",
        "| Income taxes | 194 | 155 |",
        "| Net earnings | 687 | 551 |",
    ]


def test_thousands_parted_by_spaces_are_one_number(tmp_path):
    path = composed(
        tmp_path / "spaces.pdf",
        grid(3, " | 2023 | 2022", "Net sales | 104 732 | 98 315", "Costs | −71 204 | −67 880"),
    )

    assert tables(path)[1:] == ["| Net sales | 104 732 | 98 315 |", "| Costs | −71 204 | −67 880 |"]


def test_two_digit_numbers_are_no_years(tmp_path):
    path = composed(
        tmp_path / "small.pdf",
        grid(4, " | 2021 | 2022 | 2023", "Net income | 71 | 52 | 98", "Dividend | 11 | 12 | 13"),
    )

    assert tables(path)[1] == "| Net income | 71 | 52 | 98 |"


def test_a_pages_foot_is_no_row(tmp_path):
    source = "#set page(footer: [Company 2023 #h(1fr) 4])\n" + grid(
        3, " | 2023 | 2022", "Sales | 8,016 | 7,445", "Costs | 5,803 | 5,449"
    )

    assert len(tables(composed(tmp_path / "foot.pdf", source))) == 3


def test_the_page_with_the_figures_ranks_before_the_one_about_them():
    pages = (
        Page(number=1, text="Net sales may fall if demand for what we make is weak. " * 5),
        Page(number=2, text="Net sales 1,234 1,141\nCost of sales 702 661\nNet income 136 115"),
    )

    ranked = rank_pages(pages, ["net sales OR net income"], numbers=True)

    assert [page.number for page in ranked] == [2, 1]


def test_a_question_is_asked_by_its_telling_words():
    assert words_query("What was the net income of the group?") == "net OR income OR group"


def test_a_query_without_words_matches_nothing():
    assert rank_pages((Page(number=1, text=TEXT),), ["", '"" OR ()']) == ()
