"""What the composer is made of: keeping drafts, filling canned replies in, completing paths."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import cast

import pytest

from agent_tui.actions import reply
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import accounts, drafts
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.canned import Asked, by_name, known
from agent_tui.ui.draft_keeper import DraftKeeper
from agent_tui.ui.files import complete_path, describe
from agent_tui.ui.shell import Shell
from tests.factory import ACCOUNT, CUSTOMER, Desk, incoming, mail_account, only, receive


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("Hi", name="Okafor, Ada"))
    return Desk(db)


@pytest.fixture
def draft(desk: Desk) -> Draft:
    return reply.start(desk.context, only(desk.db), DraftKind.REPLY)


def on_disk(desk: Desk, draft: Draft) -> str:
    found = drafts.get(desk.db, draft.id)
    assert found is not None
    return found.body


def test_an_older_version_never_replaces_a_newer_one(
    desk: Desk, draft: Draft, tmp_path: Path
) -> None:
    keeper = DraftKeeper(desk.db, draft, tmp_path)
    older, newer = keeper.number(), keeper.number()
    keeper.write(replace(draft, body="newer"), newer)
    keeper.write(replace(draft, body="older"), older)
    assert on_disk(desk, draft) == "newer"


def test_the_newest_version_wins_whatever_thread_is_first(
    desk: Desk, draft: Draft, tmp_path: Path
) -> None:
    keeper = DraftKeeper(desk.db, draft, tmp_path)
    numbered = [(replace(draft, body=f"version {n}"), keeper.number()) for n in range(8)]
    together = Barrier(len(numbered))

    def write(version: Draft, number: int) -> None:
        together.wait()
        keeper.write(version, number)

    threads = [Thread(target=write, args=pair) for pair in numbered]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert on_disk(desk, draft) == "version 7"


def test_what_is_on_disk_already_is_not_written_again(
    desk: Desk, draft: Draft, tmp_path: Path
) -> None:
    keeper = DraftKeeper(desk.db, draft, tmp_path)
    drafts.delete(desk.db, draft.id)
    keeper.write(replace(draft, updated_at=draft.updated_at + 1), keeper.number())
    with pytest.raises(StoreError):
        keeper.write(replace(draft, body="typed on"), keeper.number())


def shell_of(desk: Desk, answers: dict[str, str | None], folder: Path) -> Shell:
    """A screen on which questions have known answers."""

    async def ask(label: str, initial: str = "") -> str | None:
        return answers.get(label, initial)

    said: list[str] = []
    agent = SimpleNamespace(name="Maria Lopez", handle="maria")
    shell = SimpleNamespace(
        db=desk.db,
        context=desk.context,
        settings=SimpleNamespace(agent=agent, canned=(folder,)),
        ask=ask,
        say=lambda sentence, error=False: said.append(sentence),
        said=said,
    )
    return cast("Shell", shell)


def asked(desk: Desk) -> Asked:
    return Asked(only(desk.db), accounts.get(desk.db, ACCOUNT))


def filled(desk: Desk, folder: Path, text: str, **answers: str | None) -> str | None:
    """What a canned reply of this text becomes."""
    (folder / "test.md").write_text(text)
    shell = shell_of(desk, {f"{label}: ": said for label, said in answers.items()}, folder)
    return asyncio.run(by_name(shell, asked(desk), "test"))


def test_variables_come_from_customer_agent_conversation_and_account(
    desk: Desk, tmp_path: Path
) -> None:
    values = known(shell_of(desk, {}, tmp_path), asked(desk))
    assert values["customer"] == {
        "name": "Okafor, Ada",
        "first_name": "Ada",
        "email": CUSTOMER,
    }
    assert values["agent"] == {"name": "Maria Lopez", "first_name": "Maria", "handle": "maria"}
    assert values["conversation"] == {"subject": "Parcel", "id": str(only(desk.db).id)}
    assert values["account"] == {"name": "Shop", "address": "support@shop.example"}
    assert values["channel"] == "mail"


def test_prompts_are_asked_once_with_their_defaults(desk: Desk, tmp_path: Path) -> None:
    text = '{{ ask "Sum" }} {{ ask "Sum" }} {{ ask "Days" | default: "5" }}'
    assert filled(desk, tmp_path, text, Sum="9 EUR") == "9 EUR 9 EUR 5"


def test_a_prompt_that_is_left_inserts_nothing(desk: Desk, tmp_path: Path) -> None:
    assert filled(desk, tmp_path, '{{ ask "Sum" }}', Sum=None) is None


def test_what_is_not_known_stays_visible(desk: Desk, tmp_path: Path) -> None:
    assert filled(desk, tmp_path, "Order {{ order.number }}") == "Order {{ order.number }}"


def test_an_answer_is_inserted_literally(desk: Desk, tmp_path: Path) -> None:
    answer = "{{ agent.name }} {% if x %} {x.__class__}"
    assert filled(desk, tmp_path, '{{ ask "Sum" }}', Sum=answer) == answer


def test_a_broken_canned_reply_is_told_and_inserts_nothing(desk: Desk, tmp_path: Path) -> None:
    assert filled(desk, tmp_path, "{{ broken") is None


def test_paths_are_completed_without_hidden_or_dangerous_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("label.pdf", "labels.txt", ".lab-hidden", "lab\x1b[2J"):
        (tmp_path / name).write_text("x")
    (tmp_path / "lab").mkdir()
    text = f"{tmp_path}/lab"
    assert [c.text for c in complete_path(text, len(text))] == [
        f"{text}/",
        f"{tmp_path}/label.pdf",
        f"{tmp_path}/labels.txt",
    ]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert [c.text for c in complete_path("~/labels", 8)] == ["~/labels.txt"]
    assert complete_path(f"{tmp_path}/nothing/x", 200) == ()


def test_the_size_of_a_typed_path_is_told(tmp_path: Path) -> None:
    (tmp_path / "label.pdf").write_bytes(b"x" * 5_000)
    assert describe(f"{tmp_path}/label.pdf").text == "5 kB"
    assert describe(f"{tmp_path}/nope").wrong
    assert describe(os.fspath(tmp_path)).text == ""
