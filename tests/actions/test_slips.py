"""Wrong names and forgotten files are noticed in many languages, and right ones left alone."""

import pytest

from agent_tui.actions.slips import says_attached, wrong_name

ADA = ("Ada Park", "ada.park")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello Bob,\n\nit is on its way.", "Bob"),
        ("Hi Bob!\nyes", "Bob"),
        ("Dear Mr Smith,\n", "Mr Smith"),
        ("Sehr geehrte Frau Müller,\n", "Frau Müller"),
        ("Liebe Anna,\n", "Anna"),
        ("Bonjour Chloé,\n", "Chloé"),
        ("Estimado señor García:\n", "señor García"),
        ("Gentile Giulia,\n", "Giulia"),
        ("Beste Jan,\n", "Jan"),
        ("\n\nGood morning Bob,\n", "Bob"),
        ("> Hello Ada\nHello Bob,", "Bob"),
    ],
)
def test_another_name_than_the_customers_is_noticed(text: str, name: str) -> None:
    assert wrong_name(text, ADA) == name


@pytest.mark.parametrize(
    "text",
    [
        "Hello Ada,\n",
        "Dear Ms Park,\n",
        "Hi ADA PARK!\n",
        "Hello,\nthank you.",
        "Hello there,\n",
        "Dear customer,\n",
        "Sehr geehrte Damen und Herren,\n",
        "Hallo zusammen,\n",
        "Bonjour à tous,\n",
        "Your parcel left on Monday.\nHello Bob is the name of the bag.",
        "> Hello Bob,\nYour parcel left.",
        "",
    ],
)
def test_the_customer_and_everybody_are_greeted_freely(text: str) -> None:
    assert wrong_name(text, ADA) == ""


def test_accents_nicknames_and_signatures_are_the_customers_own() -> None:
    assert wrong_name("Hola Jose,", ("José García",)) == ""
    assert wrong_name("Hi Alex,", ("Alexander Kim",)) == ""
    assert wrong_name("Hi Bob,", ("Robert Miles",), wrote=["It broke.\n\nThanks, Bob"]) == ""
    assert wrong_name("Hi Bob,", ("Robert Miles",), wrote=["It broke."]) == "Bob"


def test_nobody_is_wrong_where_no_name_is_known() -> None:
    assert wrong_name("Hello Bob,", ("", "4711")) == ""


@pytest.mark.parametrize(
    "text",
    [
        "I have attached the invoice.",
        "Please find attached the label.",
        "The invoice is attached.",
        "You will find it in the attachment.",
        "Die Rechnung finden Sie im Anhang.",
        "Anbei die Rechnung.",
        "Vous trouverez ci-joint la facture.",
        "La facture est en pièce jointe.",
        "Adjunto la factura.",
        "La fattura è in allegato.",
        "De factuur vindt u in de bijlage.",
        "Segue em anexo a fatura.",
        "Faktura jest w załączniku.",
        "Fakturan är bifogad.",
        "Счёт во вложении.",
        "添付の請求書をご確認ください。",
    ],
)
def test_a_promised_file_is_noticed(text: str) -> None:
    assert says_attached(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for the photo you attached.",
        "I cannot open your attachment.",
        "> I have attached a photo.\nThank you!",
        "Ihren Anhang kann ich nicht öffnen.",
        "Forwarding this.\n---------- Forwarded message ----------\nThe label is attached.",
    ],
)
def test_others_files_are_not_ours(text: str) -> None:
    assert says_attached(text) == ""
