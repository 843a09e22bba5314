"""Between our locales (BCP-47) and the language codes of AssemblyAI (specification of March 2026).

Theirs are languages, and three kinds of English. Norwegian is "no", which a reader of YAML would
take for false; nothing here is read from YAML.
"""

from __future__ import annotations

_ENGLISH = {"en-US": "en_us", "en-GB": "en_uk", "en-AU": "en_au"}
_OTHERWISE_CALLED = {"nb": "no", "fil": "tl", "jv": "jw"}
_THEIRS = frozenset(
    """
    en es fr de it pt nl af sq am ar hy as az ba eu be bn bs br bg my ca zh hr cs da et fo fi gl ka
    el gu ht ha haw he hi hu is id ja jw kn kk km ko lo la lv ln lt lb mk mg ms ml mt mi mr mn ne no
    nn oc pa ps fa pl ro ru sa sr sn sd si sk sl so su sw sv tl tg ta tt te th bo tr tk uk ur uz vi
    cy yi yo
    """.split()
)
LANGUAGES = _THEIRS | _OTHERWISE_CALLED.keys()
"""The languages, as ours are called, of which every locale is taken."""
UNSPACED = ("zh", "ja", "th", "lo", "km", "my", "bo")
"""Languages whose words are not set apart by spaces."""


def code_of(locale: str) -> str:
    """What to ask for. A language that is not theirs is sent all the same, to be refused."""
    language = locale.split("-")[0]
    return _ENGLISH.get(locale) or _OTHERWISE_CALLED.get(language, language)


def locale_of(code: str) -> str | None:
    """The locale, or the language alone where no more is known. None for nothing."""
    plain = code.strip().lower()
    ours = {theirs: locale for locale, theirs in _ENGLISH.items()}
    renamed = {theirs: language for language, theirs in _OTHERWISE_CALLED.items()}
    return ours.get(plain) or renamed.get(plain) or plain.replace("_", "-") or None
