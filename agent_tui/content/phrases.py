"""The words by which mail programs of many languages introduce quotes and signatures."""

import re


def _words(text: str) -> str:
    return "|".join(re.escape(word.replace("_", " ")) for word in text.split())


WROTE = re.compile(
    r"(?:^|\W)(?:"
    + _words(
        "wrote writes schrieb schreibt geschrieben écrit ecrit escribió escribio escreveu scritto"
        " scrisse schreef geschreven skrev skrifaði napisał napisała napisał(a) napisal napísal"
        " napsal написал написала написал(а) писал пишет писав написав пише kirjoitti yazdı"
        " yazmış írta scris kirjutas rašė rakstīja napisao napisala έγραψε כתב כתבה كتب viết"
        " menulis เขียน escrit idatzi 写道 寫道 書きました 작성"
    )
    + r")(?:\W|$)|写道|寫道|書きました|さんは|작성:|님이",
    re.IGNORECASE,
)
"""The verb of "On Monday, Ann wrote:"."""

OPENS = re.compile(
    r"\W{0,6}(?:"
    + _words(
        "on am le el il em op den de på pe dnia w_dniu dne dňa в у kl pada tarihinde lørdag"
        " mandag tirsdag onsdag torsdag fredag søndag à mon tue wed thu fri sat sun at"
    )
    + r")(?=\W|\d|$)|\W{0,6}(?:\d{1,4}[-./:年]|\d{1,2}\.? \w|\w{2,12},? \d)",
    re.IGNORECASE,
)
"""How such a line begins."""

_LABELS = {
    "from": "from von de da van fra från od от від kimden feladó lähettäjä απο από מאת من"
    " expéditeur remitente mittente afzender avsändare 差出人 发件人 發件人 寄件者 寄件人 보낸_사람"
    " 보낸사람 from_email de_la",
    "date": "sent date gesendet datum envoyé enviado enviada fecha data inviato verzonden sendt"
    " skickat dato wysłano дата отправлено надіслано lähetetty päivämäärä tarih gönderildi"
    " odesláno odoslané elküldve dátum αποστολή ημερομηνία 送信日時 送信日 日時 日付 发送时间"
    " 發送時間 发送日期 寄件日期 日期 보낸_날짜 날짜 נשלח تاريخ trimis"
    " envoyé_le enviado_el enviada_em enviado_em inviato_il verzonden_op sendt_den"
    " gesendet_am datum_und_uhrzeit date_sent",
    "to": "to an à para a aan til till do кому komu kime vastaanottaja címzett προς 宛先 收件人"
    " 收件者 받는_사람 받는사람 cc kopie kopia copia copie kopi kópia копия копія 抄送 副本 参照"
    " 참조 reply-to destinataire destinatario bcc răspuns",
    "subject": "subject betreff objet asunto assunto oggetto onderwerp emne ämne temat тема konu"
    " aihe tárgy předmět predmet θέμα 件名 主题 主題 主旨 제목 נושא الموضوع subiect sujet",
}
LABELS = {word.replace("_", " "): kind for kind, words in _LABELS.items() for word in words.split()}
"""What the labels of a copied header mean: from, date, to or subject."""

FORWARDED = re.compile(
    "original (?:message|appointment)|forwarded (?:message|by)|reply message"
    "|replied message|ursprüngliche (?:nachricht|mail)|urspr.{1,3}ngliche nachricht"
    "|original-?nachricht|weitergeleitete (?:nachricht|mail)|message (?:d.origine|original)"
    "|message (?:transf|r.exp.di)|mail original|courriel original|mensaje (?:original|reenviado)"
    "|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht"
    "|mensagem (?:original|encaminhada)|ursprungligt meddelande|ursprunglig"
    "|vidarebefordrat|oprindelig (?:meddelelse|besked)|opprinnelig melding|videresendt"
    "|alkuperäinen viesti|välitetty viesti|wiadomość oryginalna|oryginalna wiadomość"
    "|przekazana wiadomość|původní (?:zpráva|e-mail)|pôvodná správa|přeposlaná zpráva"
    "|исходное сообщение|пересылаемое сообщение|оригинальное сообщение|переслан"
    "|вихідне повідомлення|оригінальне повідомлення|пересилається|orijinal ileti|iletilen mesaj"
    "|eredeti üzenet|továbbított üzenet|mesaj original|αρχικό μήνυμα|προωθημένο μήνυμα"
    "|原始邮件|原始郵件|转发的邮件|轉寄郵件|元のメッセージ|転送|원본 메시지|전달된 메시지|הודעה"
    "|الرسالة الأصلية|thư gốc|pesan asli",
    re.IGNORECASE,
)
"""What stands between the dashes before an original or forwarded mail."""

DEVICE = re.compile(
    r"sent (?:from|via|with|using) |get \[?outlook for |get bluemail|yahoo mail "
    "|von meinem .*gesendet|gesendet (?:von|mit|aus) |diese nachricht wurde von .*gesendet"
    "|envoyé (?:de|depuis|à partir|avec|par) |télécharger outlook|obtenir outlook"
    "|enviado (?:desde|do|a partir|del|de|via) |obtener outlook|obter o outlook"
    "|inviato da|scarica outlook|verzonden (?:met|vanaf|via|van)|verstuurd v|outlook voor "
    "|skickat från|sendt (?:fra|via)|hämta outlook|hent outlook|lähetetty |wysłane z|wysłano z"
    "|pobierz outlook|odesláno z|odoslané z|отправлено (?:с|из|от|через) |надіслано з"
    "|.* gönderildi$|elküldve |trimis de pe|στάλθηκε από|发自我的|發自我的|從我的|从我的"
    "|.*から送信$|나의 .*보냄|נשלח מה|gửi từ |dikirim dari ",
    re.IGNORECASE,
)
"""The line that a telephone or program puts below every mail."""
