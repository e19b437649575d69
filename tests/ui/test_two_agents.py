"""Two agents in one store on two terminals: each sees the other write, and the second is asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions.registry import perform
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.watch import Watch
from tests.factory import incoming, mail_account, only, receive
from tests.mailbox import with_mail
from tests.program import Home
from tests.ui.screen import screen


def of_agent(home: Home, agent: str, path: Path) -> Home:
    """Settings of another agent's own, on the store of ``home``."""
    made = Home(path)
    made.settings(f'[agent]\nhandle = "{agent}"\n')
    (path / "data").symlink_to(home.path / "data")
    return made


def test_a_colleague_at_another_terminal_is_seen_and_not_answered_over(tmp_path: Path) -> None:
    home = with_mail(Home(tmp_path / "home"), tmp_path / "mail")
    maria = of_agent(home, "maria", tmp_path / "maria")
    ben = of_agent(home, "ben", tmp_path / "ben")
    with maria.screen() as hers, ben.screen() as his:
        for screen, text in ((hers, "Hers."), (his, "His.")):
            screen.wait_for("My zip broke")
            screen.press("r")
            screen.wait_for("Reply to")
            screen.press(text)
            screen.wait_for(text)
        hers.wait_for("ben is writing here too")
        his.wait_for("maria is writing here too")
        his.press("\x13")
        his.wait_for("leaves in")
        hers.wait_for("is writing here too", absent=True)
        hers.press("\x13")
        hers.wait_for(r"ben answered \d+ s ago, after you began. Send it all the same\? y/n")
        hers.press("n")
        hers.wait_for("Hers.")
        hers.press("\x1b")
        hers.wait_for("Kept as a draft")
    assert home.rows("SELECT agent FROM outbox WHERE kind = 'send'") == [("ben",)]
    assert home.rows("SELECT agent, body FROM drafts") == [("maria", "Hers.")]


async def test_a_key_for_what_a_colleague_has_just_decided_tells_that_and_the_next_one_counts(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "look", lambda _: None)  # the screen has not noticed yet
    mail_account(db)
    receive(db, incoming("The zip broke."))
    async with screen(db, tmp_path) as shown:
        (take, *_) = shown.app.keys_of("take")
        perform("take", replace(shown.app.context, agent="ben"), [only(db).id])
        await shown.press(take)
        await shown.until(lambda: shown.shows("ben assigned #1 to ben"))
        assert only(db).assignee == "ben"
        await shown.press(take)
        await shown.until(lambda: only(db).assignee == "maria")
