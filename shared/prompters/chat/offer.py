"""A chat endpoint as the application sees it."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.finders.offer import Connection
from shared.model.setting import (
    Invalid,
    Secret,
    Setting,
    amount,
    base_url,
    matching,
    number,
    one_of,
)
from shared.prompters.chat.answers import NAME
from shared.prompters.chat.client import Chat
from shared.prompters.chat.wire import Choices
from shared.prompters.offer import PrompterOffer
from shared.providers.identity import by_token, entra_token

_LONGEST = 200_000
"""Characters of a question: some 50,000 tokens, three and a half hours of talk."""


def _parameters(value: str) -> dict[str, Any]:
    """Further fields of a call, as a JSON object."""
    try:
        said = msgspec.json.decode(value)
    except msgspec.DecodeError:
        said = None
    if not isinstance(said, dict) or {"model", "messages", "response_format"} & set(said):
        raise Invalid('is not usable, expected a JSON object such as {"temperature": 0}')
    return said


def _connect(to: Connection) -> Chat:
    own, key = to.settings, to.settings["key"]
    if key is not None:
        bearer = key.reveal().strip()
        auth = by_token(lambda: bearer)
    else:
        auth = by_token(entra_token(to.credential(), own["audience"], NAME))
    return Chat(
        http=to.http,
        endpoint=own["endpoint"],
        auth=auth,
        choices=Choices(own["model"], own["format"], own["parameters"]),
        most_characters=own["most_characters"],
        calls_per_minute=own["calls_per_minute"],
    )


OFFER = PrompterOffer(
    name=Chat.name,
    prefix="CHAT",
    settings=(
        Setting("CHAT_ENDPOINT", base_url, None),
        Setting("CHAT_KEY", Secret, None),
        Setting(
            "CHAT_MODEL",
            matching(r"[\w./:@-]{1,200}", "the name of a model, expected such as gpt-5-mini"),
            None,
        ),
        Setting("CHAT_AUDIENCE", base_url, "https://cognitiveservices.azure.com"),
        Setting("CHAT_FORMAT", one_of("json_schema", "json_object", "none"), "json_schema"),
        Setting("CHAT_PARAMETERS", _parameters, {}),
        Setting("CHAT_MOST_CHARACTERS", number(1_000, 5_000_000), _LONGEST),
        Setting("CHAT_CALLS_PER_MINUTE", number(1, 1_000_000), 60),
        Setting("CHAT_PRICE_IN", amount, None),
        Setting("CHAT_PRICE_OUT", amount, None),
    ),
    connect=_connect,
)
