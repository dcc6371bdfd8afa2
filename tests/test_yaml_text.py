"""Definitions as text: what is read, what is refused and where, and that writing loses nothing."""

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dalsegno.graphs.yaml_text import (
    MAX_BYTES,
    Place,
    Text,
    located,
    read_file,
    read_text,
    write_text,
)
from dalsegno.state.errors import DefinitionError, InputError, Problem

DEFINITION = """\
# Answers letters.
name: letters
steps:
  - id: draft
    prompt: |
      Answer {letter}.
    when: "not done"
  - id: 'check'
    after: [draft, "x\\ty"]
    limits: {tries: 3}
    empty:
"""


def _refused(text: str | bytes) -> DefinitionError:
    with pytest.raises(DefinitionError) as refused:
        read_text(text, source="flow.yaml")
    return refused.value


def _data(text: str | bytes) -> object:
    return read_text(text, source="flow.yaml").data


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("on", "on"),
        ("yes", "yes"),
        ("n", "n"),
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("none", "none"),
        ("12", 12),
        ("-012", -12),
        ("+3", 3),
        ("0x1F", 31),
        ("0o17", 15),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.inf", -math.inf),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("http://x/y", "http://x/y"),
        ("'12'", "12"),
        ('"true"', "true"),
        ('"\\ud83d\\ude00"', "😀"),
        ("!!str 12", "12"),
        ("!!str", ""),
        ("!!int 12", 12),
        ("!!seq [1]", [1]),
        ("# nothing", None),
    ],
)
def test_a_word_means_what_the_core_schema_says(word: str, meaning: object) -> None:
    found = _data(f"key: {word}\n")
    assert found == {"key": meaning}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(meaning)


def test_nan_is_a_float() -> None:
    found = _data("key: .nan")
    assert isinstance(found, dict)
    assert math.isnan(found["key"])


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": [true, null, "x"]}',
        '{\n\t"a":1,\n\t"b": [\n\t\ttrue, null, "x"\n\t]\n}\n',
        "a: 1\r\nb:\r\n  - true\r\n  -\r\n  - x\r\n",
        "\ufeffa: 1\nb: [true, ~, x]\n",
        b"\xef\xbb\xbf---\na: 1\nb: [true, ~, x]\n...\n",
        "%YAML 1.2\n---\na: 1\nb: [true, ~, x]\n",
        "? a\n: 1\n? b\n:\n- true\n-\n- x\n",
    ],
)
def test_every_manner_of_writing_gives_the_same_data(text: str | bytes) -> None:
    assert _data(text) == {"a": 1, "b": [True, None, "x"]}


def test_an_alias_gives_the_same_data_again() -> None:
    text = "a: &a # here\n  b: [1, &x y]\nc: *a\nd: *x\n"
    read = read_text(text, source="flow.yaml")
    assert read.data == {"a": {"b": [1, "y"]}, "c": {"b": [1, "y"]}, "d": "y"}
    assert read.place(("c",)) == Place(3, 4)
    assert read.place(("c", "b", 0)) == read.place(("a", "b", 0)) == Place(2, 7)
    assert read.place(("a",)) == Place(2, 3)
    assert read.place(("a", "b", 1)) == Place(2, 13)


@pytest.mark.parametrize(
    ("path", "at", "offset", "line", "column"),
    [
        ((), "value", 0, 2, 1),
        (("name",), "key", 0, 2, 1),
        (("name",), "value", 0, 2, 7),
        (("name",), "value", 3, 2, 10),
        (("name",), "value", 99, 2, 14),
        (("steps",), "key", 0, 3, 1),
        (("steps",), "value", 0, 4, 3),
        (("steps", 0), "value", 0, 4, 5),
        (("steps", 0), "key", 0, 4, 5),
        (("steps", 0, "prompt"), "value", 0, 5, 13),
        (("steps", 0, "prompt"), "value", 5, 5, 13),
        (("steps", 0, "when"), "value", 0, 7, 11),
        (("steps", 0, "when"), "value", 4, 7, 16),
        (("steps", 1, "id"), "value", 1, 8, 11),
        (("steps", 1, "after", 0), "value", 1, 9, 14),
        (("steps", 1, "after", 1), "value", 2, 9, 24),
        (("steps", 1, "limits"), "key", 0, 10, 5),
        (("steps", 1, "limits", "tries"), "value", 2, 10, 21),
        (("steps", 1, "empty"), "value", 0, 11, 11),
        # What is not there: the nearest part above it.
        (("nothing",), "key", 0, 2, 1),
        (("name", "deeper"), "value", 0, 2, 1),
        (("steps", 1, "model"), "key", 0, 8, 5),
        (("steps", 2, "model"), "value", 0, 3, 1),
        (("steps", 1, "limits", "time"), "value", 0, 10, 5),
        (("steps", -1), "value", 0, 3, 1),
    ],
)
def test_every_part_knows_its_place(
    path: tuple[str | int, ...], at: str, offset: int, line: int, column: int
) -> None:
    read = read_text(DEFINITION, source="flow.yaml")
    assert read.place(path, at=at, offset=offset) == Place(line, column)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        # Not one mapping.
        ("", 1, 1, "holds nothing"),
        ("\n# only this\n", 1, 1, "holds nothing"),
        ("---\n", 1, 1, "holds nothing"),
        ("%FOO\n", 2, 1, "ends before a definition begins"),
        ("- a\n- b\n", 1, 1, "is a mapping, but this is a list"),
        ("just words", 1, 1, "is a mapping, but this is 'just words'"),
        ("null", 1, 1, "is a mapping, but this is 'null'"),
        ("a: 1\n---\nb: 1\n", 2, 1, "second document begins here"),
        ("a: 1\n...\nb: 1\n", 3, 1, "second document begins here"),
        ("%YAML 1.1\n---\na: 1", 1, 1, "asks for another YAML than 1.2"),
        ("%YAML 1.12\n---\na: 1", 1, 1, "asks for another YAML than 1.2"),
        ('{"a": 1} b', 1, 10, "'b' stands after the end of the definition"),
        # Keys.
        ("a: 1\nb: 2\na: 3\n", 3, 1, "'a' is here for the second time; the first is on line 1"),
        ('{"a": 1,\n "a": 2}', 2, 2, "the first is on line 1"),
        ("x:\n  1: a\n", 2, 3, "The key '1' is not text.*Put it in quotes: '1'"),
        ("true: a", 1, 1, "The key 'true' is not text"),
        (": a", 1, 1, "The key before this ':' is missing"),
        ("? [a]\n: b", 1, 3, "A list or a mapping cannot be a key: '.a.'"),
        ("a: &a x\n*a : 2", 2, 1, "An alias cannot be a key"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", 3, 3, "'<<' would merge"),
        # Aliases and tags.
        ("a: *b", 1, 4, "'.b' names no anchor above it"),
        ("a: &draft 1\nb: *draf", 2, 4, "the nearest name is 'draft'"),
        ("a: **bold** text", 1, 4, "begins with '.' in quotes"),
        ("a: * bold", 1, 4, "begins an alias, but no name follows"),
        ("a: &a\n  b: *a", 2, 6, "stands inside the value that it names"),
        ("a: !foo x", 1, 4, "tag '!foo' cannot be used"),
        ("a: &x  !foo x", 1, 8, "tag '!foo' cannot be used"),
        ("a: !!python/object/apply:os.system [x]", 1, 4, "'!!python/object/apply:os.system'"),
        ("a: !!foo  &x x", 1, 4, "tag '!!foo' cannot be used"),
        ("!!omap {a: 1}", 1, 1, "tag '!!omap'"),
        ("a: !!binary aGk=", 1, 4, "tag '!!binary'"),
        ("a: !!set {b}", 1, 4, "tag '!!set'"),
        ("a: !!int b", 1, 4, "tag '!!int'"),
        ("a: !e!x b", 1, 4, "begins a tag"),
        ("!x", 1, 1, "tag '!x'"),
        # Grammar.
        ("a:\n\t- b", 2, 1, "A tab stands where only spaces may"),
        ("a:\n\tb: 1", 2, 1, "A tab stands"),
        ("a: @b", 1, 4, "cannot begin with '@': '@b'"),
        ("a: `b`", 1, 4, "cannot begin with '`'"),
        ("a: b: c", 1, 5, "This ':' is not expected here: 'a: b: c'"),
        ("a: 1\n  b: 2", 2, 4, "':' is not expected here: 'b: 2'"),
        ("a: 1\nbroken\nc: 2", 2, 1, "'broken' is not 'key: value'"),
        ("a:\n- b\n-c\n", 3, 1, "'-c' is not 'key: value'.*'- entry' with its space"),
        ("a:\n  - b\n c: 1", 3, 2, "'c: 1' does not continue what began on line 1"),
        ('a: "x" y', 1, 8, "'y' stands after a value that is already complete"),
        ("a: 'it's'", 1, 8, "Put the whole value in quotes"),
        ("a: - b", 1, 4, "A list cannot begin here: '- b'"),
        ("a: ? b", 1, 4, "A '. ' cannot stand here"),
        ("a: 'x\nb: 1\n", 1, 4, 'This quote is never closed: "\'x"'),
        ('a: "x\n---\n', 1, 4, "This quote is never closed"),
        ("a: [1, 2", 1, 4, "This bracket is never closed: '.1, 2'.*Close it with ']'"),
        ("a: {b: 1\n", 1, 4, "never closed: '{b: 1'.*Close it with '}'"),
        ("a: {b: 1]", 1, 9, "A ',' or '}' is missing before ']'; the bracket began on line 1"),
        ("a: [1,\n", 2, 1, "The text ends where a value should stand"),
        ("a: [,]", 1, 5, "A value should stand here, not ',.'"),
        ("a: ]", 1, 4, "A value should stand here, not ']'"),
        ('a: "\\d"', 1, 6, "a backslash before 'd' means nothing"),
        ('a: "\\x1"', 1, 7, "needs 2 hexadecimal digits"),
        ('a: "\\UFFFFFFFF"', 1, 7, "Here is no YAML"),
        ('a: "\\ud83d"', 1, 4, "one half of an escaped character"),
        ("a: | x\n  b", 1, 6, "begins on the next line, but here is 'x'"),
        ("%TAG !\n---\na: 1", 1, 7, "instruction to the reader"),
        # Numbers that cannot be kept.
        ("a: " + "9" * 401, 1, 4, "a number of 401 digits"),
        ("a: 1e999", 1, 4, "'1e999' is a number that is too large"),
        # Bounds.
        ("a: " + "[" * 60, 1, 54, "more than 50 deep"),
        ("".join(f"{' ' * n}a:\n" for n in range(60)), 51, 51, "more than 50 deep"),
        (
            "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60)),
            *(50, 12, "more than 50 deep"),
        ),
        ("a:\n" + "- b\n" * 20_000, 10_000, 3, "more than 10,000 values"),
        ("a: " + "x" * MAX_BYTES, 1, 1, "more than 200,000 bytes"),
        ("a: " + "é" * (MAX_BYTES // 2), 1, 1, "more than 200,000 bytes"),
        (b"x" * (MAX_BYTES + 1), 1, 1, "more than 200,000 bytes"),
        # Not text.
        (b"%PDF-1.7\n\xff", 1, 1, "This is a PDF, not a definition"),
        (b"PK\x03\x04abc", 1, 1, "a ZIP archive or an Office document"),
        ("a: 1".encode("utf-16"), 1, 1, "UTF-16 text.*Save it as UTF-8"),
        ("a: 1".encode("utf-16-be"), 1, 1, "UTF-16 text.*Save it as UTF-8"),
        (b"\x7fELF\0\1\0\0", 1, 1, "a binary file"),
        ("a: \0", 1, 1, "a binary file"),
        (b"a: 1\nb: caf\xe9\n", 2, 7, "The byte 0xe9 here is not UTF-8"),
        ("a: 1\nb: \x07", 2, 4, r"U\+0007 cannot stand.*\\u0007 in double quotes"),
        ("a: x\u2028y", 1, 5, r"U\+2028 cannot stand"),
        ("a: \ud800", 1, 4, r"U\+D800 cannot stand"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(
    text: str | bytes, line: int, column: int, said: str
) -> None:
    error = _refused(text)
    (problem,) = error.problems
    assert (problem.line, problem.column) == (line, column)
    assert error.source == "flow.yaml"
    assert problem.fix
    whole = str(error).replace("\n", " ")
    assert whole.startswith(f"flow.yaml:{line}:{column}: ")
    assert len(whole) < 400
    with pytest.raises(AssertionError, match=f"(?s){said}"):
        raise AssertionError(whole)


def test_a_missing_value_is_where_it_would_be_written() -> None:
    read = read_text("a:\n\n# more\nb: {c, d: , e :}\nf:", source="flow.yaml")
    assert read.place(("a",)) == Place(1, 3)
    assert read.place(("b", "c")) == Place(4, 6)
    assert read.place(("b", "d")) == Place(4, 10)
    assert read.place(("f",)) == Place(5, 3)


def test_a_refusal_knows_the_path_that_it_concerns() -> None:
    assert _refused("steps:\n  - {a: 1}\n  - {a: !x 1}\n").problems[0].path == ("steps", 1, "a")


def _full(piece: str) -> str:
    return (piece * (MAX_BYTES // len(piece) + 1))[:MAX_BYTES]


@pytest.mark.parametrize(
    "text",
    [
        *map(_full, ["[", "{", "- ", "? ", "a: ", "{a: ", "[[a,", "[\n", "#\n", "\n", " ", "\t"]),
        *map(_full, [":", "?", "'", '"', '"":', "&a ", "!a ", "---\n", "...\n", "%FOO\n", "\r"]),
        *map(_full, ["- a\n", "a: 1\n", "- !!str a\n"]),
        "a: [" + _full("[" * 47 + "]" * 47 + ",")[4:],
        "a: [" + _full("{a: " * 40 + "}" * 40 + ",\n")[4:],
        "a: &a 1\nb: [" + _full("*a,")[20:],
        "a: [" + "".join(f"&{'a' * 95}{n} 1," for n in range(1900)) + "*" + "a" * 99 + "]",
        "a0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 40)),
        "".join(f"k{n}:\n" for n in range(20_000)),
        "a: 0x" + "9" * (MAX_BYTES - 5),
        "!" + "a" * (MAX_BYTES - 1),
        'a: "' + _full("x ")[4:],
        'a: "' + _full("\\ud83d")[10:] + '"',
    ],
    ids=lambda text: repr(text[:12]),
)
def test_every_hostile_text_is_refused_soon(text: str) -> None:
    assert len(text) <= MAX_BYTES
    begun = time.process_time()
    _refused(text)
    assert time.process_time() - begun < 2  # a second at most on any recent machine


def test_a_long_definition_is_read_soon() -> None:
    steps = [
        {"id": f"step_{n}", "after": [f"step_{n - 1}"], "prompt": "Read.\nSay what matters.\n"}
        for n in range(1500)
    ]
    text = write_text({"steps": steps})
    assert 100_000 < len(text) < MAX_BYTES
    begun = time.process_time()
    assert _data(text) == {"steps": steps}
    assert time.process_time() - begun < 2


def _directory(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _large(path: Path) -> None:
    path.write_bytes(b"#" * (MAX_BYTES + 1))


def _nothing(path: Path) -> None:
    """Leaves the place empty."""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_nothing, "There is no file"),
        (_directory, "is a directory"),
        (_pipe, "is no regular file"),
        (_large, "has 200,001 bytes; a definition has 200,000 at most"),
    ],
)
def test_what_is_no_file_of_a_definition_is_refused(
    make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "flow.yaml"
    make(path)
    with pytest.raises(InputError, match=said) as refused:
        read_file(path)
    assert str(path) in refused.value.message
    assert refused.value.fix


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "flow.yaml/under"])
def test_a_name_that_no_file_has_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text("a: 1")
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        read_file(path)


def test_a_file_is_read_and_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(DEFINITION)
    read = read_file(path)
    assert read.source == str(path)
    assert read == read_text(DEFINITION, source=str(path))
    path.write_bytes(b"a: \xff")
    with pytest.raises(DefinitionError, match=r"flow\.yaml:1:4: The byte 0xff"):
        read_file(path)


def test_faults_get_the_places_of_their_paths() -> None:
    read = read_text(DEFINITION, source="flow.yaml")
    found = located(
        DefinitionError(
            [
                Problem(path=("steps", 1, "id"), message="one", fix="so"),
                Problem(path=("steps", 1, "limits"), message="two", at="key"),
                Problem(path=("steps", 0, "when"), message="three", offset=4),
                Problem(path=("steps", 1, "model"), message="four"),
                Problem(path=(), message="five", line=99, column=7),
            ]
        ),
        read,
    )
    places = [(each.line, each.column) for each in found.problems]
    assert places == [(8, 9), (10, 5), (7, 16), (8, 5), (99, 7)]
    assert found.source == "flow.yaml"
    assert found.problems[0].fix == "so"
    assert "flow.yaml:10:5: two" in str(found)


def test_data_is_written_as_a_person_would() -> None:
    data = {
        "name": "letters",
        "on": True,
        "steps": [
            {"id": "draft", "prompt": "Answer {letter}.\n\n  - politely\n", "tries": 3},
            [1, [2.5, None]],
            "no",
            "2024-01-01",
            "a: b",
            "it's #1",
            "tab\there",
        ],
        "none": {},
        "few": [],
        "text": "two\nlines",
        "more": " indented\nlines\n\n",
    }
    text = write_text(data)
    assert text == (
        "name: letters\n'on': true\nsteps:\n"
        "  - id: draft\n    prompt: |\n      Answer {letter}.\n\n        - politely\n    tries: 3\n"
        "  - - 1\n    - - 2.5\n      - null\n"
        "  - 'no'\n  - '2024-01-01'\n  - 'a: b'\n  - it's #1\n  - \"tab\\there\"\n"
        "none: {}\nfew: []\ntext: |-\n  two\n  lines\nmore: |2+\n   indented\n  lines\n\n"
    ).replace("  - it's #1\n", "  - 'it''s #1'\n")
    assert _data(text) == data


@pytest.mark.parametrize("data", [{1: "a"}, {"a": object()}, {"a": [b"x"]}])
def test_what_is_no_plain_data_is_not_written(data: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"(?i)plain data"):
        write_text(data)


NASTY = st.sampled_from(
    [
        *("", " ", "yes", "No", "1e3", "0x1", "0o7", "~", "null", "- a", "-", "? x", ": ", "a: b"),
        *("a #b", "#a", "a:", "'", '"', "''", "<<", "=", "&a", "*a", "!a", "|", ">", "%a", "@a"),
        *("`a`", "{a}", "[a]", "a,b", "---", "...", "--- a", "... a", "\n", "\n\n", " \n", "\n a"),
        *("a\n", "a\n\n", "a\n b\n", " a\nb", "\ta\nb", "a\n\tb", "a\n  \nb", "a\n   ", "\na\n"),
        *("a\rb", "a\r\nb", "\x85", "\u2028", "\ufeff", "\x07", "\0", "\x7f", "\xa0a", "é", "😀"),
        *(".inf", "-.INF", ".nan", ".", "1_000", "12:30", "2024-01-01", "9" * 500, "1e999", "\\"),
        *("a" * 1100, "a\n---\nb", "# a\n# b", "...\n...", "\t", "a\t", "1.", "+1", "-a", "- \n- "),
    ]
)
STRINGS = NASTY | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LEAVES = STRINGS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(STRINGS, DATA, max_size=5))
@example({"a" * 1100: {"b" * 1100: ["c" * 1100, {"d" * 1100: "x\ny"}]}})
@example({})
def test_what_is_written_reads_back(data: dict[str, object]) -> None:
    text = write_text(data)
    assert text.endswith("\n")
    assert _data(text) == data
    assert _data(text.encode()) == data
    for key in data:
        assert read_text(text, source="x").place((key,), at="key").line >= 1


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(STRINGS, DATA, max_size=5))
def test_json_reads_as_the_same_data(data: dict[str, object]) -> None:
    # JSON writes an infinite number as a word, and a key of over 1,024 characters is not marked.
    text = json.dumps(data)
    if "Infinity" not in text and "a" * 1000 not in text:
        assert _data(text) == data


def _reads_or_refuses(text: str | bytes) -> Text | DefinitionError:
    try:
        return read_text(text, source="x")
    except DefinitionError as error:
        (problem,) = error.problems
        assert problem.fix
        assert problem.line is not None
        assert problem.column is not None
        lines = text.count("\n") + text.count("\r") if isinstance(text, str) else 10**9
        assert 1 <= problem.line <= lines + 1
        assert problem.column >= 1
        return error


@settings(deadline=None, max_examples=500)
@given(
    st.text(st.sampled_from(list(" \n\t:-?[]{},#&*!|>'\"%@`\\~<=./0123x9eaunU_\r\ufeff😀")))
    | st.text()
    | st.binary()
)
@example("a: \\")
@example("%")
@example("!!str &a&b {x,")
@example("&")
@example('"\\')
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    _reads_or_refuses(text)


PIECES = st.sampled_from(
    [*"\n\t:-?[]{},#&*!|>'\"%@`\\~ ", "\n  ", ": ", "- ", "&a ", "*a", "!!str ", "\n---\n", "<<"]
)


@settings(deadline=None, max_examples=500)
@given(
    st.lists(
        st.tuples(st.integers(0, len(DEFINITION)), st.integers(0, 6), PIECES),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_definition_is_read_or_refused(changes: list[tuple[int, int, str]]) -> None:
    text = DEFINITION
    for at, gone, put in changes:
        text = text[:at] + put + text[at + gone :]
    _reads_or_refuses(text)
