"""The languages in which text PII is found, and what the service calls them.

https://learn.microsoft.com/azure/ai-services/language-service/personally-identifiable-information/language-support
"""

from __future__ import annotations

from shared.model.redaction.kinds import language_of

LANGUAGES = frozenset(
    "af am ar as az bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id it "
    "ja ka kk km kn ko ku ky lo lt lv mg mk ml mn mr ms my nb ne nl no or pa pl ps pt ro ru sk sl "
    "so sq sr ss sv sw ta te th tr ug uk ur uz vi zh".split()
)
"""By the first part of a locale. Of other entities it knows the same."""
FELT = (LANGUAGES | frozenset("be br eo fil fy gd ha jv la om sa sd si su xh yi".split())) - {"ss"}
"""Those of sentiment and key phrases.
https://learn.microsoft.com/azure/ai-services/language-service/sentiment-opinion-mining/language-support
"""
_TRADITIONAL = ("hant", "tw", "hk", "mo")


def code_of(tag: str) -> str:
    """As the service calls the language of a BCP-47 tag."""
    language = language_of(tag)
    others = tag.replace("_", "-").lower().split("-")[1:]
    if language == "zh":
        return "zh-hant" if any(part in _TRADITIONAL for part in others) else "zh-hans"
    if language == "pt":
        return "pt-BR" if "br" in others else "pt-PT"
    return "no" if language == "nb" else language
