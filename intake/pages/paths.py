"""The addresses of pages, native to each language, and the way from a page to the same one in the other language."""

from __future__ import annotations

from urllib.parse import quote

from rules.text import Lang, Text, same

DECLARATION = "/declaration/{jurisdiction}/{program}"
PATHS = {
    "home": Text("/fr/", "/en/"),
    "sign_in": Text("/fr/connexion", "/en/sign-in"),
    "mail_sent": Text("/fr/connexion/courriel", "/en/sign-in/mail"),
    "link": Text("/fr/session", "/en/session"),
    "sign_out": Text("/fr/deconnexion", "/en/sign-out"),
    "identity": Text("/fr/identite", "/en/identity"),
    "line": Text("/fr/file-d-attente", "/en/line"),
    "erase": Text("/fr/effacement", "/en/erasure"),
    "erased": Text("/fr/effacement/fait", "/en/erasure/done"),
    "accessibility": Text("/fr/accessibilite", "/en/accessibility"),
    "operators": Text("/fr/exploitation", "/en/operators"),
    "mine": Text(f"/fr{DECLARATION}", f"/en{DECLARATION}"),
    "form": Text(f"/fr{DECLARATION}/formulaire/{{page}}", f"/en{DECLARATION}/form/{{page}}"),
    "form_resume": Text(f"/fr{DECLARATION}/formulaire", f"/en{DECLARATION}/form"),
    "review": Text(f"/fr{DECLARATION}/verification", f"/en{DECLARATION}/review"),
    "conflict": Text(f"/fr{DECLARATION}/deux-versions", f"/en{DECLARATION}/two-versions"),
    "deposited": Text(f"/fr{DECLARATION}/depot", f"/en{DECLARATION}/deposit"),
    "amend": Text(f"/fr{DECLARATION}/modification", f"/en{DECLARATION}/amendment"),
    "give_up": Text(f"/fr{DECLARATION}/brouillon", f"/en{DECLARATION}/draft"),
    "withdraw": Text(f"/fr{DECLARATION}/retrait", f"/en{DECLARATION}/withdrawal"),
}


def path(name: str, lang: Lang, **parts: str | Text) -> str:
    """Give the address of a page. Parts that are words are given in both languages."""
    said = {key: (part if isinstance(part, Text) else same(part)).to(lang) for key, part in parts.items()}
    return PATHS[name].to(lang).format(**{key: quote(value, safe="") for key, value in said.items()})


def of_program(program: str) -> dict[str, str]:
    """Give the parts of an address that name a program."""
    jurisdiction, _, name = program.partition("/")
    return {"jurisdiction": jurisdiction, "program": name}


def lang_of(address: str) -> Lang:
    """Tell the language of an address."""
    return "en" if address == "/en" or address.startswith("/en/") else "fr"
