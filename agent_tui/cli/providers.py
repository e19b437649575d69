"""Servers of the largest mail providers, each after its own help page; data, no code."""

from dataclasses import dataclass

from agent_tui.adapters.server import Security


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one server listens."""

    host: str
    port: int
    security: Security = Security.TLS


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; ``mx`` are ends of the host names that receive its customers' mail.

    Most want the whole address for a user name, some only what stands before the @.
    """

    name: str
    imap: Endpoint
    smtp: Endpoint
    domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    oauth: bool = False  # no passwords, only access tokens
    short_imap_user: bool = False
    short_smtp_user: bool = False


def _tls(imap: str, smtp: str) -> tuple[Endpoint, Endpoint]:
    return Endpoint(imap, 993), Endpoint(smtp, 465)


def _submission(imap: str, smtp: str) -> tuple[Endpoint, Endpoint]:
    return Endpoint(imap, 993), Endpoint(smtp, 587, Security.STARTTLS)


def _app_password(where: str) -> str:
    return f"Your usual password is refused here; make an app password at {where}."


_MICROSOFT = (
    "Microsoft takes no passwords over IMAP and SMTP any more, only OAuth access tokens; "
    "name a command that prints one.",
)
_YAHOO = ("com", "co.uk", "de", "fr", "es", "it", "ca", "com.br", "co.in", "com.au")
_IMAP_SWITCH = ("IMAP is off at first; switch it on in the web mail's settings for POP3 and IMAP.",)

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "Gmail",
        *_tls("imap.gmail.com", "smtp.gmail.com"),
        domains=("gmail.com", "googlemail.com"),
        mx=("google.com", "googlemail.com"),
        notes=(_app_password("https://myaccount.google.com/apppasswords"),),
    ),
    Provider(
        "Outlook.com",
        *_submission("outlook.office365.com", "smtp-mail.outlook.com"),
        domains=("outlook.com", "outlook.de", "outlook.fr", "hotmail.com", "live.com", "msn.com"),
        notes=_MICROSOFT,
        oauth=True,
    ),
    Provider(
        "Microsoft 365",
        *_submission("outlook.office365.com", "smtp.office365.com"),
        domains=("onmicrosoft.com", "office365.com"),
        mx=("mail.protection.outlook.com", "mx.microsoft"),
        notes=_MICROSOFT,
        oauth=True,
    ),
    Provider(
        "Yahoo",
        *_tls("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
        domains=("ymail.com", "rocketmail.com", *(f"yahoo.{end}" for end in _YAHOO)),
        mx=("yahoodns.net",),
        notes=(_app_password("https://login.yahoo.com/account/security"),),
    ),
    Provider(
        "AOL",
        *_tls("imap.aol.com", "smtp.aol.com"),
        domains=("aol.com", "aol.de", "aol.co.uk", "aim.com"),
        notes=(_app_password("https://login.aol.com/account/security"),),
    ),
    Provider(
        "iCloud",
        *_submission("imap.mail.me.com", "smtp.mail.me.com"),
        domains=("icloud.com", "me.com", "mac.com"),
        mx=("mail.icloud.com",),
        short_imap_user=True,
        notes=(_app_password("https://account.apple.com"),),
    ),
    Provider(
        "Fastmail",
        *_tls("imap.fastmail.com", "smtp.fastmail.com"),
        domains=("fastmail.com", "fastmail.fm", "fastmail.de", "sent.com", "messagingengine.com"),
        mx=("messagingengine.com",),
        notes=(_app_password("https://app.fastmail.com/settings/security"),),
    ),
    Provider(
        "GMX",
        *_tls("imap.gmx.net", "mail.gmx.net"),
        domains=("gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu"),
        notes=_IMAP_SWITCH,
    ),
    Provider(
        "GMX.com",
        *_tls("imap.gmx.com", "mail.gmx.com"),
        domains=("gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es", "gmx.it"),
        notes=_IMAP_SWITCH,
    ),
    Provider(
        "mail.com",
        *_tls("imap.mail.com", "smtp.mail.com"),
        domains=("mail.com", "email.com", "usa.com", "consultant.com", "engineer.com"),
    ),
    Provider(
        "WEB.DE",
        *_tls("imap.web.de", "smtp.web.de"),
        domains=("web.de",),
        notes=_IMAP_SWITCH,
        short_imap_user=True,
        short_smtp_user=True,
    ),
    Provider(
        "T-Online",
        *_tls("secureimap.t-online.de", "securesmtp.t-online.de"),
        domains=("t-online.de", "magenta.de"),
        notes=("T-Online wants its own e-mail password, not the one of the customer centre.",),
    ),
    Provider(
        "Proton Mail",
        Endpoint("127.0.0.1", 1143, Security.STARTTLS),
        Endpoint("127.0.0.1", 1025, Security.STARTTLS),
        domains=("proton.me", "protonmail.com", "protonmail.ch", "pm.me"),
        mx=("protonmail.ch",),
        notes=(
            "Proton Mail needs its Bridge running on this machine; take the password from the "
            "Bridge, export its certificate and name that file as 'ca_file'.",
        ),
    ),
    Provider(
        "Zoho",
        *_tls("imap.zoho.com", "smtp.zoho.com"),
        domains=("zoho.com", "zohomail.com"),
        notes=(_app_password("https://accounts.zoho.com/home#security/app_password"),),
    ),
    Provider(
        "Zoho Europe",
        *_tls("imap.zoho.eu", "smtp.zoho.eu"),
        domains=("zoho.eu", "zohomail.eu"),
        notes=(_app_password("https://accounts.zoho.eu/home#security/app_password"),),
    ),
    Provider(
        "Zoho for organisations",
        *_tls("imappro.zoho.com", "smtppro.zoho.com"),
        mx=("zoho.com",),
        notes=(_app_password("https://accounts.zoho.com/home#security/app_password"),),
    ),
    Provider(
        "Zoho Europe for organisations",
        *_tls("imappro.zoho.eu", "smtppro.zoho.eu"),
        mx=("zoho.eu",),
        notes=(_app_password("https://accounts.zoho.eu/home#security/app_password"),),
    ),
    Provider(
        "Mail.ru",
        *_tls("imap.mail.ru", "smtp.mail.ru"),
        domains=("mail.ru", "inbox.ru", "list.ru", "bk.ru"),
        mx=("mail.ru",),
        notes=(_app_password("https://account.mail.ru/user/2-step-auth/passwords"),),
    ),
    Provider(
        "Yandex",
        *_tls("imap.yandex.com", "smtp.yandex.com"),
        domains=("yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "ya.ru"),
        mx=("mx.yandex.net", "mx.yandex.ru"),
        notes=(_app_password("https://id.yandex.com/security/app-passwords"),),
    ),
    Provider(
        "IONOS Germany",
        *_tls("imap.ionos.de", "smtp.ionos.de"),
        domains=("online.de", "onlinehome.de", "sofort-start.de"),
        mx=("kundenserver.de", "ionos.de"),
    ),
    Provider("IONOS", *_tls("imap.ionos.com", "smtp.ionos.com"), mx=("ionos.com", "1and1.com")),
    Provider(
        "STRATO",
        *_tls("imap.strato.de", "smtp.strato.de"),
        domains=("strato.de",),
        mx=("rzone.de",),
    ),
    Provider(
        "Hetzner",
        *_tls("mail.your-server.de", "mail.your-server.de"),
        mx=("your-server.de",),
    ),
    Provider("OVH", *_tls("ssl0.ovh.net", "ssl0.ovh.net"), mx=("mail.ovh.net",)),
    Provider(
        "Infomaniak",
        *_tls("mail.infomaniak.com", "mail.infomaniak.com"),
        domains=("ik.me", "ikmail.com", "etik.com"),
        mx=("infomaniak.ch",),
    ),
    Provider(
        "Gandi",
        *_tls("mail.gandi.net", "mail.gandi.net"),
        mx=("mail.gandi.net",),
    ),
    Provider(
        "Posteo",
        *_tls("posteo.de", "posteo.de"),
        domains=("posteo.de", "posteo.net", "posteo.at", "posteo.ch", "posteo.eu"),
    ),
    Provider(
        "mailbox.org",
        *_tls("imap.mailbox.org", "smtp.mailbox.org"),
        domains=("mailbox.org",),
        mx=("mailbox.org",),
    ),
    Provider("Migadu", *_tls("imap.migadu.com", "smtp.migadu.com"), mx=("migadu.com",)),
    Provider(
        "Orange",
        *_tls("imap.orange.fr", "smtp.orange.fr"),
        domains=("orange.fr", "wanadoo.fr"),
    ),
    Provider(
        "AT&T",
        *_tls("imap.mail.att.net", "smtp.mail.att.net"),
        domains=("att.net", "sbcglobal.net", "bellsouth.net"),
    ),
    Provider("Comcast", *_tls("imap.comcast.net", "smtp.comcast.net"), domains=("comcast.net",)),
    Provider("QQ Mail", *_tls("imap.qq.com", "smtp.qq.com"), domains=("qq.com", "foxmail.com")),
    Provider("NetEase 163", *_tls("imap.163.com", "smtp.163.com"), domains=("163.com",)),
    Provider(
        "Naver",
        *_tls("imap.naver.com", "smtp.naver.com"),
        domains=("naver.com",),
        notes=_IMAP_SWITCH,
    ),
    Provider(
        "Seznam",
        *_tls("imap.seznam.cz", "smtp.seznam.cz"),
        domains=("seznam.cz", "email.cz", "post.cz"),
    ),
)


def by_domain(domain: str) -> Provider | None:
    """The provider whose addresses end in ``domain``."""
    return next((p for p in PROVIDERS if domain in p.domains), None)


def by_mx(hosts: tuple[str, ...]) -> Provider | None:
    """The provider that receives mail on ``hosts``, the MX of somebody's own domain."""
    for host in hosts:
        for provider in PROVIDERS:
            if any(host == end or host.endswith(f".{end}") for end in provider.mx):
                return provider
    return None
