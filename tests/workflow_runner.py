"""Runs a workflow of Logic Apps as its definition says: what ours are made of, and nothing more.

Source: "Schema reference guide for triggers and actions" and "Reference guide to workflow
expression functions", Microsoft Learn. A call that is answered with 202 is followed at `Location`;
what is not known here stops the run with an error.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

CALLBACK = "https://prod-00.westeurope.logic.azure.com:443/workflows/1/runs/2/actions/3/run?sig=s"
RUN = "08584"
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([\w.]+)|(\?\[|[(),\[\]]))")
_PART = re.compile(r"@\{((?:[^'}]|'(?:[^']|'')*')*)\}")


class Reply(NamedTuple):
    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


Http = Callable[[Mapping[str, Any]], Reply]
"""Takes `method`, `uri`, `headers`, `body` and `authentication`, worked out."""
Connection = Callable[[str, Mapping[str, Any]], Any]
"""Takes the name of a connection and the inputs of an action; gives a body."""


@dataclass
class Run:
    """`sleep` lets time pass until the callback comes, and gives what it brings. `outputs` are
    those of the actions that ran, `statuses` those of all that were reached, `status` what the run
    itself was ended with."""

    definition: Mapping[str, Any]
    parameters: Mapping[str, Any]
    trigger: Any
    http: Http
    connection: Connection = lambda name, inputs: None
    sleep: Callable[[str], Any] = lambda url: None
    outputs: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    response: Any = None
    status: str = ""

    def start(self) -> Run:
        self._level(self.definition["actions"])
        return self

    def _level(self, actions: Mapping[str, Any]) -> None:
        waiting = dict(actions)
        while ready := [n for n, a in waiting.items() if set(a["runAfter"]) <= set(self.statuses)]:
            for name in ready:
                action = waiting.pop(name)
                fits = all(self.statuses[n] in wanted for n, wanted in action["runAfter"].items())
                self.statuses[name] = self._action(name, action) if fits else "Skipped"
        assert not waiting, f"never reached: {sorted(waiting)}"

    def _action(self, name: str, action: Mapping[str, Any]) -> str:
        if action["type"] == "If":
            holds = self._holds(action["expression"])
            self._level(action["actions"] if holds else action["else"]["actions"])
            return "Succeeded"
        if action["type"] == "Scope":
            self._level(action["actions"])
            own = [self.statuses.get(inner) for inner in _names(action)]
            return "Failed" if {"Failed", "TimedOut"} & set(own) else "Succeeded"
        kinds = {
            "Terminate": self._terminate,
            "Http": self._call,
            "HttpWebhook": self._webhook,
            "ApiConnection": self._connected,
            "Response": self._respond,
        }
        return kinds[action["type"]](name, action["inputs"])

    def _call(self, name: str, inputs: Mapping[str, Any]) -> str:
        asked = self._worked_out(inputs)
        reply = self.http(asked)
        while reply.status == 202:
            again = {"method": "GET", "uri": reply.headers["Location"]}
            reply = self.http({**again, "authentication": asked.get("authentication")})
        self.outputs[name] = reply.body
        return "Succeeded" if reply.status < 400 else "Failed"

    def _webhook(self, name: str, inputs: Mapping[str, Any]) -> str:
        reply = self.http(self._worked_out(inputs["subscribe"]))
        if reply.status >= 400:
            return "Failed"
        self.outputs["subscribe()"] = {"body": reply.body}
        self.outputs[name] = self.sleep(CALLBACK)
        if self.outputs[name] is None:
            self.http(self._worked_out(inputs["unsubscribe"]))
            return "TimedOut"
        return "Succeeded"

    def _connected(self, name: str, inputs: Mapping[str, Any]) -> str:
        asked = self._worked_out(inputs)
        self.outputs[name] = self.connection(asked["host"]["connection"]["name"], asked)
        return "Succeeded"

    def _respond(self, name: str, inputs: Mapping[str, Any]) -> str:
        self.response = self._worked_out(inputs)
        return "Succeeded"

    def _terminate(self, name: str, inputs: Mapping[str, Any]) -> str:
        self.status = inputs["runStatus"]
        return "Succeeded"

    def _holds(self, expression: Mapping[str, Any]) -> bool:
        [(kind, parts)] = expression.items()
        if kind == "and":
            return all(map(self._holds, parts))
        assert kind == "equals"
        left, right = self._worked_out(parts)
        return bool(left == right)

    def _worked_out(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: self._worked_out(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._worked_out(part) for part in value]
        if not isinstance(value, str):
            return value
        if value.startswith("@") and not value.startswith("@{"):
            return self._value(value[1:])
        return _PART.sub(lambda part: _text(self._value(part[1])), value)

    def _value(self, expression: str) -> Any:
        tokens = list(_tokens(expression))
        found = self._read(tokens)
        assert not tokens, f"not understood: {tokens} in {expression}"
        return found

    def _read(self, tokens: list[tuple[str, str]]) -> Any:
        kind, text = tokens.pop(0)
        if kind == "text":
            return text
        assert tokens.pop(0) == ("sign", "("), text
        arguments = []
        while tokens[0] != ("sign", ")"):
            arguments.append(self._read(tokens))
            if tokens[0] == ("sign", ","):
                tokens.pop(0)
        tokens.pop(0)
        found = self._function(text, *arguments)
        while tokens and tokens[0] in (("sign", "["), ("sign", "?[")):
            _, opening = tokens.pop(0)
            key = self._read(tokens)
            assert tokens.pop(0) == ("sign", "]")
            found = found[key] if opening == "[" else (found or {}).get(key)
        return found

    def _function(self, name: str, *arguments: Any) -> Any:
        functions: dict[str, Callable[..., Any]] = {
            "parameters": lambda name: self.parameters[name],
            "body": lambda name: self.outputs[name],
            "triggerBody": lambda: self.trigger,
            "workflow.run.name": lambda: RUN,
            "subscribe": lambda: self.outputs["subscribe()"],
            "listCallbackUrl": lambda: CALLBACK,
            "setProperty": lambda there, name, value: {**there, name: value},
            "first": lambda there: there[0] if there else None,
            "base64": lambda text: base64.b64encode(text.encode()).decode(),
            "encodeURIComponent": lambda text: quote(text, safe=""),
        }
        return functions[name](*arguments)


def _names(action: Mapping[str, Any]) -> Iterator[str]:
    for actions in (action.get("actions", {}), action.get("else", {}).get("actions", {})):
        for name, inner in actions.items():
            yield name
            yield from _names(inner)


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    expression = expression.replace("workflow().run.name", "workflow.run.name()")
    position = 0
    while position < len(expression.rstrip()):
        found = _TOKEN.match(expression, position)
        assert found, f"not understood: {expression[position:]}"
        position = found.end()
        text, name, sign = found.groups()
        if text is not None:
            yield "text", text.replace("''", "'")
        else:
            yield ("name", name) if name else ("sign", sign)


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
