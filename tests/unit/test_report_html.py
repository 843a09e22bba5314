from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin

import msgspec
import pytest

from shared.model.batch.report import ReportItem, build_report
from shared.model.conversation.conversation import Conversation, SpeakerTalk
from shared.model.failure import Failure
from shared.model.transcript.review import Span
from shared.model.transcript.transcript import Cost
from shared.outputs.report.html_writer import write_html
from shared.outputs.report.links import relative_link
from shared.outputs.report.said import Said
from shared.outputs.report.wording import duration, money, percent, size, stretch

AT = datetime(2026, 11, 20, 21, 59, 3, tzinfo=UTC)
VOID = {"meta", "link", "input", "br", "rect", "line"}

HOSTILE = [
    "<script>alert(1)</script>.wav",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "</style></title></details></table><img src=x onerror=alert(1)>",
    "<!-- --!> <![CDATA[ ",
    "&lt;b&gt;&#60;",
    "javascript:alert(1)",
    "a#b?c=%41 d.wav",
    "שלום \u202egnp.exe",
    "nul\x00\x1b",
]


@dataclass
class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and text outside of scripts."""

    source: str
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["script"], ["style"]):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def done(name: str = "a.wav", **more: Any) -> ReportItem:
    facts: dict[str, Any] = {
        "recording_id": "1",
        "container": "audio",
        "etag": "0x8",
        "bytes": 32_000,
        "state": "transcribed",
        "attempts": 1,
        "duration_ms": 61_000,
        "confidence": 0.93,
        "outputs": {"json": f"transcripts/audio/{name}.json"},
        "cost": Cost(amount=0.00305, currency="USD"),
    }
    return ReportItem(name=name, **{**facts, **more})


def failed(name: str = "b.wav", text: str = "The blob is empty.") -> ReportItem:
    failure = Failure(kind="input", code="empty", reason=text, advice=f"Mind: {text}")
    path = f"errors/audio/{name}.json"
    return done(name, state="failed", failure=failure, error_report=path, outputs={}, cost=None)


def page(*items: ReportItem, title: str = "Calls", notes: tuple[str, ...] = (), **how: Any) -> Page:
    header = build_report(
        items,
        batch_id="b-1",
        title=title,
        profiles=["calls"],
        origin="manifest",
        created_at=AT - timedelta(seconds=187),
        finished_at=AT,
        accepted=len(items),
        notes=notes,
    )
    return Page(b"".join(write_html(header, items, **how)).decode())


def test_the_page_says_how_it_went() -> None:
    text = page(done(), done("c.wav", needs_review=True), failed()).text
    assert "1 of 3 recordings failed." in text
    assert "Finished 20 Nov 2026, 21:59 UTC, 3 min 07 s after it began" in text
    for figure in ("Recordings3", "Transcribed2", "Failed1", "To review1", "Audio3 min 03 s"):
        assert figure in text
    assert "Mean confidence93 %" in text
    assert "Estimated cost0.0061 USD" in text


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ((), "There was nothing to transcribe."),
        ((done(),), "The recording was transcribed."),
        ((done(), done("c.wav")), "All 2 recordings were transcribed."),
        ((failed(),), "1 of 1 recording failed."),
    ],
)
def test_the_outcome_is_one_sentence(items: tuple[ReportItem, ...], sentence: str) -> None:
    assert sentence in page(*items).text


def test_failures_come_first_with_reason_and_advice_whatever_the_order_of_the_items() -> None:
    text = page(done("fine.wav"), failed("broken.wav")).text
    assert text.index("broken.wav") < text.index("fine.wav")
    assert "The audio The blob is empty. empty" in text
    assert "Mind: The blob is empty." in text


def test_doubtful_stretches_are_times_that_a_player_shows() -> None:
    spans = tuple(
        Span(at, at + 950, 0.42) for at in (7_390, 725_000, 3_723_400, 3_800_000, 3_900_000)
    )
    text = page(done(review_spans=spans)).text
    assert "0:07.3–0:08.4 42 %" in text
    assert "12:05.0–12:06.0 42 %" in text
    assert "1:02:03.4–1:02:04.4 42 %" in text
    assert "2 more" in text


def test_what_was_said_is_in_the_page_and_beside_what_to_hear_again() -> None:
    items = (done(review_spans=(Span(4_500, 4_600, 0.4),)), done("none.wav"))
    said = {"a.wav": Said(("Hello.", "<b>I ordered</b> a table."), ("order & so",))}
    shown = page(*items, said=lambda item: said.get(item.name))
    assert "0:04.5–0:04.6 order & so 40 %" in shown.text
    assert "What was saidHello.<b>I ordered</b> a table." in shown.text
    assert shown.text.count("What was said") == 1
    [field] = [one for one in shown.all("input") if one.get("id") == "find"]
    assert "a word" in field["placeholder"]


@pytest.mark.parametrize("folder", ["", "sales/inbound/"])
def test_the_folder_of_an_upload_is_no_part_of_its_shown_name(folder: str) -> None:
    uploaded = done(f"{folder}0123456789abcdef01234567/meeting.wav")
    text = page(uploaded, done("folder/other.wav")).text
    assert text.index("meeting.wav") < text.index(f"Blob{uploaded.name}")
    assert text.count("0123456789abcdef01234567/") == 1
    assert "folder/other.wav" in text


def test_a_page_without_words_does_not_ask_for_any() -> None:
    shown = page(done(review_spans=(Span(4_500, 4_600, 0.4),)))
    [field] = [one for one in shown.all("input") if one.get("id") == "find"]
    assert "a word" not in field["placeholder"]
    assert "0:04.5–0:04.6 40 %" in shown.text


def test_links_lead_to_the_blobs_from_where_the_report_lies() -> None:
    shown = page(*map(done, HOSTILE[:1]), done("ä b/100%#?.wav"), failed("x&y.wav"))
    targets = [urljoin("https://s/reports/b-1.html", a["href"]) for a in shown.all("a")]
    assert [unquote(target) for target in targets] == [
        "https://s/errors/audio/x&y.wav.json",
        "https://s/transcripts/audio/<script>alert(1)</script>.wav.json",
        "https://s/transcripts/audio/ä b/100%#?.wav.json",
    ]
    assert targets[2] == "https://s/transcripts/audio/%C3%A4%20b/100%25%23%3F.wav.json"


def test_the_caller_decides_where_links_lead() -> None:
    [anchor] = page(done(), link=lambda path: f"https://cdn/{path}").all("a")
    assert anchor["href"] == "https://cdn/transcripts/audio/a.wav.json"


@pytest.mark.parametrize("path", ["transcripts/../../etc", "transcripts/./a"])
def test_a_path_that_a_browser_would_resolve_to_another_has_no_link(path: str) -> None:
    assert relative_link(path) is None
    assert page(done(outputs={"json": path})).all("a") == []


def test_names_with_empty_folders_keep_their_slashes() -> None:
    target = relative_link("transcripts/audio//a.wav.json")
    assert target == "../transcripts/audio//a.wav.json"


def test_hostile_text_never_becomes_markup() -> None:
    spans = (Span(0, 1_000, 0.4),)
    harmless = page(
        done("a", review_spans=spans),
        failed("b", "c"),
        title="d",
        notes=("e",),
        said=lambda _: Said(("f",), ("g",)),
    )
    for text in HOSTILE:
        words = Said((text,), (text,))
        shown = page(
            done(text, language=text, etag=text, endpoint=text, job_id=text, review_spans=spans),
            failed(text, text),
            title=text,
            notes=(text,),
            said=lambda _, words=words: words,
        )
        assert {tag for tag, _ in shown.elements} <= {tag for tag, _ in harmless.elements}
        names = {name for _, attributes in shown.elements for name in attributes}
        assert names <= {name for _, attributes in harmless.elements for name in attributes}
        assert len(shown.all("script")) == 1


def test_names_are_shown_as_they_are_in_their_own_direction() -> None:
    shown = page(*map(done, HOSTILE[:8]))
    for text in HOSTILE[:8]:
        assert text in shown.text
    assert len(shown.all("bdi")) >= 16


def test_characters_that_deceive_the_eye_are_shown() -> None:
    text = page(*map(done, HOSTILE[8:])).text
    assert "שלום [U+202E]gnp.exe" in text
    assert "nul␀␛" in text


def test_the_page_fetches_nothing_and_runs_nothing_but_its_own_script() -> None:
    shown = page(done(), failed())
    assert not re.search(r"(?i)https?:|url\(|@import|//", shown.source.split("<script>")[0])
    assert shown.all("img") == shown.all("iframe") == []
    assert shown.all("link") == [{"rel": "icon", "href": "data:,"}]
    assert all("src" not in attributes for _, attributes in shown.elements)
    assert not any(name.startswith("on") for _, a in shown.elements for name in a)
    assert all("style" not in attributes for _, attributes in shown.elements)
    policy = next(m["content"] for m in shown.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_tables_can_be_read_aloud() -> None:
    shown = page(done(), failed())
    assert len(shown.all("caption")) == len(shown.all("table")) == 2
    scopes = [head["scope"] for head in shown.all("th")]
    assert scopes == ["col"] * 4 + ["row"] + ["col"] * 7 + ["row"]
    assert shown.all("html") == [{"lang": "en"}]


def test_beyond_the_most_rows_the_page_says_where_the_others_are() -> None:
    shown = page(*(done(f"{i}.wav") for i in range(5)), failed("x"), failed("y"), most_rows=1)
    assert len(shown.all("table")) == 2
    assert [f"{i}.wav" in shown.text for i in range(2)] == [True, False]
    assert "4 more recordings are in the CSV and JSON reports of this batch." in shown.text
    assert "1 more recording is in the CSV and JSON reports of this batch." in shown.text


def test_nothing_known_is_shown_as_nothing() -> None:
    bare = done(duration_ms=None, confidence=None, outputs={}, cost=None)
    shown = page(bare, bare)
    assert "Mean confidence–" in shown.text
    assert "Estimated cost–" in shown.text
    assert not any(svg.get("class") == "histogram" for svg in shown.all("svg"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (stretch(0, 1), "0:00.0–0:00.1"),
        (stretch(59_999, 3_600_000), "0:59.9–1:00:00.0"),
        (duration(4_250), "4.2 s"),
        (duration(59_400), "59 s"),
        (duration(59_600), "1 min 00 s"),
        (duration(3_599_900), "1 h 00 min"),
        (duration(43_500_000), "12 h 05 min"),
        (duration(4_442_400_000), "1,234 h"),
        (percent(0.9999), "99 %"),
        (percent(1.0), "100 %"),
        (money(Cost(amount=1234.5, currency="EUR")), "1,234.50 EUR"),
        (size(999), "999 bytes"),
        (size(32_000), "32 kB"),
        (size(1_500_000), "1.5 MB"),
        (size(999_600), "1.0 MB"),
        (size(5_000_000_000_000), "5,000 GB"),
    ],
)
def test_numbers_are_worded_for_people(said: str, words: str) -> None:
    assert said == words


def test_what_its_sender_calls_a_recording_is_in_sight() -> None:
    source = page(done(title="<Monday>", client_item_id="m-7", metadata={"client": "ACME"})).source
    assert '<p class="called"><bdi>&lt;Monday&gt;</bdi> · <bdi>m-7</bdi></p>' in source
    assert "ACME" in source
    assert 'class="called"' not in page(done()).source


def test_what_was_refused_before_it_was_sent_had_no_attempt() -> None:
    assert 'title="never sent to a provider">0<' in page(failed()).source
    sent = msgspec.structs.replace(failed(), submitted_at=AT)
    assert 'data-sort="1">1<' in page(sent).source


def test_how_the_conversation_went_stands_among_the_facts() -> None:
    talk = Conversation(
        audio_ms=10_000,
        silence_ms=2_000,
        response_ms=420,
        speakers=(
            SpeakerTalk(channel=0, role="<b>Agent", talk_ms=6_000, words=15, longest_ms=5_000),
            SpeakerTalk(channel=1, speaker="S2", talk_ms=2_000, words=5, interruptions=2),
        ),
    )
    text = page(done(conversation=talk)).text
    for told in ("Talk", "<b>Agent 75 %, S2 25 %", "150 words a minute", "Silence20 %", "0.4 s"):
        assert told in text
    assert "Longest monologue5.0 s" in text
    assert "Pace" not in page(done()).text


def test_how_people_felt_stands_among_the_facts_where_that_is_known() -> None:
    assert "Sentimentmixed" in page(msgspec.structs.replace(done(), sentiment="mixed")).text
    assert "Sentiment" not in page(done()).text


def test_what_was_refused_before_anybody_was_asked_says_so_unfolded_as_well() -> None:
    never = {"submitted_at": None, "transcribed_at": None, "provider": None, "attempts": 1}
    refused = msgspec.structs.replace(failed(), **never)
    text = page(refused).text
    assert "Attempts0" in text and "Attempts1" not in text and "Provider" not in text
    assert "Attempts2" in page(msgspec.structs.replace(refused, attempts=2)).text
