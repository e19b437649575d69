"""What is folded, what never is, and how often a reader would agree."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.content.mime import prepare_html, prepare_text, read_mail
from agent_tui.content.quotes import folds
from agent_tui.model.message import Body, Fold, FoldKind

SHARED = os.environ.get("AGENT_TUI_SHARED")
LABELS = Path(__file__).with_name("fold_labels.txt")


def shown(text: str) -> str:
    """``text`` with each fold as one line that says what it is."""
    lines: list[str] = text.split("\n")
    for fold in reversed(folds(lines)):
        lines[fold.start : fold.end] = [f"<{fold.kind}>"]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "introduction",
    [
        "On Tue, 3 Mar 2026 at 10:15, Shop Support <help@shop.example> wrote:",
        "On Tue, 3 Mar 2026 at 10:15, Shop Support\n<help@shop.example>\nwrote:",
        "Am 03.03.2026 um 10:15 schrieb Shop Support:",
        "Am Di., 3. März 2026 um 10:15 Uhr schrieb Shop Support <\nhelp@shop.example>:",
        "Le mar. 3 mars 2026 à 10:15, Shop Support <help@shop.example> a écrit :",
        "El mar, 3 mar 2026 a las 10:15, Shop Support (<help@shop.example>) escribió:",
        "Il giorno mar 3 mar 2026 alle ore 10:15 Shop <help@shop.example> ha scritto:",
        "Op di 3 mrt 2026 om 10:15 schreef Shop Support <help@shop.example>:",
        "Em ter., 3 de mar. de 2026 às 10:15, Shop <help@shop.example> escreveu:",
        "Den tis 3 mars 2026 kl 10:15 skrev Shop <help@shop.example>:",
        "wt., 3 mar 2026 o 10:15 Shop <help@shop.example> napisał(a):",
        "вт, 3 мар. 2026 г. в 10:15, Shop <help@shop.example>:",
        "2026年3月3日(火) 10:15 Shop <help@shop.example>:",
        "3 Mar 2026 Salı, 10:15 tarihinde Shop <help@shop.example> şunu yazdı:",
    ],
)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_a_reply_above_its_quote_folds_the_quote(introduction: str, mark: str) -> None:
    quoted = "\n".join(f"{mark}{line}" for line in ("Hello,", "we sent it.", "Your shop"))
    assert shown(f"It came broken.\n\n{introduction}\n\n{quoted}") == "It came broken.\n\n<quote>"


@pytest.mark.parametrize(
    "header",
    [
        "From: Shop <help@shop.example>\nSent: Tuesday, March 3, 2026\nTo: Ann\nSubject: Order",
        "Von: Shop <help@shop.example>\nGesendet: 3. März 2026\nAn: Ann\nBetreff: Bestellung",
        "De : Shop <help@shop.example>\nEnvoyé : mardi 3 mars 2026\nÀ : Ann\nObjet : Commande",
        "**From:** Shop\n**Date:** March 3, 2026 at 10:15\n**To:** Ann\n**Subject:** Order",
        "差出人: Shop <help@shop.example>\n送信日時: 2026年3月3日\n宛先: Ann\n件名: 注文",
        "-----Original Message-----\nFrom: Shop\nSubject: Order",
        "________________________________\nFrom: Shop <help@shop.example>\nTo: Ann\nSubject: Order",
        "---------- Forwarded message ---------\nFrom: Shop\nDate: 3.3.2026\nSubject: Order",
    ],
)
def test_a_copied_header_begins_a_quote(header: str) -> None:
    assert shown(f"See below.\n\n{header}\n\nHello Ann") == "See below.\n\n<quote>"


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn\nAcme",
        "--\nAnn",
        "—\nAnn",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "iPhoneから送信",
        "Отправлено с iPhone",
        "Get Outlook for iOS",
    ],
)
def test_signatures_are_folded(signature: str) -> None:
    text = "\n".join(line.rstrip() for line in f"Thanks!\n\n{signature}".split("\n"))
    assert shown(text) == "Thanks!\n\n<signature>"


@pytest.mark.parametrize(
    "text",
    [
        "On 12.03.2026 I wrote to sales@shop.example and got no answer:\nWhere is it?",
        "From: Berlin\nTo: Paris\nDate: tomorrow\n\nPlease rebook us.",
        "Hi\n\nFrom: Berlin\nTo: Paris\nDate: tomorrow\n\nPlease rebook us.",
        "Name: Ann\nEmail: ann@example.com\nOrder: 12\nTime: 10:00\nMessage: hello",
        "These are broken:\n- the lid\n- the handle",
        "--- Order details ---\n1 x lamp",
        "I sent from my phone a photo, did you get it?",
        "Sent from my desk, which is easier.",
        "> only a quote",
        "-- \nonly a signature",
        "---------- Forwarded message ---------\nFrom: a@b.example\nSubject: x\n\nHello",
        "",
    ],
)
def test_what_is_the_message_itself_is_never_folded(text: str) -> None:
    assert folds([line.rstrip() for line in text.split("\n")]) == []


def test_short_quotes_between_answers_stay_in_sight() -> None:
    text = "> Which size?\nL, please.\n\n> Which colour?\nBlue."
    assert shown(text) == text


def test_a_forwarded_mail_without_a_word_is_open_but_its_own_quote_is_folded() -> None:
    forward = "---------- Forwarded message ---------\nFrom: Ann\nDate: 3.3.2026\nSubject: Lamp"
    quote = "On 2 Mar 2026, at 9:00, Shop <help@shop.example> wrote:\n> a\n> b\n> c"
    assert shown(f"{forward}\n\nIt broke.\n\n{quote}") == f"{forward}\n\nIt broke.\n\n<quote>"


def test_a_page_says_itself_where_quotes_and_signatures_are() -> None:
    body = prepare_html(
        '<p>Broken.</p><div class="gmail_signature">Ann<br>Acme</div>'
        '<div id="divRplyFwdMsg"><b>Von</b>: Shop</div><p>Hello</p>'
    )
    lines = body.text.split("\n")
    found = [(lines[fold.start : fold.end], fold.kind) for fold in body.folds]
    assert found == [
        (["Ann", "Acme"], FoldKind.SIGNATURE),
        (["**Von**: Shop", "", "Hello"], FoldKind.QUOTE),
    ]


@given(
    st.lists(
        st.sampled_from(
            "> a|On 1.1.2026 Ann <a@b.c> wrote:|From: a@b.c|To: b|Subject: c|--||text|x:"
            "|Sent from my iPad|-----Original Message-----|____".split("|")
        ),
        max_size=30,
    )
)
def test_folds_are_ordered_within_the_text_and_never_all_of_it(lines: list[str]) -> None:
    position = 0
    hidden: set[int] = set()
    for fold in folds(lines):
        assert position <= fold.start < fold.end <= len(lines)
        position = fold.end
        hidden |= set(range(fold.start, fold.end))
    assert not hidden or any(lines[i] for i in range(len(lines)) if i not in hidden)


@pytest.mark.skipif(SHARED is None, reason="AGENT_TUI_SHARED names no folder with mails")
def test_readers_agree_with_most_folds_of_real_mails(
    record_property: Callable[[str, object], None],
) -> None:
    right, wrong = 0, []
    for row in LABELS.read_text("utf-8").splitlines():
        name, *labels = row.split(" ")
        wanted = [] if labels == ["-"] else labels
        found = [f"{f.start}-{f.end}{f.kind[0]}" for f in body_of(name).folds]
        if found == wanted:
            right += 1
        else:
            wrong.append(name)
    record_property("folds", right)
    sys.stdout.write(f"folds: {right} of {right + len(wrong)} as a reader wants them\n")
    assert right / (right + len(wrong)) >= 0.94, wrong


def body_of(name: str) -> Body:
    raw = Path(SHARED or "", "corpus", name).read_bytes()
    if name.endswith(".eml"):
        return read_mail(raw).body
    text = raw.decode("utf-8", "replace")
    return prepare_html(text) if name.endswith(".html") else prepare_text(text)


def test_a_fold_is_a_range_of_lines() -> None:
    assert folds(["yes", "", "--", "Ann"]) == [Fold(2, 4, FoldKind.SIGNATURE)]
