"""The inbox as its agent uses it: one screen, panes swapped, actions by a key."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent_tui.config.settings import AfterResolve
from agent_tui.model.account import AccountState
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Status
from agent_tui.model.message import Body, Fold, FoldKind
from agent_tui.store import accounts
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.layout import Slot
from agent_tui.ui.shell import Where
from tests.factory import ACCOUNT, START, Now, incoming, listed, mail_account, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def filled(db: SqliteDatabase) -> SqliteDatabase:
    """Forty conversations; the newest says S40."""
    mail_account(db)
    accounts.set_state(db, ACCOUNT, AccountState.OK, START)
    receive(
        db,
        *(
            incoming(
                f"text of {n}",
                sender=f"c{n}@x.example",
                name=f"Customer {n}",
                subject=f"S{n}",
                at=START + n * MINUTE,
            )
            for n in range(1, 41)
        ),
    )
    return db


def current(window: Screen) -> str:
    conversation = window.app.current()
    assert conversation is not None
    return conversation.subject


def line_of(window: Screen, words: str) -> int:
    return next(y for y, line in enumerate(window.text.splitlines()) if words in line)


async def test_what_an_empty_inbox_said_is_gone_once_something_arrives(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path) as window:
        await window.until(lambda: window.shows("Leave with q"))
        engine = SqliteDatabase(tmp_path / "store.db")
        mail_account(engine)
        accounts.set_state(engine, ACCOUNT, AccountState.OK, START)
        receive(engine, incoming("Hello", subject="The first"))
        engine.close()
        await window.until(lambda: window.shows("The first"))

        assert not window.shows("no account yet")
        assert not window.shows("agent-tui demo")


async def test_enter_in_an_empty_inbox_shows_no_customer(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path, size=(160, 40)) as window:
        await window.press("enter")

        assert window.shows("No customer.") or window.shows("no account yet")


async def test_the_first_screen_names_the_inbox_and_lists_the_newest(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        assert window.text.splitlines()[0].startswith(" Inbox")
        await window.until(lambda: window.shows("Inbox 40"))
        assert current(window) == "S40"


async def test_keys_move_open_and_come_back(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("j", "j", "k", "enter")
        assert current(window) == "S39"
        assert window.shows("text of 39")
        await window.press("J")
        assert window.shows("text of 38")
        await window.press("q")
        assert window.app.where() is Where.LIST
        assert current(window) == "S38"


async def test_counts_and_jumps_move_far(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("1", "2", "j")
        assert current(window) == "S28"
        await window.press("G")
        assert current(window) == "S1"
        await window.press("g", "g")
        assert current(window) == "S40"


async def test_leaving_the_view_brings_in_half_a_page(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        height = window.app.desk.list.size.height
        await window.press(*["j"] * height)
        assert line_of(window, f" S{40 - height} ") == 1 + height // 2


async def test_opening_marks_read(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("enter")
        await window.until(lambda: listed(filled)[0].unread == 0)
        await window.press("q")
        assert "●" not in window.text.splitlines()[1]


async def test_resolving_moves_on_and_undo_comes_back(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("enter", "e")
        assert window.shows("resolved.  u undoes")
        assert current(window) == "S39"
        assert window.shows("text of 39")
        await window.press("u")
        assert current(window) == "S40"
        assert listed(filled)[0].status is Status.OPEN


@pytest.mark.parametrize(
    ("after", "subject", "where"),
    [
        (AfterResolve.NEXT, "S38", Where.READING),
        (AfterResolve.PREVIOUS, "S40", Where.READING),
        (AfterResolve.LIST, "S38", Where.LIST),
    ],
)
async def test_after_resolving_it_goes_where_the_setting_says(
    filled: SqliteDatabase, tmp_path: Path, after: AfterResolve, subject: str, where: Where
) -> None:
    async with screen(filled, tmp_path, after_resolve=after) as window:
        await window.press("j", "enter", "e")
        assert current(window) == subject
        assert window.app.where() is where


async def test_resolve_and_next_goes_on_whatever_the_setting_says(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path, after_resolve=AfterResolve.LIST) as window:
        await window.press("enter", "E")
        assert window.app.where() is Where.READING
        assert current(window) == "S39"


async def test_resolving_in_the_list_leaves_the_cursor_on_its_line(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("j", "j", "j")
        line = line_of(window, " S37 ")
        await window.press("e")
        assert current(window) == "S36"
        assert line_of(window, " S36 ") == line


async def test_repeat_does_the_last_action_to_this_one(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("w", ".")
        waiting = listed(filled, "status:pending")
        assert [conversation.subject for conversation in waiting] == ["S40", "S39"]


async def test_arrivals_do_not_move_the_row_under_the_cursor(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("j", "j")
        line = line_of(window, " S38 ")
        other = SqliteDatabase(filled.path)  # as the engine's process does
        receive(other, incoming("new", sender="n@x.example", subject="Brand new"))
        other.close()
        await window.until(lambda: window.shows("1 new"))
        assert line_of(window, " S38 ") == line
        assert current(window) == "S38"
        await window.press("g", "g")
        assert current(window) == "Brand new"
        await window.until(lambda: not window.shows("1 new"))


async def test_who_watches_a_first_sync_sees_the_newest_until_a_key_is_pressed(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    other = SqliteDatabase(db.path)

    def arrive(n: int) -> None:
        receive(other, incoming("t", sender=f"c{n}@x.example", subject=f"S{n}", at=START + n))

    async with screen(db, tmp_path) as window:
        for n in (1, 2, 3):  # each by itself, as batches do
            arrive(n)
            await window.until(partial(window.shows, f"S{n}"))
            assert current(window) == f"S{n}"
            assert not window.shows("new (gg)")
        await window.press("k")
        arrive(4)
        await window.until(lambda: window.shows("S4"))
        assert current(window) == "S3"
    other.close()


async def test_digits_and_brackets_choose_views(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("2")
        await window.until(lambda: window.text.startswith(" Needs reply"))
        assert current(window) == "S1"  # who has waited longest comes first
        await window.press("[")
        assert window.text.startswith(" Inbox")


async def test_a_view_remembers_its_cursor(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("5", "j", "]", "[")
        assert current(window) == "S35"


async def test_search_narrows_widens_and_goes_away(filled: SqliteDatabase, tmp_path: Path) -> None:
    conversation = listed(filled, 'subject:"S7"')[0]
    filled.run(
        "UPDATE conversations SET status = 'resolved' WHERE id = :id", {"id": conversation.id}
    )
    async with screen(filled, tmp_path) as window:
        await window.press("/")
        await window.type("subject:s7")
        await window.press("enter")
        await window.until(lambda: window.shows("1 in all views"))
        assert current(window) == "S7"
        await window.press("escape")
        await window.until(lambda: current(window) == "S40")


async def test_the_same_search_once_more_looks_through_all_views(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    filled.run("UPDATE conversations SET status = 'resolved' WHERE subject = 'S7'")
    async with screen(filled, tmp_path) as window:
        await window.press("/")
        await window.type("text")
        await window.press("enter")
        await window.until(lambda: window.shows("39 in Inbox"))
        await window.press("/", "enter")
        await window.until(lambda: window.shows("40 in all views"))


async def test_n_goes_through_the_matches_and_on_to_the_next_conversation(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    receive(
        db,
        incoming("a zip\n" + "\n" * 60 + "another ZIP", subject="First", at=START + MINUTE),
        incoming("zip again", subject="Second", sender="b@x.example", at=START),
    )
    async with screen(db, tmp_path) as window:
        await window.press("/")
        await window.type("zip")
        await window.press("enter", "enter")
        assert window.shows("a zip")
        await window.press("n", "n")
        assert window.shows("another ZIP")
        await window.press("n")
        assert current(window) == "Second"


async def test_a_wrong_query_points_at_its_word(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("/")
        await window.type("status:opne")
        await window.press("enter")
        assert window.shows("opne")
        assert current(window) == "S40"


async def test_letters_are_inert_while_typing(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("/")
        await window.type("e!w5j")
        assert listed(filled, "-status:open") == []
        await window.press("escape")
        assert current(window) == "S40"


async def test_the_customer_shows_every_conversation_and_opens_them(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    receive(
        db,
        incoming("first", name="Ada Byron", subject="Old zip", at=START),
        incoming("second", name="Ada Byron", subject="New zip", at=START + MINUTE),
    )
    async with screen(db, tmp_path) as window:
        await window.press("enter")
        assert window.shows("1 earlier (x)")
        await window.press("x")
        assert window.shows("email ada@customer.example")
        assert window.shows("2 conversations")
        await window.press("j", "enter")
        assert window.app.where() is Where.READING
        assert current(window) == "Old zip"


async def test_quotes_fold_and_details_show_headers(db: SqliteDatabase, tmp_path: Path) -> None:
    mail_account(db)
    body = Body("Hello\n> old words\n> more", folds=(Fold(1, 3, FoldKind.QUOTE),))
    receive(db, replace(incoming(), body=body, headers=(("X-Mailer", "Pigeon"),)))
    async with screen(db, tmp_path) as window:
        await window.press("enter")
        assert window.shows("2 quoted lines (b unfolds)")
        await window.press("b")
        assert window.shows("> old words")
        await window.press("d")
        assert window.shows("X-Mailer: Pigeon")


async def test_the_preview_follows_the_resting_cursor(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path, size=(120, 40)) as window:
        await window.until(lambda: window.shows("text of 40"))
        await window.press("j", "j")
        await window.until(lambda: window.shows("text of 38"))
        assert listed(filled)[0].unread == 1  # looking at a preview is not reading


async def test_a_wide_screen_shows_views_and_customer(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path, size=(180, 40)) as window:
        await window.until(lambda: window.shows("email c40@x.example"))
        assert window.shows("4 Unassigned")


async def test_resizing_keeps_the_place(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("1", "5", "j", "enter")
        for size in ((120, 40), (60, 20), (180, 30), (80, 24)):
            await window.pilot.resize_terminal(*size)
            await window.until(lambda: window.shows("text of 25"))
        await window.press("q")
        assert current(window) == "S25"


async def test_a_tiny_terminal_says_what_it_needs_and_recovers(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path, size=(20, 5)) as window:
        words = " ".join(window.text.split())
        assert words.startswith("Terminal too small (20x5); make it at least 40x10")
        await window.pilot.resize_terminal(80, 24)
        await window.until(lambda: window.shows(" S40 "))


@pytest.mark.parametrize("size", [(60, 20), (40, 10)])
async def test_small_terminals_work(
    filled: SqliteDatabase, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen(filled, tmp_path, size=size) as window:
        await window.press("j", "enter")
        assert window.shows("text of 39")


async def test_without_an_account_it_says_how_to_begin(db: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(db, tmp_path) as window:
        assert window.shows("Inbox: no account yet")
        assert window.shows("agent-tui account add")
        assert window.shows("agent-tui demo")


async def test_an_empty_view_says_where_to_go(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path, start_view="Snoozed") as window:
        assert window.shows("Snoozed is empty")
        await window.press("e")  # nothing to act on is no crash
        assert window.shows("'resolve' needs a conversation.")


async def test_trouble_of_an_account_is_in_the_status_line(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    accounts.set_state(
        filled, ACCOUNT, AccountState.STOPPED, START, problem="The password is wrong."
    )
    accounts.set_progress(filled, ACCOUNT, 120, 10_000)
    async with screen(filled, tmp_path, size=(140, 30)) as window:
        await window.until(lambda: window.shows("mail: The password is wrong since"))
        assert window.shows("see A")
        assert window.shows("120 of 10,000")


async def test_a_minute_passes_in_the_clock_and_the_ages(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    clock = Now(START + 42 * MINUTE)
    async with screen(filled, tmp_path, clock=clock) as window:
        assert " 1m " in window.text.splitlines()[1]
        clock.at += 4 * MINUTE
        await window.until(lambda: " 5m " in window.text.splitlines()[1])


async def test_zoom_shows_the_pane_alone(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path, size=(160, 30)) as window:
        await window.press("enter", "z")
        await window.until(lambda: not window.shows(" S39 "))
        assert window.app.desk.reading.size.width == 160
        await window.press("q")
        await window.until(lambda: window.shows(" S39 "))


async def test_tab_goes_through_the_panes(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        slots = []
        for _ in range(3):
            await window.press("tab")
            slots.append(window.app.desk.slot)
        assert slots == [Slot.READING, Slot.CUSTOMER, Slot.LIST]


async def test_what_the_customer_writes_appears_while_it_is_read(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    row = filled.one("SELECT message_id AS id FROM messages WHERE subject = 'S40'")
    assert row is not None
    async with screen(filled, tmp_path) as window:
        await window.press("enter")
        other = SqliteDatabase(filled.path)
        receive(
            other,
            incoming(
                "and one more thing",
                sender="c40@x.example",
                subject="Re: S40",
                references=[row["id"]],
                at=START + 60 * MINUTE,
            ),
        )
        other.close()
        await window.until(lambda: window.shows("and one more thing"))
        assert window.shows("text of 40")


async def test_a_name_full_of_markup_and_escapes_is_only_text(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    receive(
        db, incoming("[link=x]y[/link]", name="[bold red]Mallory[/] $(x)", subject="[@click=q]z")
    )
    async with screen(db, tmp_path) as window:
        assert window.shows("[@click=q]z")
        await window.press("enter")
        assert window.shows("[bold red]Mallory[/] $(x)")
        assert window.shows("[link=x]y[/link]")


async def test_a_click_puts_the_cursor_on_a_row_and_a_double_click_opens_it(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.pilot.click(window.app.desk.list, offset=(20, 4))
        assert current(window) == "S36"
        await window.pilot.click(window.app.desk.list, offset=(20, 4), times=2)
        await window.until(lambda: window.shows("text of 36"))


async def test_q_from_the_list_ends_the_program(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("enter", "q", "q")
        await window.until(lambda: not window.app.is_running or window.app.return_code is not None)


async def test_an_action_refused_is_said_in_its_sentence(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("u")
        assert window.shows("There is nothing to undo.")
        window.app.do("snooze", until="yesterday-ish")
        await window.until(lambda: window.shows("is no time"))


async def test_one_screen_only(filled: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(filled, tmp_path) as window:
        for keys in (("enter",), ("x",), ("q", "q"), ("?",), ("q",), ("A",)):
            await window.press(*keys)
            assert len(window.app.screen_stack) == 1


async def test_the_cursor_is_in_view_when_the_list_comes_back(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("j", "enter")
        await window.until(lambda: window.app.where() == Where.READING)
        await window.press("E", "E", "u", "u")
        await window.until(lambda: current(window) == "S39")
        await window.press("q")
        await window.until(lambda: window.app.where() == Where.LIST)
        assert [line_of(window, f"S{n}") for n in (40, 39, 38)] == [1, 2, 3]


async def test_what_undo_brings_back_pushes_no_row_out_of_view(
    filled: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(filled, tmp_path) as window:
        await window.press("j", "e", "e", "u", "u")
        await window.until(lambda: current(window) == "S39")
        assert [line_of(window, f"S{n}") for n in (40, 39, 38)] == [1, 2, 3]
