"""Tables as people keep them: every common way to write a CSV, and every way to get one wrong."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.documents.rows import read_rows
from dalsegno.state.errors import InputError

COLUMNS = {"id": ("number", "ticket id"), "text": ("comment", "feedback", "message")}


def _written(folder: Path, text: str | bytes) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whatever_program_wrote_it(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    lines = [["Ticket_ID", "Comment", "Shop"], ["7", "Très bien, merci; vraiment", "Nord"]]
    text = "".join(delimiter.join(f'"{each}"' for each in line) + end for line in lines)
    rows = read_rows(_written(tmp_path, text.encode(encoding)), columns=COLUMNS)
    assert rows == ({"id": "7", "text": "Très bien, merci; vraiment", "line": "2"},)


def test_a_row_begins_on_its_own_line_whatever_stands_in_it(tmp_path: Path) -> None:
    path = _written(tmp_path, 'id,text\n1,"two\nlines, ""quoted"""\n\n , \n2,one\n')
    first, second = read_rows(path, columns=COLUMNS)
    assert first == {"id": "1", "text": 'two\nlines, "quoted"', "line": "2"}
    assert second["line"] == "6"


def test_a_spreadsheet_may_say_its_delimiter(tmp_path: Path) -> None:
    rows = read_rows(_written(tmp_path, "sep=;\r\nid;text\r\n1;a, b\r\n"), columns=COLUMNS)
    assert rows == ({"id": "1", "text": "a, b", "line": "3"},)


def test_the_delimiter_is_the_one_that_makes_sense_of_the_header(tmp_path: Path) -> None:
    text = "id;text, as it was given, in full;message\n1;x;y\n"
    assert read_rows(_written(tmp_path, text), columns=COLUMNS)[0]["text"] == "y"


def test_what_is_optional_may_be_missing(tmp_path: Path) -> None:
    path = _written(tmp_path, "text\nhello\n")
    assert read_rows(path, columns=COLUMNS, optional={"id"})[0]["id"] == ""


def test_empty_cells_beyond_the_header_are_harmless(tmp_path: Path) -> None:
    path = _written(tmp_path, "id,text,,\n1,a,,\n2,b,,,\n")
    assert [row["text"] for row in read_rows(path, columns=COLUMNS)] == ["a", "b"]


def test_one_heading_is_taken_for_one_column(tmp_path: Path) -> None:
    columns = {"text": ("note",), "remark": ("note",)}
    path = _written(tmp_path, "note\nhello\n")
    row = read_rows(path, columns=columns, optional={"remark"})[0]
    assert (row["text"], row["remark"]) == ("hello", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("id,text\n", "a header and no rows"),
        ("id,coment\n1,a\n", "no column 'text'; the nearest name is 'coment'"),
        ("1,a\n2,b\n", "no column 'id'"),
        ("id,text,Text\n1,a,b\n", "several columns headed 'text'"),
        ("id,text\n1,a\n2\n", "1 cells in the row on line 3, and its header has 2"),
        ("id,text\n1,a,b\n", "3 cells in the row on line 2"),
        ('id,text\n1,a\n2,"open\n3,c\n', "begins on line 3"),
        (b"id,text\n1,a\n2,caf\xe9\n", "not in UTF-8 \\(line 3\\)"),
        (b"PK\x03\x04....", "a spreadsheet or an archive"),
        (b"%PDF-1.7", "is a PDF"),
        (b"id,text\n1,\x00\n", "zero bytes"),
        ("id,text\n1," + "x" * 200_000, "field larger"),
        ("id,text\n" + "1,a\n" * 6, "more than 5 rows"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_rows(_written(tmp_path, text), columns=COLUMNS, max_rows=5)
    assert caught.value.fix


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_rows(tmp_path / "nowhere.csv", columns=COLUMNS)
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path, columns=COLUMNS)


_CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_a_program_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], delimiter: str
) -> None:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("id", "text"), *cells])
    path = _written(tmp_path_factory.getbasetemp(), made.getvalue())
    wanted = [(a.strip(), b.strip()) for a, b in cells if a.strip() or b.strip()]
    if wanted:
        read = read_rows(path, columns=COLUMNS)
        assert [(row["id"], row["text"]) for row in read] == wanted
