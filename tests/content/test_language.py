"""The language of a customer's text is told where it is plain, and not guessed where it is not."""

import pytest

from agent_tui.content.language import likely_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Third time asking about my refund. I have not heard from you.", "en"),
        ("is it detachable 😅", "en"),
        ("Hallo, wo ist mein Paket? Ich habe es noch nicht bekommen.", "de"),
        ("Bonjour, je n'ai pas reçu le colis, merci de vérifier.", "fr"),
        ("Hola, creo que he pulsado dos veces y me han cobrado el doble", "es"),
        ("Ciao, non ho ricevuto il pacco e mi serve per domani", "it"),
        ("Hoi, ik heb het pakket niet ontvangen, kunnen jullie dat nakijken?", "nl"),
        ("Dzień dobry, klamra pękła i nie da się jej zamknąć", "pl"),
        ("Olá, não recebi o pedido, obrigado por verificar", "pt"),
        ("Hej, jag har inte fått paketet och det är en present", "sv"),
        ("Heron 22 の背面長について教えてください", "ja"),
        ("我看页面写的是 30-40 升", "zh"),
        ("배송이 언제 오나요?", "ko"),
        ("Где мой заказ?", "ru"),
        ("Коли прийде моє замовлення? Дякую і гарного дня", "uk"),
        ("Πού είναι η παραγγελία μου;", "el"),
        ("הזמנה 10558. הכול בסדר?", "he"),
        ("السلام عليكم استرجاع مبلغ الطلب", "ar"),
    ],
)
def test_plain_texts_are_told(text: str, code: str) -> None:
    assert likely_language(text) == code


@pytest.mark.parametrize("text", ["", "10558", "OK", "Merci", "de la", "😅", "Tarn 28 XL"])
def test_what_could_be_several_is_not_guessed(text: str) -> None:
    assert likely_language(text) is None


def test_a_borrowed_name_does_not_decide() -> None:
    assert likely_language("I have a question on the order that Αλέξης has sent to you") == "en"
