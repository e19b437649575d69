"""What is written is found: words, phrases, and any piece of a text without blanks."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.store.words import indexed, sought

_numbers = itertools.count(1)


def put(db: SqliteDatabase, text: str) -> int:
    """Index a message; its number."""
    number = next(_numbers)
    db.index(number, {"subject": "", "body": text, "people": "", "files": ""})
    return number


def found(db: SqliteDatabase, text: str, column: str | None = None, prefix: bool = False) -> int:
    """How many messages the search for ``text`` finds."""
    expression = db.term(text, column, prefix=prefix)
    row = db.one(
        f"SELECT count(*) AS n FROM search WHERE {db.match('match')}", {"match": expression}
    )
    assert row is not None
    return int(row["n"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("黒い猫がいる", "猫"),
        ("黒猫", "猫"),
        ("黒猫", "黒"),
        ("猫", "猫"),
        ("大きな黒猫がいる", "黒猫が"),
        ("注文 42 の領収書", "領収"),
        ("注文 42 の領収書", "42 の領"),
        ("人々の声", "人々"),
        ("ｶﾒﾗが壊れた", "ﾒﾗ"),
        ("고양이가 있어요", "양이"),
        ("주문서.pdf", "주문서"),
        ("\u110c\u116e\u1106\u116e\u11ab\u1109\u1165.pdf", "주문서"),  # as macOS spells it
        ("包裹在哪里？", "哪里"),
        ("包裹在哪里？", "哪里!"),
        ("𠮷野家", "𠮷野"),
        ("Café Übergrößenträger", "cafe"),
        ("Don't", "don't"),
        ('say "zip" now', 'say "zip"'),
    ],
)
def test_a_piece_of_a_text_is_found(db: SqliteDatabase, text: str, wanted: str) -> None:
    put(db, text)

    assert found(db, wanted) == 1
    assert found(db, wanted, "body", prefix=True) == 1
    assert found(db, wanted, "subject") == 0


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("黒い猫", "白"), ("黒い猫", "黒猫"), ("zipper", "zip"), ("the zip is", "zip the")],
)
def test_what_is_not_written_is_not_found(db: SqliteDatabase, text: str, wanted: str) -> None:
    put(db, text)

    assert found(db, wanted) == 0


def test_a_word_that_is_still_typed_may_go_on(db: SqliteDatabase) -> None:
    put(db, "the zipper")

    assert found(db, "the zip", prefix=True) == 1
    assert found(db, "the zip") == 0


@pytest.mark.parametrize("nothing", ["", " ", "&", '"', "()", "\0", "、"])
def test_what_holds_no_letter_asks_for_nothing(db: SqliteDatabase, nothing: str) -> None:
    assert db.term(nothing, None, prefix=True) == ""


CJK = st.text(st.sampled_from("猫黒い白の注文々ｶ고양"), min_size=1, max_size=8)
LATIN = st.sampled_from(["zip", "42", "a"])
TEXTS = st.lists(st.one_of(CJK, LATIN), min_size=1, max_size=6)


@given(TEXTS, st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_piece_that_ends_between_words_or_inside_cjk_is_found(
    db: SqliteDatabase, words: list[str], data: st.DataObject
) -> None:
    """Cut inside the first and the last word where these are CJK."""
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    piece = words[first : last + 1]
    if piece[-1] not in ("zip", "42", "a"):
        piece[-1] = piece[-1][: data.draw(st.integers(1, len(piece[-1])))]
    if piece[0] not in ("zip", "42", "a"):
        piece[0] = piece[0][data.draw(st.integers(0, len(piece[0]) - 1)) :]
    before = found(db, " ".join(piece))

    put(db, " ".join(words))

    assert found(db, " ".join(piece)) == before + 1


@given(st.text(max_size=40))
def test_what_is_indexed_keeps_every_letter(text: str) -> None:
    kept = set(indexed(text))
    wanted = {c for c in text if c.isalnum() and ord(c) < 0x300}

    assert wanted <= kept
    assert wanted <= set(sought(text)[0])


def test_a_message_is_found_once_what_wrote_it_is_over(db: SqliteDatabase) -> None:
    with db.transaction():
        put(db, "umbrella second")
        put(db, "umbrella first")

    assert found(db, "umbrella") == 2


def test_what_is_taken_back_is_not_found_later(db: SqliteDatabase) -> None:
    def put_and_fail() -> None:
        with db.transaction():
            put(db, "umbrella")
            raise KeyError

    with pytest.raises(KeyError):
        put_and_fail()
    put(db, "parasol")

    assert found(db, "umbrella") == 0
    assert found(db, "parasol") == 1


def test_what_is_removed_where_it_was_written_is_not_found(db: SqliteDatabase) -> None:
    with db.transaction():
        number = put(db, "umbrella")
        db.unindex(number, {"subject": "", "body": "umbrella", "people": "", "files": ""})
        put(db, "umbrella stand")

    assert found(db, "umbrella") == 1
