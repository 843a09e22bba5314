"""An index with its documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.emulators.azure_search.definition import Field
from local.emulators.azure_search.errors import invalid
from local.emulators.azure_search.filters import read_filter
from local.emulators.azure_search.queries import Words, read_query

Json = dict[str, Any]
MOST_ACTIONS = 1_000
MOST_TERM_BYTES = 32_766
MOST_SKIPPED = 100_000
_KEY = re.compile(r"(?!_)[A-Za-z0-9_=-]{1,1024}")
_ASKED = {
    "search",
    "searchFields",
    "queryType",
    "searchMode",
    "filter",
    "orderby",
    "select",
    "top",
    "skip",
    "count",
}


class Index:
    """`there` is by key. `shown` is what searches see of it, which may be what was there before."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self.key = next(field.name for field in fields.values() if "key" in field.can)
        self.there: dict[str, Json] = {}
        self.shown: dict[str, Json] = {}
        self.hidden_for = 0
        self._words: dict[tuple[str, str], tuple[Json, Words]] = {}

    def check(self, actions: Any) -> list[Json]:
        """The actions of a call, none of which is carried out where one makes no sense."""
        given = actions.get("value") if isinstance(actions, dict) else None
        if not isinstance(given, list) or not given:
            raise invalid("The request is invalid. Details: there are no actions.")
        if len(given) > MOST_ACTIONS:
            raise invalid(f"The request is invalid. Details: more than {MOST_ACTIONS} actions.")
        for action in given:
            self._check(action)
        return given

    def carry_out(self, action: Json) -> int:
        """The status of it."""
        key, kind = action[self.key], action.get("@search.action", "upload")
        document = {name: value for name, value in action.items() if name in self.fields}
        if kind == "delete":
            self.there.pop(key, None)
            return 200
        if kind == "merge" and key not in self.there:
            return 404
        before = self.there.get(key)
        if kind == "upload" or before is None:
            before = {name: [] if one.is_collection else None for name, one in self.fields.items()}
        self.there[key] = {**before, **document}
        return 200 if kind == "merge" else 201

    def show(self, after: int = 0) -> None:
        """What is there, after so many searches more."""
        self.hidden_for = max(self.hidden_for, after)
        if not self.hidden_for:
            self.shown = dict(self.there)

    def search(self, asked: Json, page: int) -> Json:
        """Raises `Refusal`."""
        if self.hidden_for:
            self.hidden_for -= 1
        else:
            self.show()
        found = self._found(asked)
        self._sort(found, str(asked.get("orderby") or ""))
        skip, top = int(asked.get("skip") or 0), asked.get("top")
        if skip > MOST_SKIPPED:
            raise invalid("Value must be between 0 and 100000. Parameter name: $skip")
        wanted = found[skip:] if top is None else found[skip : skip + int(top)]
        given = wanted[:page] if top is not None else wanted[: min(page, 50)]
        names = self._selected(asked.get("select"))
        answer: Json = {"value": [_row(one, names) for one in given]}
        if asked.get("count"):
            answer["@odata.count"] = len(found)
        if len(given) < len(wanted):
            left = None if top is None else int(top) - len(given)
            more = {**asked, "skip": skip + len(given), **({} if left is None else {"top": left})}
            answer["@search.nextPageParameters"] = more
        return answer

    def _check(self, action: Json) -> None:
        kind = action.get("@search.action", "upload")
        if kind not in ("upload", "merge", "mergeOrUpload", "delete"):
            raise invalid(f"The request is invalid. Details: there is no action {kind}.")
        key = action.get(self.key)
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise invalid(f"Invalid document key: '{key}'. Keys have letters, digits, _ - and =.")
        for name, value in action.items():
            if name == "@search.action":
                continue
            field = self.fields.get(name)
            if field is None:
                raise invalid(f"The property '{name}' does not exist on type 'search.documents'.")
            if not field.fits(value):
                raise invalid(f"The value of '{name}' is not of type {field.kind}.")
            is_term = bool(field.can & {"filterable", "sortable", "facetable"})
            if is_term and max(map(_bytes, _values(value)), default=0) > MOST_TERM_BYTES:
                raise invalid(f"Field '{name}' contains a term that is too large to process.")

    def _found(self, asked: Json) -> list[Json]:
        if strange := set(asked) - _ASKED:
            raise invalid(f"This stand-in knows nothing of {sorted(strange)[0]}.")
        if asked.get("queryType", "simple") != "simple":
            raise invalid("This stand-in knows simple queries alone.")
        test = read_filter(asked["filter"], self.fields) if asked.get("filter") else None
        parts = read_query(str(asked.get("search") or ""))
        if parts and asked.get("searchMode") != "all":
            raise invalid("This stand-in knows queries of mode all alone.")
        among = self._searched(asked.get("searchFields"))
        return [
            row
            for row in self.shown.values()
            if (test is None or test(row))
            and all(
                part.is_unwanted != any(self._words_of(row, one).has(part) for one in among)
                for part in parts
            )
        ]

    def _words_of(self, row: Json, field: Field) -> Words:
        place = row[self.key], field.name
        known = self._words.get(place)
        if known is None or known[0] is not row:
            known = self._words[place] = row, Words(field, row.get(field.name))
        return known[1]

    def _searched(self, said: Any) -> list[Field]:
        can = [field for field in self.fields.values() if "searchable" in field.can]
        if not said:
            return can
        names = [name.strip() for name in str(said).split(",")]
        if strange := set(names) - {field.name for field in can}:
            raise invalid(
                f"The field '{sorted(strange)[0]}' in the search field list is not there."
            )
        return [field for field in can if field.name in names]

    def _selected(self, said: Any) -> list[str]:
        can = [name for name, field in self.fields.items() if "retrievable" in field.can]
        if not said:
            return can
        names = [name.strip() for name in str(said).split(",")]
        if strange := set(names) - set(can):
            raise invalid(f"Parameter name: $select. '{sorted(strange)[0]}' is not retrievable.")
        return names

    def _sort(self, found: list[Json], said: str) -> None:
        found.sort(key=lambda row: str(row[self.key]))
        for part in reversed([part.split() for part in said.split(",") if part.strip()]):
            field = self.fields.get(part[0])
            if (
                field is None
                or "sortable" not in field.can
                or part[1:] not in ([], ["asc"], ["desc"])
            ):
                raise invalid(f"Invalid expression: {' '.join(part)} is not sortable.")
            found.sort(key=lambda row: row[field.name], reverse=part[1:] == ["desc"])


def _row(document: Json, names: list[str]) -> Json:
    return {"@search.score": 1.0, **{name: document.get(name) for name in names}}


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bytes(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else 0
