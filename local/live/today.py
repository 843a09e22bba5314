"""What is known of the providers, beside what they say today: languages and models come and go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import httpx

from local.live.looking import Service
from shared.configuration.settings import Settings
from shared.model.setting import Endpoint
from shared.providers.azure_speech import locales as azure
from shared.providers.known import Known
from shared.providers.registry import OFFERS

Verdict = Literal["as known", "differs", "nothing to ask", "no key", "no answer"]
Ask = Callable[[Service], Collection[str]]
"""What the service says. Raises what httpx does, and `ValueError` where that makes no sense."""
Raw = Callable[[Endpoint, Settings], Mapping[str, Any]]

_LOCALES = "/speechtotext/transcriptions/locales"
_MODELS = "/speechtotext/models/base"
NOBODY = "https://nobody.invalid"
_PAGE, _MOST_PAGES = 100, 200
_SHOWN = 20


class Told(NamedTuple):
    """Of one thing that is known of a provider, at one endpoint. `new` is what only the service
    says, `gone` what only we do; `advice` what to do about it."""

    provider: str
    endpoint: str
    known: Known
    verdict: Verdict
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    advice: str = ""


# --- what can be asked ------------------------------------------------------------------------


def _azure_locales(kind: str) -> Ask:
    """Of the dated versions: an object, with a list for each kind of transcription."""

    def ask(service: Service) -> Collection[str]:
        told = _json(service.get(_LOCALES))
        return _texts(told.get(kind) if isinstance(told, dict) else told)

    return ask


def _azure_base_models(service: Service) -> Collection[str]:
    """The locales that have a base model which transcribes today."""
    found: set[str] = set()
    now = datetime.now(UTC)
    for page in range(_MOST_PAGES):
        values = _json(service.get(_MODELS, skip=str(page * _PAGE), top=str(_PAGE)))["values"]
        found |= {model["locale"] for model in values if not _has_ended(model, now)}
        if len(values) < _PAGE:
            return _texts(sorted(found))
    raise ValueError("models without end")


def _has_ended(model: Mapping[str, Any], now: datetime) -> bool:
    ends = model.get("properties", {}).get("deprecationDates", {}).get("transcriptionDateTime")
    return ends is not None and datetime.fromisoformat(ends) <= now


ASKS: Mapping[str, Mapping[str, Ask]] = {
    "azure-speech": {
        azure.LOCALES: _azure_locales("Submit"),
        azure.LOCALES_OF_EXPRESS: _azure_locales("Transcribe"),
        azure.BASE_MODELS: _azure_base_models,
    }
}
"""By provider and by what is known. The others have no call that would tell."""


def _json(answer: httpx.Response) -> Any:
    if answer.status_code != 200:
        raise ValueError(f"status {answer.status_code}")
    return answer.json()


def _texts(found: Any) -> Collection[str]:
    """Nothing at all is no answer: no service has no languages."""
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise ValueError("no list of names")
    return frozenset(found)


# --- beside what is known ---------------------------------------------------------------------


def look(
    settings: Settings, raw: Raw, client: Callable[..., httpx.Client] = httpx.Client
) -> list[Told]:
    """All that is known of every provider, and what its endpoints say of it. `raw` tells how a
    client of an endpoint is made."""
    found: list[Told] = []
    for name, offer in OFFERS.items():
        mine = [one for one in settings.endpoints if one.provider == name and one.key is not None]
        known = [_with_more(one, settings.of_provider.get(name, {})) for one in offer.known]
        for endpoint in mine:
            with client(**raw(endpoint, settings)) as http:
                found += [_told(name, endpoint.name, one, Service(http, "")) for one in known]
        if not mine:
            found += [_told(name, "", one, None) for one in known]
    return found


def with_any_endpoint(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings without an endpoint are none: where there is no key of anybody, one of nobody."""
    forms = [offer.form for offer in OFFERS.values()]
    if any(form.reads(name) and value for name, value in environment.items() for form in forms):
        return dict(environment)
    return {**environment, f"{OFFERS['azure-speech'].form.prefix}_ENDPOINT": NOBODY}


def _with_more(known: Known, settings: Mapping[str, Any]) -> Known:
    """With what the deployment was told beside."""
    more = settings.get("more_locales", ()) if "locales" in known.what else ()
    return known._replace(values=frozenset(known.values) | frozenset(more))


def _told(provider: str, endpoint: str, known: Known, service: Service | None) -> Told:
    ask = ASKS.get(provider, {}).get(known.what)
    if ask is None or service is None:
        verdict: Verdict = "nothing to ask" if ask is None else "no key"
        return Told(provider, endpoint, known, verdict)
    try:
        said = frozenset(ask(service))
    except httpx.HTTPError as error:
        return Told(provider, endpoint, known, "no answer", advice=type(error).__name__)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        told = str(error) if type(error) is ValueError else type(error).__name__
        return Told(provider, endpoint, known, "no answer", advice=told)
    new, gone = tuple(sorted(said - set(known.values))), tuple(sorted(set(known.values) - said))
    if not new and not gone:
        return Told(provider, endpoint, known, "as known")
    return Told(provider, endpoint, known, "differs", new, gone, _advice(known, new))


def _advice(known: Known, new: Sequence[str]) -> str:
    if known.what == azure.LOCALES and new:
        return f"SPEECH_MORE_LOCALES={','.join(new)} takes them before a release does."
    return ""


# --- told -------------------------------------------------------------------------------------


def exit_code(found: Sequence[Told]) -> int:
    """0: nothing differs from what is known; 1: a service that was asked did not answer; 3:
    something differs."""
    verdicts = {one.verdict for one in found}
    return 1 if "no answer" in verdicts else 3 if "differs" in verdicts else 0


def lines(found: Sequence[Told]) -> list[str]:
    """For people: a line for each, and what differs below it."""
    told = []
    for one in found:
        where = f"{one.provider} {one.endpoint}".strip()
        told.append(
            f"{one.verdict:14}  {where}: {one.known.what} ({len(one.known.values)}), read on "
            f"{one.known.read_on} in {one.known.source}"
        )
        for label, names in (("only the service says", one.new), ("only we say", one.gone)):
            if names:
                rest = len(names) - _SHOWN
                shown = ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
                told.append(f"{'':16}{label}: {shown}")
        if one.advice:
            told.append(f"{'':16}{one.advice}")
    return told


def as_data(found: Sequence[Told]) -> list[dict[str, object]]:
    """For programs."""
    return [
        {
            "provider": one.provider,
            "endpoint": one.endpoint,
            "what": one.known.what,
            "values": sorted(one.known.values),
            "source": one.known.source,
            "read_on": one.known.read_on,
            "verdict": one.verdict,
            "new": list(one.new),
            "gone": list(one.gone),
            "advice": one.advice,
        }
        for one in found
    ]
