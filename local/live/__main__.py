"""python -m local.live: the contract, and the guesses, against a real service.

Keys come as the app's do: SPEECH_ENDPOINT and SPEECH_KEY, ASSEMBLYAI_KEY, SOFERAI_KEY; of a
deployment DROPSCRIBE_URL and DROPSCRIBE_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx

from local.live import assemblyai, azure_speech, soferai
from local.live.life import Kept, Life
from local.live.looking import Answer, Guess, Service, settle
from local.live.money import CEILING, RECORDINGS, most_dollars
from local.stack.root import ROOT
from shared.configuration.settings import Settings, read_settings
from shared.model.setting import Endpoint
from shared.providers.azure_speech.versions import OFFERED
from shared.providers.offer import Connection
from shared.providers.registry import OFFERS
from shared.version import VERSION

GUESSES: Mapping[str, tuple[Guess, ...]] = {
    "azure-speech": azure_speech.GUESSES,
    "assemblyai": assemblyai.GUESSES,
    "soferai": soferai.GUESSES,
}


def main() -> int:
    """0: every promise was kept, whatever became of the guesses; 1: one was not; 2: not begun."""
    options = _parser().parse_args()
    guesses = GUESSES.get(options.provider, ())
    priced = options.provider if options.provider in OFFERS else "azure-speech"
    dollars = most_dollars(priced, options.seconds, sum(guess.makes for guess in guesses))
    if refused := _refusal(options, dollars, os.environ):
        print(refused, file=sys.stderr)
        return 2
    kept, answers = (
        (_of_deployment(options), [])
        if options.provider == "azure"
        else _of_provider(options.provider, options.audio, read_settings(environment()))
    )
    kept = [_shown(one) for one in kept]
    told = findings(options.provider, dollars, kept, answers)
    Path(options.out).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    for answer in answers:
        print(f"{answer.verdict:5}  {answer.guess.name}: {answer.guess.says}")
    print(f"Written to {options.out}, which can be attached to an issue.")
    return 0 if all(one.is_kept for one in kept) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.live")
    parser.add_argument("provider", choices=[*GUESSES, "azure"], help="azure: a deployment")
    parser.add_argument("--audio", default="", help="https address of a recording of speech")
    parser.add_argument("--seconds", type=float, default=30, help="how long it is")
    parser.add_argument("--out", default="live.json")
    parser.add_argument(
        "--yes", action="store_true", help="what it may cost is known and agreed to"
    )
    return parser


def _refusal(options: argparse.Namespace, dollars: float, environment: Mapping[str, str]) -> str:
    """Why the run is not begun; empty when it may."""
    if environment.get("CI"):
        return "This runs against a real service, and never in CI."
    if dollars > CEILING:
        return f"It may cost {dollars:.2f} dollars, more than {CEILING:.2f}: take shorter audio."
    if options.provider != "azure" and not options.audio.startswith("https://"):
        return "--audio has to be an https address that the provider can read."
    print(f"{RECORDINGS} recordings and the questions cost at most {dollars:.2f} dollars.")
    if options.yes:
        return ""
    if not sys.stdin.isatty() or input("Go on? Type yes: ").strip().lower() != "yes":
        return "Nothing was sent."
    return ""


def environment() -> dict[str, str]:
    """That of the app, without its storage, which is not needed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEBHOOK_")}
    return {**kept, "DATA_STORAGE": "UseDevelopmentStorage=true"}


def _of_provider(
    provider: str,
    audio: str,
    settings: Settings,
    client: Callable[..., httpx.Client] = httpx.Client,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[list[Kept], list[Answer]]:
    """`client` makes the HTTP client, for questions and adapter alike."""
    endpoint = next((e for e in settings.endpoints if e.provider == provider), None)
    if endpoint is None or endpoint.key is None:
        raise SystemExit(f"{OFFERS[provider].form.prefix}_KEY is not set.")
    offer = OFFERS[provider]
    with client() as http, client(**raw(endpoint, settings)) as service_http:
        life = Life(
            provider=offer.connect(
                Connection(
                    url=endpoint.url,
                    key=endpoint.key.reveal(),
                    http=http,
                    credential=_nobody,
                    settings=settings.of_provider[provider],
                )
            ),
            audio=audio,
            at_once=offer.limits.most_files("standard"),
            deletes=provider != "soferai",
            pause=pause,
        )
        service = Service(service_http, audio)
        try:
            return list(life()), [settle(guess, service) for guess in GUESSES[provider]]
        finally:
            service.remove_all()


def _nobody() -> None:
    raise SystemExit("A key is needed here.")


def raw(endpoint: Endpoint, settings: Settings) -> dict[str, object]:
    """How a client of the service itself is made."""
    key = endpoint.key.reveal() if endpoint.key else ""
    version = settings.of_provider.get("azure-speech", {}).get("api_version", OFFERED[0])
    headers, query = {
        "azure-speech": ({"Ocp-Apim-Subscription-Key": key}, {"api-version": version}),
        "assemblyai": ({"Authorization": key}, {}),
        "soferai": ({"Authorization": f"Bearer {key}"}, {}),
    }[endpoint.provider]
    return {"base_url": endpoint.url, "headers": headers, "params": query, "timeout": 30.0}


def _of_deployment(options: argparse.Namespace) -> list[Kept]:
    from client.dropscribe import Dropscribe
    from local.live.deployment import DeploymentLife

    samples = tuple(sorted(p for p in (ROOT / "samples" / "audio").rglob("*") if p.is_file()))
    with Dropscribe.from_environment() as app:
        return list(DeploymentLife(app, samples)())


def _shown(kept: Kept) -> Kept:
    print(
        f"{'kept' if kept.is_kept else 'BROKEN':6} {kept.promise}{kept.seen and f': {kept.seen}'}"
    )
    return kept


def findings(
    provider: str, dollars: float, kept: Iterable[Kept], answers: Iterable[Answer]
) -> dict[str, object]:
    """For an issue: no key, no address, no word of what was said."""
    return {
        "provider": provider,
        "version": VERSION,
        "on": datetime.now(UTC).date().isoformat(),
        "most_dollars": round(dollars, 2),
        "promises": [{"promise": k.promise, "kept": k.is_kept, "seen": k.seen} for k in kept],
        "guesses": [
            {
                "name": a.guess.name,
                "says": a.guess.says,
                "told_in": a.guess.told_in,
                "verdict": a.verdict,
                "seen": a.seen,
            }
            for a in answers
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
