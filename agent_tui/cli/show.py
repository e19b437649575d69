"""``agent-tui show ID``: one conversation with its messages."""

import argparse

from agent_tui.cli import shape
from agent_tui.cli.parser import number
from agent_tui.cli.world import conversation_of, open_store
from agent_tui.config.paths import Paths
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.conversation import Conversation
from agent_tui.model.message import Message
from agent_tui.store import messages


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("show", help="print one conversation with its messages")
    parser.add_argument("id", type=number, help="the conversation's number, as list prints it")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace, paths: Paths) -> int:
    db = open_store(paths)
    try:
        conversation = conversation_of(db, args.id)
        thread = messages.of_conversation(db, args.id)
    finally:
        db.close()
    if args.json:
        shown = {
            "conversation": shape.conversation(conversation),
            "messages": [shape.message(m) for m in thread],
        }
        print(shape.line(shown))
    else:
        print(_text(conversation, thread))
    return 0


def _text(conversation: Conversation, thread: list[Message]) -> str:
    labels = " ".join(f"#{label}" for label in conversation.labels)
    head = (
        f"#{conversation.id} {safe_line(conversation.subject)}",
        f"{safe_line(conversation.customer)}, {conversation.channel}, {conversation.status} "
        f"{labels}".rstrip(),
    )
    return "\n".join([*head, *map(_message, thread)])


def _message(m: Message) -> str:
    files = "".join(f"\n[{safe_line(a.name)}, {a.type}, {a.size} bytes]" for a in m.attachments)
    who = safe_line(f"{m.author} <{m.address}>")
    head = f"--- {m.direction} {who} {shape.local(m.at)} {m.delivery}".rstrip()
    return f"\n{head}\n{safe_text(m.body.text)}{files}"
