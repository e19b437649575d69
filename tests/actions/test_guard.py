"""The guard of public answers: what it finds, and above all what it leaves alone."""

import pytest

from agent_tui.actions.guard import concerns
from agent_tui.adapters.demo import canned_folder
from agent_tui.adapters.demo.play import Voice, history
from agent_tui.config.canned import CannedCache
from agent_tui.model.conversation import Channel

FOUND = [
    ("We wrote to ada.byron@mailbox.example.", "mail address (ada.byron@mailbox.example)"),
    ("We called you on +44 7700 900123.", "phone number (+44 7700 900123)"),
    ("Wir erreichen Sie unter 0171 / 234 56 78 nicht.", "phone number"),
    ("The refund went to GB82 WEST 1234 5698 7654 32 today.", "bank account number (GB82WEST"),
    ("An DE89370400440532013000 überwiesen.", "bank account number"),
    ("Your card 4111 1111 1111 1111 was charged.", "card number"),
    ("It went to 12 Mill Hill Lane.", "street address (12 Mill Hill Lane)"),
    ("Geliefert an Lindenstraße 14.", "street address (Lindenstraße 14)"),
    ("Sent to NE46 3RU on Monday.", "street address (NE46 3RU)"),
    ("Your order #10432 left today.", "order number or the like (#10432)"),
    ("Order no. LF-20311 is with the courier.", "order number or the like (LF-20311)"),
    ("Ihre Bestellnummer: 884213 liegt vor.", "order number or the like (884213)"),
    ("See #4711.", "order number or the like (#4711)"),
    ("That is user error.", "blame ('user error')"),
    ("You should have read the label.", "blame ('you should have')"),
    ("Da sind Sie selbst schuld.", "blame ('selbst schuld')"),
    ("Could you update your review?", "asks to change or remove"),
    ("Bitte löschen Sie Ihre Bewertung.", "asks to change or remove"),
    ("Könnten Sie Ihre Bewertung bitte anpassen?", "asks to change or remove"),
    ("Please leave us five stars.", "asks to change or remove"),
    ("You get a voucher once the review says so.", "offers something"),
    ("Wir geben Rabatt, wenn Sie uns fünf Sterne geben.", "offers something"),
]

LEFT_ALONE = [
    "Please write to help@larkfell.example and we sort it out.",
    "Please write to mara@shop.example.",  # ours
    "Call us on 0800 123 4567, it costs nothing.",
    "Call us on +49 800 1234567.",
    "It is back in stock from 01.02.2026, 10:30.",
    "It is back on 2026-02-01.",
    "See https://shop.example/help/20311#4711 for more.",
    "The Tarn 28 holds 28 litres and weighs 1.250 g.",
    "There is an arrow now, from batch 31 on.",
    "We have refunded your delivery charge.",
    "That was not your fault at all.",
    "That wasn't your fault.",
    "Das ist nicht Ihre Schuld.",
    "Thank you for updating your review!",
    "Thank you for taking the time to change your rating.",
    "Thank you for the five stars.",
    "We are sorry; your refund is on its way.",
    "In order to help, we need to know more.",
    "We ordered 200 more of them.",
    "Card 1234 5678 9012 3456 is no card.",
    "We changed the courier in your area.",
    "EN 388:2016 says so.",
]


@pytest.mark.parametrize(("text", "reason"), FOUND)
def test_what_should_not_be_public_is_named(text: str, reason: str) -> None:
    assert any(reason in concern for concern in concerns(text)), concerns(text)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert concerns(text, own=("mara@shop.example",)) == ()


def test_each_thing_is_named_once() -> None:
    assert len(concerns("Write to a.b@c.example, a.b@c.example")) == 1


def test_blaming_words_are_whole_words_of_the_given_list() -> None:
    assert concerns("What a silly idea", blaming=("silly",)) != ()
    assert concerns("The Scilly Isles", blaming=("cilly",)) == ()
    assert concerns("You should have known", blaming=("silly",)) == ()


def test_a_typographic_apostrophe_is_one() -> None:
    assert concerns("You didn\N{RIGHT SINGLE QUOTATION MARK}t read it.") != ()


def test_the_demo_shop_s_own_answers_are_left_alone() -> None:
    answers = [
        line.text
        for play in history()
        if play.channel is Channel.REVIEW
        for line in play.lines
        if line.voice is Voice.AGENT
    ]
    canned = [
        reply.body
        for reply in CannedCache().load([canned_folder()]).replies
        if not reply.channels or Channel.REVIEW in reply.channels
    ]
    assert answers
    assert canned
    assert {text: concerns(text) for text in [*answers, *canned] if concerns(text)} == {}
