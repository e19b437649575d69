"""Bodies as lines: light Markdown, folds, links, searched words; nothing lost, nothing obeyed."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.model.message import Body, Fold, FoldKind
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.markup import Line, Look, body_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

LOOK = Look(width=60, glyphs=Glyphs())


def lines(text: str, look: Look = LOOK, folds: tuple[Fold, ...] = ()) -> list[Line]:
    return list(body_lines(Body(text, folds=folds), look))


def plain(found: list[Line]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in found]


def piece(text: str, found: list[Line]) -> Piece:
    return next(piece for line in found for piece in line if piece.text == text)


def test_bold_italic_and_code_lose_their_marks_and_get_their_style() -> None:
    found = lines("very **big** and *slow* and `x = 1`")
    assert plain(found) == ["  very big and slow and x = 1"]
    assert piece("big", found).bold
    assert piece("slow", found).italic
    assert piece("x = 1", found).part is Part.CODE


def test_stars_that_are_no_marks_stay() -> None:
    assert plain(lines("2 * 3 * 4 and snake_case_name and 5*6*7")) == [
        "  2 * 3 * 4 and snake_case_name and 5*6*7"
    ]


def test_a_list_hangs_and_has_bullets() -> None:
    found = plain(lines("- " + "word " * 20))
    assert found[0].startswith("  • word")
    assert found[1].startswith("    word")


def test_a_quote_keeps_its_mark_on_every_line() -> None:
    found = lines("> " + "word " * 20)
    assert all(text.startswith("  > ") for text in plain(found))
    assert all(
        piece.part is not Part.TEXT or not piece.text.strip() for li in found for piece in li
    )


def test_a_heading_is_bold_without_its_marks() -> None:
    found = lines("## Your order")
    assert plain(found) == ["  Your order"]
    assert piece("Your order", found).bold


def test_link_marks_and_addresses_are_shown_as_links() -> None:
    found = lines("track it here[1 track.example] or https://shop.example/a?b=c today")
    assert piece("[1 track.example]", found).part is Part.LINK
    assert piece("https://shop.example/a?b=c", found).part is Part.LINK


def test_searched_words_are_marked() -> None:
    found = lines("The ZIP broke", LOOK._replace(words=("zip",)))
    assert piece("ZIP", found).part is Part.SELECTED


def test_folded_lines_become_one_that_says_how_many() -> None:
    text = "Thanks!\n> a\n> b\n> c\n-- \nAda"
    folds = (Fold(1, 4, FoldKind.QUOTE), Fold(4, 6, FoldKind.SIGNATURE))
    assert plain(lines(text, folds=folds)) == [
        "  Thanks!",
        "  … 3 quoted lines (b unfolds)",
        "  … 2 lines of signature (b unfolds)",
    ]


def test_unfolded_nothing_is_missing() -> None:
    text = "Thanks!\n> a\n> b"
    folds = (Fold(1, 3, FoldKind.QUOTE),)
    assert plain(lines(text, LOOK._replace(unfolded=True), folds)) == [
        "  Thanks!",
        "  > a",
        "  > b",
    ]


def test_the_source_is_shown_as_it_is() -> None:
    text = "# **not** styled\n```\n> quote"
    found = lines(text, LOOK._replace(plain=True))
    assert plain(found) == ["  # **not** styled", "  ```", "  > quote"]


def test_fenced_code_is_code() -> None:
    found = lines("```\n**x**\n```\nafter")
    assert plain(found) == ["  **x**", "  after"]
    assert piece("**x**", found).part is Part.CODE


def test_control_characters_of_a_body_never_reach_a_line() -> None:
    found = "".join(plain(lines("a\x1b[31mred\x07 \u202eevil \x9b1m")))
    assert not set(found) & set("\x1b\x07\u202e\x9b")


@given(st.text(alphabet="ab *_`>-#[]1.\n😀林", max_size=200), st.integers(12, 90))
def test_no_line_is_wider_than_the_pane(text: str, width: int) -> None:
    for line in lines(text, LOOK._replace(width=width)):
        assert sum(cell_len(piece.text) for piece in line) <= width


@given(st.text(alphabet="abc \n", max_size=200), st.integers(12, 60))
def test_plain_text_is_all_there(text: str, width: int) -> None:
    shown = "".join(plain(lines(text, LOOK._replace(width=width))))
    assert shown.replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_megabyte_without_line_ends_gives_its_first_lines_at_once() -> None:
    found = body_lines(Body("word " * 200_000), LOOK)
    first = [next(found) for _ in range(40)]
    assert all(line for line in first)
    assert next(found)  # and there is more


def test_known_numbers_are_marked_where_they_stand_by_themselves() -> None:
    found = lines("#7001, not #70012 or x#7001", LOOK._replace(known=("#7001",)))
    assert plain(found) == ["  #7001, not #70012 or x#7001"]
    assert [p.text for p in found[0] if p.part is Part.LINK] == ["#7001"]
