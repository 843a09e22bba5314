"""A translation by a lexicon of some dozen words: what is not in it stays as it was said.

It shows that everything fits together, and that a text is a translation, by the mark before it; it
says nothing of how well a language model translates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from local.emulators.chat.reading import Line

_WORD = re.compile(r"[^\W\d_]+")
_TARGET = re.compile(r"into the language with the tag ([A-Za-z0-9-]+)")
_ENGLISH = (
    "and the is not you we good morning day thank thanks yes no please call order number number "
    "here today tomorrow hello name help with for your my"
).split()
_LEXICON = {
    "de": (
        "und das ist nicht Sie wir guten Morgen Tag danke danke ja nein bitte Anruf Bestellung "
        "Nummer Nummer hier heute morgen hallo Name Hilfe mit für Ihre meine"
    ).split(),
    "fr": (
        "et le est pas vous nous bon matin jour merci merci oui non svp appel commande numéro "
        "numéro ici aujourd'hui demain bonjour nom aide avec pour votre mon"
    ).split(),
    "es": (
        "y el es no usted nosotros buena mañana día gracias gracias sí no favor llamada pedido "
        "número número aquí hoy mañana hola nombre ayuda con para su mi"
    ).split(),
}


def target_of(text: str) -> str:
    """The tag of the language that a question asks for; "": it asks for no translation."""
    found = _TARGET.search(text)
    return found[1] if found else ""


def translated(lines: Sequence[Line], language: str) -> list[dict[str, Any]]:
    known = _LEXICON.get(language.partition("-")[0], [])
    words = dict(zip(_ENGLISH, known, strict=False))
    return [{"line": line.number, "text": _marked(line.said, words, language)} for line in lines]


def _marked(said: str, words: dict[str, str], language: str) -> str:
    text = _WORD.sub(lambda found: words.get(found[0].casefold(), found[0]), said)
    return f"[{language}] {text}" if text.strip() else ""
