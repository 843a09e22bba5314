"""Route templates and blob paths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.paths import fill, parse_blob_path
from local.host.routes import in_order, parse_route


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("batches", "/batches", {}),
        ("batches", "/BATCHES/", {}),
        ("batches", "/batch", None),
        ("batches/{id}", "/batches/7", {"id": "7"}),
        ("batches/{id}", "/batches", None),
        ("batches/{id}", "/batches/7/files", None),
        ("batches/{id?}", "/batches", {}),
        ("batches/{id:int?}", "/batches/12", {"id": "12"}),
        ("batches/{id:int?}", "/batches/x", None),
        ("batches/{id:int}", "/batches/99999999999", None),
        ("batches/{id:long}", "/batches/99999999999", {"id": "99999999999"}),
        ("{kind:alpha}/{id}", "/audio/1", {"kind": "audio", "id": "1"}),
        ("{kind:alpha}/{id}", "/audio2/1", None),
        ("x/{flag:bool}", "/x/True", {"flag": "True"}),
        ("x/{id:guid}", "/x/not-a-guid", None),
        (
            "x/{id:guid}",
            "/x/6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            {"id": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"},
        ),
        ("files/{*path}", "/files/a/b%20c.wav", {"path": "a/b c.wav"}),
        ("files/{*path}", "/files", {"path": ""}),
        ("v{major}.{minor}", "/v1.20", {"major": "1", "minor": "20"}),
        ("x/{name}", "/x/a%2Fb", {"name": "a%2Fb"}),
        ("", "/", {}),
    ],
)
def test_a_template_matches(template: str, path: str, expected: dict[str, str] | None) -> None:
    assert parse_route(template).match(path) == expected


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("a//b", "cannot read"),
        ("a/{b", "cannot read"),
        ("{id:date}", "unknown constraint 'date'"),
        ("{*rest}/more", "catch-all parameter must come last"),
        ("{a?}/b", "optional parameter must come last"),
        ("{a}/{a}", "appears twice"),
        ("x{a?}", "must fill its segment"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(template: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_route(template)


def test_the_most_literal_route_is_tried_first() -> None:
    templates = ["{*rest}", "{a}/{b}", "a/{b}", "a/{b:int}", "a/b", "a/v{b}"]
    ordered = in_order((parse_route(template), template) for template in templates)
    assert [name for _, name in ordered] == [
        *("a/b", "a/v{b}", "a/{b:int}", "a/{b}", "{a}/{b}", "{*rest}"),
    ]


def test_routes_of_one_shape_are_equal_whatever_their_parameters_are_called() -> None:
    assert parse_route("Items/{id:int}").shape == parse_route("items/{key:int}").shape
    assert parse_route("items/{id:int}").shape != parse_route("items/{id}").shape


@pytest.mark.long
@given(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,3}", fullmatch=True))
def test_a_literal_template_matches_itself_and_nothing_longer(template: str) -> None:
    assert parse_route(template).match("/" + template) == {}
    assert parse_route(template).match(f"/{template}/more") is None


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("audio/{name}", "in/a.wav", {"name": "in/a.wav"}),
        ("audio", "in/a.wav", {}),
        ("audio/in/{name}.{ext}", "in/a.b.wav", {"name": "a.b", "ext": "wav"}),
        ("audio/in/{name}.wav", "out/a.wav", None),
        ("audio/in/{name}.wav", "in/a.mp3", None),
        ("manifests/{name}.json", "Ü (1).json", {"name": "Ü (1)"}),
    ],
)
def test_a_blob_path_matches(path: str, name: str, expected: dict[str, str] | None) -> None:
    assert parse_blob_path(path).match(name) == expected


def test_a_blob_path_knows_its_literal_start() -> None:
    parsed = parse_blob_path("audio/in/{name}.wav")
    assert (parsed.container, parsed.prefix) == ("audio", "in/")


def test_a_blob_path_needs_a_container() -> None:
    with pytest.raises(ValueError, match="container"):
        parse_blob_path("{name}")


def test_expressions_are_filled_from_binding_data() -> None:
    assert fill("out/{name}.txt", {"name": "a"}) == "out/a.txt"
    with pytest.raises(KeyError):
        fill("out/{other}", {"name": "a"})
