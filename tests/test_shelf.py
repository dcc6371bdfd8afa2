"""The shelf: texts cut into passages, found again by questions in any wording."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dalsegno.nodes.shelf import Passage, Shelf, passages_of, telling_words
from dalsegno.state.errors import DamagedError, DatabaseError

GUIDE = """\
Before the first heading.

# Guide

## Returns ##

Goods may be sent back within 30 days.
A refund is paid within a week.

```sh
# this is a comment and no heading
shop return 1042
```

Delivery
--------

We deliver on workdays. Parcels weigh at most 20 kg.
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path / "shelf.db")
    opened.put("guide.md", passages_of(GUIDE, source="guide.md"))
    yield opened
    opened.close()


def test_markdown_is_cut_at_its_headings_and_not_within_code() -> None:
    found = passages_of(GUIDE, source="guide.md")
    assert [each.heading for each in found] == ["", "Guide › Returns", "Guide › Delivery"]
    assert "# this is a comment" in found[1].text
    assert {each.source for each in found} == {"guide.md"}


def test_plain_text_is_cut_between_paragraphs_and_sentences() -> None:
    text = "One two three. Four five six.\n\nSeven eight.\n\nNine."
    found = [each.text for each in passages_of(text, source="a.txt", max_words=4)]
    assert found == ["One two three.", "Four five six.", "Seven eight.\n\nNine."]


def test_a_line_of_capitals_that_stands_alone_is_a_heading() -> None:
    text = "OPENING HOURS\n\nFrom 9 to 18.\n\nCALL US.\n\nNATO\nand the EU"
    assert [(each.heading, each.text) for each in passages_of(text, source="a.txt")] == [
        ("OPENING HOURS", "From 9 to 18.\n\nCALL US.\n\nNATO\nand the EU")
    ]


def test_a_heading_with_nothing_below_it_is_not_lost() -> None:
    found = passages_of("# Guide\n## Empty\n## Full\nText.\n\nDO NOT OPEN\n", source="a.md")
    assert [(each.heading, each.text) for each in found] == [
        ("Guide", "Empty"),
        ("Guide › Full", "Text."),
        ("Guide", "DO NOT OPEN"),
    ]


def test_a_long_list_is_cut_between_its_items() -> None:
    text = "- one two three\n  four\n- five six seven\n- eight"
    found = [each.text for each in passages_of(text, source="a.md", max_words=7)]
    assert found == ["- one two three\n  four", "- five six seven\n- eight"]


def test_a_page_is_kept_with_its_passages() -> None:
    assert passages_of("Some words.", source="a.pdf", page=7)[0].page == 7


@given(
    st.text(alphabet=st.sampled_from("ab c.#-=`~|\n\r\t *é中"), max_size=300),
    st.integers(min_value=1, max_value=12),
)
def test_no_text_is_lost_and_no_passage_is_too_long(text: str, most: int) -> None:
    found = passages_of(text, source="x", max_words=most)
    assert all(each.text.strip() for each in found)
    assert all(len(each.text.split()) <= most for each in found)
    # Headings and their marks aside, each character is where it was.
    kept = "".join("".join(each.text.split()) for each in found)
    given_ = iter("".join(text.split()))
    assert all(character in given_ for character in kept)
    if not set(text) & set("#-="):
        assert kept == "".join(text.split())


def test_the_best_passage_comes_first_in_any_form_of_the_words(shelf: Shelf) -> None:
    found = shelf.search("How do I return goods?")
    assert found[0].passage.heading == "Guide › Returns"
    assert 0.7 < found[0].score <= 1
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_what_the_shelf_does_not_hold_scores_low_or_is_not_found(shelf: Shelf) -> None:
    assert shelf.search("Who won the xylophone championship?") == ()
    assert shelf.search("Which parcels go to the moon by xylophone?")[0].score < 0.5


@pytest.mark.parametrize(
    "question",
    ['goods" OR NEAR(', "goods AND NOT * ^ {x} : -y", "'; DROP TABLE passage; --", "heading:goods"],
)
def test_syntax_in_a_question_is_only_words(shelf: Shelf, question: str) -> None:
    shelf.search(question)
    assert shelf.search("goods")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(question=st.text(max_size=80))
def test_no_question_is_an_error(shelf: Shelf, question: str) -> None:
    assert all(0 <= each.score <= 1 for each in shelf.search(question))


def test_an_empty_question_finds_nothing_and_an_enormous_one_is_answered(shelf: Shelf) -> None:
    assert shelf.search("") == shelf.search(" ?! ") == ()
    assert shelf.search("goods " * 20_000)
    assert shelf.search("x" * 100_000) == ()
    assert len(telling_words(" ".join(f"w{n}" for n in range(100_000)))) < 100


def test_an_identifier_stays_together() -> None:
    assert telling_words("What does max_retries of 1.5 do?") == ("max_retries", "1.5")
    assert telling_words("What is it?") == ("what", "is", "it"), "better these than none"


def test_putting_a_source_again_replaces_what_it_had(shelf: Shelf) -> None:
    shelf.put("guide.md", [Passage(source="guide.md", heading="", text="Only whales.")], digest="2")
    assert shelf.search("goods") == ()
    assert shelf.search("whale")
    assert dict(shelf.digests()) == {"guide.md": "2"}
    shelf.put("guide.md", [])
    assert shelf.sources() == shelf.search("whale") == ()


def test_a_search_may_be_narrowed_to_some_sources(shelf: Shelf) -> None:
    shelf.put("other.md", passages_of("Other goods.", source="other.md"))
    assert shelf.sources() == ("guide.md", "other.md")
    found = shelf.search("goods", sources=["other.md", "nowhere'.md"])
    assert [each.passage.source for each in found] == ["other.md"]
    assert shelf.search("goods", limit=1, sources=["nowhere.md"]) == ()


def test_a_failure_in_the_middle_leaves_what_was_there(shelf: Shelf) -> None:
    def broken() -> Iterator[Passage]:
        yield Passage(source="guide.md", heading="", text="New.")
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        shelf.put("guide.md", broken())
    assert shelf.search("goods")


def _put_often(path: str, name: str) -> None:
    shelf = Shelf(path)
    for number in range(15):
        text = f"{name} whale {number}"
        shelf.put("shared", [Passage(source="shared", heading=name, text=text)] * 3)
        found = shelf.search("whale", limit=10)
        assert len(found) == 3
        assert len({each.passage for each in found}) == 1, "half of one, half of another"
    shelf.close()


def test_several_processes_may_make_and_fill_one_shelf_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "shelf.db")
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_put_often, args=(path, name)) for name in "abc"]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [each.exitcode for each in workers] == [0, 0, 0]


def test_a_file_that_is_no_shelf_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE passage (x)")
    other.close()
    with pytest.raises(DatabaseError, match="is no shelf"):
        Shelf(tmp_path / "other.db")
    (tmp_path / "text.db").write_text("no database at all, but long enough to be read as one" * 9)
    with pytest.raises(DamagedError, match="Delete it"):
        Shelf(tmp_path / "text.db")
    with pytest.raises(DatabaseError, match="cannot be made"):
        Shelf(tmp_path / "text.db" / "shelf.db")
