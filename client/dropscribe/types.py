"""The types of what the API takes and answers. Made from its description by `python -m
tests.client.made`: not to be changed by hand. Answers may get more fields."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class Alternative(TypedDict):
    text: str
    confidence: NotRequired[float | None]


class Attempt(TypedDict):
    at: str
    ms: int
    status: NotRequired[int | None]
    answer: NotRequired[str]
    problem: NotRequired[str]


class AudioLink(TypedDict):
    url: str
    expires_at: str
    media_type: str | None


class BatchDecision(TypedDict):
    at: str
    what: DecisionKind
    why: str
    recordings: int


class BatchList(TypedDict):
    value: list[BatchSummary]
    nextLink: str | None


BatchOrigin = Literal["dropped", "manifest", "api"]

BatchState = Literal["running", "completed", "cancelled", "refused"]

BatchStatus = Literal[
    "registering", "running", "cancelling", "deleting", "completed", "cancelled", "refused"
]


class BatchSummary(TypedDict):
    id: str
    title: str
    profile: str
    owner: str
    origin: BatchOrigin
    status: BatchState
    state: BatchState
    created_at: str
    finished_at: str | None
    recordings: int
    failed: int
    links: Links


class BatchView(TypedDict):
    id: str
    title: str
    profile: str
    owner: str
    origin: BatchOrigin
    status: BatchStatus
    created_at: str
    closes_at: str
    finished_at: str | None
    cancelled_at: str | None
    counts: Tally
    progress: float
    audio_ms: int
    audio_done_ms: int
    seconds_left: int | None
    cost: Cost | None
    error_report: str | None
    hold: Hold | None
    held: int
    links: Links


BrakeAction = Literal["stop", "go_on", "lift_ceiling"]


class BrakeChange(TypedDict):
    scope: str
    action: BrakeAction
    reason: NotRequired[str]


class BrakeList(TypedDict):
    value: list[Held]


class By(TypedDict):
    name: str
    model: NotRequired[str | None]
    asked: str


CallerKind = Literal["host", "key", "entra"]


class CallerView(TypedDict):
    id: str
    kind: CallerKind
    name: str
    roles: list[Role]
    grants: list[Grant]


class CallsView(TypedDict):
    all: GroupView
    value: list[GroupView]
    left_out: int
    keys: list[str]
    is_more: bool


ChangeOp = Literal["text", "speaker", "name", "merge", "split"]


class ChangeView(TypedDict):
    op: ChangeOp
    utterance: NotRequired[int | None]
    was: NotRequired[str | None]
    now: NotRequired[str | None]
    utterances: NotRequired[list[int] | None]
    speaker: NotRequired[str | None]
    into: NotRequired[str | None]
    name: NotRequired[str | None]
    word: NotRequired[int | None]


class Chapter(TypedDict):
    start_ms: int
    end_ms: int
    title: str
    summary: NotRequired[str]


class Checked(TypedDict):
    start_ms: int
    end_ms: int


class Choice(TypedDict):
    value: str
    title: str


class ChoiceList(TypedDict):
    value: list[Choice]


class Confidence(TypedDict):
    mean: NotRequired[float | None]
    histogram: NotRequired[list[int]]
    unknown: NotRequired[int]


class Conversation(TypedDict):
    audio_ms: int
    silence_ms: int
    longest_silence_ms: NotRequired[int]
    overlap_ms: NotRequired[int]
    response_ms: NotRequired[int | None]
    speakers: NotRequired[list[SpeakerTalk]]


class ConversationView(TypedDict):
    audio_ms: int
    talk_ms: int
    silence_ms: int
    longest_silence_ms: int
    overlap_ms: int
    turns: int
    interruptions: int
    words_per_minute: int | None
    response_ms: int | None
    longest_ms: int
    speakers: list[SpeakerView]


class CorrectionView(TypedDict):
    number: int
    at: str
    author: str
    reviewed: bool


class Cost(TypedDict):
    amount: float
    currency: str
    estimated: NotRequired[bool]


class Counts(TypedDict):
    accepted: int
    transcribed: int
    failed: int
    unchanged: NotRequired[int]
    needs_review: NotRequired[int]


class Decision(TypedDict):
    at: str
    what: DecisionKind
    why: str


DecisionKind = Literal["moved_on", "express", "kept_standard", "over_budget", "reused"]


class DeliveryList(TypedDict):
    value: list[DeliveryView]
    nextLink: str | None


DeliveryState = Literal["pending", "delivered", "failed", "stopped"]


class DeliveryView(TypedDict):
    event_id: str
    type: EventType
    at: str
    batch_id: str | None
    recording_id: str | None
    state: DeliveryState
    due_at: str | None
    attempts: list[Attempt]


Doubt = Literal["unsure", "number", "name", "repeated", "too_fast", "known_phrase"]


class Effort(TypedDict):
    jobs: int
    calls: int
    usual_seconds: NotRequired[int | None]
    longest_seconds: NotRequired[int | None]


class EndpointHealth(TypedDict):
    name: str
    provider: str
    status: EndpointStatus
    active_jobs: int
    reason: NotRequired[str]
    until_at: NotRequired[str | None]


EndpointStatus = Literal["ok", "paused"]


class Entity(TypedDict):
    kind: str
    text: str
    start_ms: int
    end_ms: int


class Estimate(TypedDict):
    recordings: int
    looked_at: int
    guessed: int
    refused: int
    audio_ms: int
    cost: Cost | None
    prices: list[Price]
    notes: NotRequired[list[str]]


class EventSent(TypedDict):
    event_id: str


EventType = Literal[
    "batch.accepted",
    "batch.submitted",
    "recording.transcribed",
    "recording.failed",
    "recording.unchanged",
    "recording.needs_review",
    "transcript.corrected",
    "batch.completed",
    "endpoint.failing",
    "sending.held",
    "subscription.disabled",
    "subscription.tested",
]


class EventsReplayed(TypedDict):
    deliveries: int
    is_more: bool


class Failure(TypedDict):
    kind: FailureKind
    code: str
    reason: str
    advice: str
    retryable: NotRequired[bool]


FailureKind = Literal["input", "configuration", "throttling", "provider", "ours"]


class Fault(TypedDict):
    code: str
    message: str
    at: NotRequired[str]
    line: NotRequired[int | None]


FlowTrigger = Literal["transcript-ready", "recording-failed", "review-needed", "batch-completed"]


class Grant(TypedDict):
    role: Role
    profiles: NotRequired[list[str]]
    containers: NotRequired[list[str]]


class GroupView(TypedDict):
    name: str
    recordings: int
    measured: int
    audio_ms: int
    talk_ms: int
    silence_ms: int
    longest_silence_ms: int
    overlap_ms: int
    turns: int
    interruptions: int
    words_per_minute: int | None
    response_ms: int | None
    longest_ms: int
    confidence: float | None
    roles: list[RoleView]


class Health(TypedDict):
    status: HealthStatus
    version: str
    storage: StorageStatus
    endpoints: list[EndpointHealth]
    open_batches: int | None
    active_jobs: int | None
    oldest_seconds: int | None
    measured_at: str
    held: NotRequired[list[Held]]
    problems: NotRequired[list[str]]
    timers: NotRequired[list[TimerHealth]]
    warnings: NotRequired[list[str]]
    functions: NotRequired[int | None]
    profiles: NotRequired[ProfilesInForce | None]


HealthStatus = Literal["ok", "degraded", "down"]

HebrewWords = Literal["hebrew", "latin"]


class Held(TypedDict):
    scope: str
    why: HeldBecause
    reason: NotRequired[str]
    since_at: NotRequired[str | None]
    until_at: NotRequired[str | None]


HeldBecause = Literal["stopped", "ceiling"]


class Highlight(TypedDict):
    text: str
    rank: NotRequired[float | None]
    spans: NotRequired[list[InsightsSpan]]


class Hit(TypedDict):
    id: str
    batch_id: str
    container: str
    name: str
    title: str | None
    profile: str
    metadata: dict[str, str]
    language: str | None
    registered_at: str
    duration_ms: int | None
    corrected: bool
    times: int
    places: list[HitPlace]


class HitPlace(TypedDict):
    start_ms: int
    speaker: str
    before: str
    found: str
    after: str
    parts: list[str]
    in_doubt: bool


class Hold(TypedDict):
    at: str
    by: str
    reason: NotRequired[str]


class Insights(TypedDict):
    entities: NotRequired[list[Entity]]
    chapters: NotRequired[list[Chapter]]
    highlights: NotRequired[list[Highlight]]
    sentiments: NotRequired[list[Sentiment]]


InsightsProgress = Literal["asked", "made", "partly"]


class InsightsSpan(TypedDict):
    start_ms: int
    end_ms: int


class Item(TypedDict):
    id: str
    batch_id: str
    client_item_id: str | None
    state: RecordingState
    container: str
    name: str
    title: str | None
    metadata: dict[str, str]
    profile: str
    provider: str
    attempt: int
    bytes: int
    duration_ms: int | None
    registered_at: str
    changed_at: str
    language: str | None
    confidence: float | None
    needs_review: bool
    review_spans: list[ReportSpan]
    cost: Cost | None
    formats: list[str]
    insights: InsightsProgress | None
    translations: list[TranslationView]
    sentiment: str | None
    notes: list[str]
    failure: Failure | None
    correction: CorrectionView | None
    same_as: Twin | None
    removal: RemovalView | None
    hold: Hold | None
    links: Links


class ItemList(TypedDict):
    value: list[Item]
    nextLink: str | None


class Job(TypedDict):
    id: str
    batch_id: str
    recording_id: str
    attempt: int
    profile: str
    title: NotRequired[str | None]
    client_item_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str]]


class KeyList(TypedDict):
    value: list[KeyView]


class KeyMade(TypedDict):
    id: str
    name: str
    roles: list[Role]
    profiles: list[str]
    containers: list[str]
    created_at: str
    created_by: str
    ends_at: str | None
    revoked_at: str | None
    revoked_by: str
    key: str


class KeyView(TypedDict):
    id: str
    name: str
    roles: list[Role]
    profiles: list[str]
    containers: list[str]
    created_at: str
    created_by: str
    ends_at: str | None
    revoked_at: str | None
    revoked_by: str


class Language(TypedDict):
    code: NotRequired[str | None]
    detected: NotRequired[bool]
    all: NotRequired[list[str]]


LanguageMode = Literal["continuous", "single"]


class Links(TypedDict):
    self: str
    result: NotRequired[str | None]
    items: NotRequired[str | None]
    report: NotRequired[str | None]
    batch: NotRequired[str | None]
    transcript: NotRequired[str | None]
    insights: NotRequired[str | None]


class ListeningCopyView(TypedDict):
    state: ListeningState
    url: NotRequired[str | None]
    wave_url: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    media_type: NotRequired[str | None]
    bytes: NotRequired[int | None]
    duration_ms: NotRequired[int | None]
    frame_ms: NotRequired[int | None]
    channels: NotRequired[int | None]
    silences: NotRequired[list[Silence] | None]


ListeningState = Literal["being_made", "ready"]


class Manifest(TypedDict):
    title: NotRequired[str]
    profile: NotRequired[str]
    provider: NotRequired[str]
    providers: NotRequired[list[str]]
    deadline: NotRequired[str]
    budget: NotRequired[float]
    mode: NotRequired[Mode]
    container: NotRequired[str]
    callback_url: NotRequired[str]
    metadata: NotRequired[dict[str, str]]
    speakers: NotRequired[Speakers]
    accept_truncated: NotRequired[bool]
    reuse: NotRequired[bool]
    priority: NotRequired[Priority]
    prepare: NotRequired[Prepare]
    send: NotRequired[str]
    candidate_locales: NotRequired[list[str]]
    caption_speakers: NotRequired[SpeakerStyle]
    channels: NotRequired[list[int]]
    chapters: NotRequired[bool]
    display_word_times: NotRequired[bool]
    entities: NotRequired[bool]
    formats: NotRequired[list[OutputFormat]]
    formatting: NotRequired[bool]
    hebrew_words: NotRequired[HebrewWords]
    highlights: NotRequired[bool]
    key_terms: NotRequired[list[str]]
    language_mode: NotRequired[LanguageMode]
    locale: NotRequired[str]
    min_language_confidence: NotRequired[float | None]
    model: NotRequired[str | None]
    model_by_locale: NotRequired[dict[str, str]]
    models: NotRequired[list[str]]
    profanity: NotRequired[Profanity]
    prompt: NotRequired[str | None]
    punctuation: NotRequired[Punctuation]
    redact: NotRequired[list[str]]
    redact_audio: NotRequired[RedactAudio]
    redact_unsupported: NotRequired[RedactUnsupported]
    redact_with: NotRequired[RedactWith]
    review_below: NotRequired[float | None]
    roles: NotRequired[dict[str, str]]
    sentiments: NotRequired[bool]
    spelling: NotRequired[dict[str, str]]
    time_to_live_hours: NotRequired[int]
    translate_to: NotRequired[str | None]
    word_times: NotRequired[bool]
    recordings: list[ManifestRecording]


class ManifestRecording(TypedDict):
    container: NotRequired[str]
    blob: NotRequired[str]
    prefix: NotRequired[str]
    url: NotRequired[str]
    client_item_id: NotRequired[str]
    title: NotRequired[str]
    callback_url: NotRequired[str]
    metadata: NotRequired[dict[str, str]]
    speakers: NotRequired[Speakers]
    accept_truncated: NotRequired[bool]
    reuse: NotRequired[bool]
    priority: NotRequired[Priority]
    prepare: NotRequired[Prepare]
    send: NotRequired[str]
    candidate_locales: NotRequired[list[str]]
    caption_speakers: NotRequired[SpeakerStyle]
    channels: NotRequired[list[int]]
    chapters: NotRequired[bool]
    display_word_times: NotRequired[bool]
    entities: NotRequired[bool]
    formats: NotRequired[list[OutputFormat]]
    formatting: NotRequired[bool]
    hebrew_words: NotRequired[HebrewWords]
    highlights: NotRequired[bool]
    key_terms: NotRequired[list[str]]
    language_mode: NotRequired[LanguageMode]
    locale: NotRequired[str]
    min_language_confidence: NotRequired[float | None]
    model: NotRequired[str | None]
    model_by_locale: NotRequired[dict[str, str]]
    models: NotRequired[list[str]]
    profanity: NotRequired[Profanity]
    prompt: NotRequired[str | None]
    punctuation: NotRequired[Punctuation]
    redact: NotRequired[list[str]]
    redact_audio: NotRequired[RedactAudio]
    redact_unsupported: NotRequired[RedactUnsupported]
    redact_with: NotRequired[RedactWith]
    review_below: NotRequired[float | None]
    roles: NotRequired[dict[str, str]]
    sentiments: NotRequired[bool]
    spelling: NotRequired[dict[str, str]]
    time_to_live_hours: NotRequired[int]
    translate_to: NotRequired[str | None]
    word_times: NotRequired[bool]


Mode = Literal["standard", "express"]


class NewHold(TypedDict):
    reason: NotRequired[str]


class NewKey(TypedDict):
    name: str
    roles: list[Role]
    profiles: NotRequired[list[str]]
    containers: NotRequired[list[str]]
    ends_at: NotRequired[str | None]


class NewProfiles(TypedDict):
    toml: str
    replaces: NotRequired[str]


class NewRevision(TypedDict):
    id: str
    based_on: int
    note: NotRequired[str]
    reviewed: NotRequired[bool]
    checked: NotRequired[list[Checked]]
    changes: NotRequired[list[ChangeView]]


class NewSubscription(TypedDict):
    url: str
    title: NotRequired[str]
    types: NotRequired[list[EventType]]
    profiles: NotRequired[list[str]]


class NewTrigger(TypedDict):
    url: str
    profile: NotRequired[str | None]


class NewUpload(TypedDict):
    name: str
    folder: NotRequired[str]
    minutes: NotRequired[int]


class NotMade(TypedDict):
    insight: str
    code: str
    reason: str


OutputFormat = Literal["vtt", "srt", "ttml", "txt", "docx", "csv", "words"]


class OverviewView(TypedDict):
    open: list[BatchView]
    more: int
    lately: list[BatchSummary]
    health: Health


Prepare = Literal["auto", "never", "always"]


class Price(TypedDict):
    provider: str
    mode: Mode
    is_asked: bool
    refused: NotRequired[int]
    cost: NotRequired[Cost | None]
    balance: NotRequired[Cost | None]
    is_enough: NotRequired[bool | None]
    effort: NotRequired[Effort | None]


Priority = Literal["urgent", "normal", "bulk"]


class Problem(TypedDict):
    type: str
    title: str
    status: int
    code: str
    detail: NotRequired[str]
    faults: NotRequired[list[Fault]]
    more: NotRequired[int]


Profanity = Literal["masked", "none", "removed", "tags"]


class ProfilesInForce(TypedDict):
    version: str
    origin: ProfilesOrigin


ProfilesOrigin = Literal["release", "given", "kept"]


class ProfilesText(TypedDict):
    version: str
    toml: str


class Provider(TypedDict):
    name: str
    endpoint: str
    api_version: str
    transcription_id: str
    model: NotRequired[str | None]
    submitted_at: NotRequired[str | None]
    completed_at: NotRequired[str | None]
    options: NotRequired[dict[str, Any]]
    cost: NotRequired[Cost | None]
    warnings: NotRequired[list[str]]


Punctuation = Literal["automatic", "dictated", "dictated_and_automatic", "none"]


class RecordingInsights(TypedDict):
    schema: NotRequired[str]
    batch_id: str
    recording_id: str
    container: str
    name: str
    profile: str
    language: NotRequired[str | None]
    made_at: str
    by: By
    usage: Usage
    answers: NotRequired[dict[str, Any]]
    not_made: NotRequired[list[NotMade]]
    sources: NotRequired[dict[str, str]]


RecordingOutcome = Literal["transcribed", "failed", "unchanged"]

RecordingState = Literal["waiting", "planned", "transcribed", "failed", "unchanged"]

RedactAudio = Literal["keep", "mute", "beep"]

RedactUnsupported = Literal["fail", "net"]

RedactWith = Literal["hash", "kind", "pseudonym"]


class Redaction(TypedDict):
    kinds: list[str]
    mask: str
    by: list[str]
    counts: NotRequired[dict[str, int]]
    spans: NotRequired[list[InsightsSpan] | None]


class RemovalView(TypedDict):
    audio_at: str | None
    outputs_at: str | None
    deleted_at: str | None
    by: str
    is_done: bool


class Replay(TypedDict):
    event_id: NotRequired[str | None]
    batch_id: NotRequired[str | None]
    from_at: NotRequired[str | None]
    to_at: NotRequired[str | None]


class Report(TypedDict):
    schema: NotRequired[str]
    batch_id: str
    title: str
    profiles: list[str]
    origin: BatchOrigin
    created_at: str
    finished_at: str
    counts: Counts
    audio_ms: NotRequired[int]
    cost: NotRequired[Cost | None]
    deadline_at: NotRequired[str | None]
    budget: NotRequired[float | None]
    decisions: NotRequired[list[BatchDecision]]
    confidence: NotRequired[Confidence]
    notes: NotRequired[list[str]]
    recordings: list[ReportItem]


ReportFile = Literal["csv", "html"]

ReportFormat = Literal["json", "csv", "html"]


class ReportItem(TypedDict):
    recording_id: str
    container: str
    name: str
    etag: str
    bytes: int
    state: RecordingOutcome
    attempts: int
    duration_ms: NotRequired[int | None]
    channels: NotRequired[int | None]
    language: NotRequired[str | None]
    confidence: NotRequired[float | None]
    needs_review: NotRequired[bool]
    review_spans: NotRequired[list[ReportSpan]]
    outputs: NotRequired[dict[str, str]]
    error_report: NotRequired[str | None]
    failure: NotRequired[Failure | None]
    provider: NotRequired[str | None]
    endpoint: NotRequired[str | None]
    job_id: NotRequired[str | None]
    transcription_id: NotRequired[str | None]
    submitted_at: NotRequired[str | None]
    transcribed_at: NotRequired[str | None]
    cost: NotRequired[Cost | None]
    title: NotRequired[str | None]
    client_item_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str]]
    decisions: NotRequired[list[Decision]]
    same_as: NotRequired[Twin | None]
    conversation: NotRequired[Conversation | None]
    sentiment: NotRequired[str | None]


class ReportSpan(TypedDict):
    start_ms: int
    end_ms: int
    confidence: float


class Review(TypedDict):
    listen_ms: NotRequired[int]
    stretches: NotRequired[list[Stretch]]


class ReviewItem(TypedDict):
    id: str
    batch_id: str
    batch_title: str
    name: str
    title: str | None
    profile: str
    registered_at: str
    duration_ms: int | None
    confidence: float | None
    listen_ms: int
    stretches: int


class ReviewList(TypedDict):
    recordings: int
    listen_ms: int
    is_more: bool
    value: list[ReviewItem]


class RevisionList(TypedDict):
    value: list[RevisionView]


class RevisionView(TypedDict):
    number: int
    based_on: int
    id: str
    author: str
    at: str
    note: str
    reviewed: bool
    checked: list[Checked]
    changes: list[ChangeView]


Role = Literal["Submit", "Read", "Listen", "Review", "Operate", "Own"]


class RoleView(TypedDict):
    role: str
    recordings: int
    talk_ms: int
    talk_share: float
    words_per_minute: int | None
    longest_ms: int
    interruptions: int
    response_ms: int | None


class Rotation(TypedDict):
    overlap_hours: NotRequired[int]


class SchemaAnswer(TypedDict):
    schema: dict[str, Any]


SearchOrder = Literal["newest", "best"]


class SearchPage(TypedDict):
    value: list[Hit]
    after: str | None


class SearchWanted(TypedDict):
    q: str
    speaker: NotRequired[str]
    profile: NotRequired[str | None]
    batch_id: NotRequired[str | None]
    metadata: NotRequired[dict[str, str]]
    from_at: NotRequired[str | None]
    to_at: NotRequired[str | None]
    in_doubt: NotRequired[bool]
    order: NotRequired[SearchOrder]
    limit: NotRequired[int]
    after: NotRequired[str | None]


class Sentiment(TypedDict):
    start_ms: int
    end_ms: int
    label: str
    confidence: NotRequired[float | None]
    channel: NotRequired[int]


class Silence(TypedDict):
    start_ms: int
    end_ms: int


class Source(TypedDict):
    uri: str
    container: str
    name: str
    etag: str
    bytes: int
    duration_ms: NotRequired[int | None]
    channels: NotRequired[int | None]
    sample_rate_hz: NotRequired[int | None]
    codec: NotRequired[str | None]
    media_type: NotRequired[str | None]
    last_modified_at: NotRequired[str | None]


class Speaker(TypedDict):
    id: str
    channel: int
    role: NotRequired[str | None]
    provider_label: NotRequired[str | None]
    talk_ms: NotRequired[int]


SpeakerStyle = Literal["names", "dashes", "tags"]


class SpeakerTalk(TypedDict):
    channel: int
    talk_ms: int
    speaker: NotRequired[str | None]
    role: NotRequired[str | None]
    words: NotRequired[int | None]
    turns: NotRequired[int]
    longest_ms: NotRequired[int]
    interruptions: NotRequired[int]
    response_ms: NotRequired[int | None]


class SpeakerView(TypedDict):
    speaker: str | None
    channel: int
    role: str | None
    talk_ms: int
    talk_share: float
    words: int | None
    words_per_minute: int | None
    turns: int
    longest_ms: int
    interruptions: int
    response_ms: int | None


class Speakers(TypedDict):
    min: NotRequired[int]
    max: NotRequired[int]


StorageStatus = Literal["ok", "unavailable", "unknown"]


class Stretch(TypedDict):
    start_ms: int
    end_ms: int
    confidence: NotRequired[float | None]
    doubts: NotRequired[list[Doubt]]


class SubscriptionChange(TypedDict):
    url: NotRequired[str | None]
    title: NotRequired[str | None]
    types: NotRequired[list[EventType] | None]
    profiles: NotRequired[list[str] | None]
    active: NotRequired[bool | None]


class SubscriptionList(TypedDict):
    value: list[SubscriptionView]


class SubscriptionMade(TypedDict):
    id: str
    origin: str
    title: str
    owner: str
    types: list[EventType]
    profiles: list[str]
    state: SubscriptionState
    reason: str
    created_at: str
    changed_at: str
    failing_since_at: str | None
    links: Links
    secret: str


SubscriptionState = Literal["active", "disabled"]


class SubscriptionView(TypedDict):
    id: str
    origin: str
    title: str
    owner: str
    types: list[EventType]
    profiles: list[str]
    state: SubscriptionState
    reason: str
    created_at: str
    changed_at: str
    failing_since_at: str | None
    links: Links


class SweepAsked(TypedDict):
    parts: list[str]


class SweepWanted(TypedDict):
    part: NotRequired[str]


class Tally(TypedDict):
    accepted: int
    unregistered: int
    waiting: int
    planned: int
    transcribed: int
    failed: int
    needs_review: int
    unchanged: NotRequired[int]


class TermList(TypedDict):
    value: list[TermView]


class TermView(TypedDict):
    meant: str
    heard: list[str]
    times: int
    last_at: str


class TimerHealth(TypedDict):
    name: str
    status: TimerStatus
    last_at: str | None


TimerStatus = Literal["ok", "silent"]


class TraceStep(TypedDict):
    at: str
    what: TraceStepKind
    told: str
    after_ms: int | None


TraceStepKind = Literal[
    "registered",
    "decided",
    "submitted",
    "collected",
    "transcribed",
    "failed",
    "unchanged",
    "corrected",
]


class TraceView(TypedDict):
    id: str
    batch_id: str
    name: str
    now: str
    attempt: int
    job_id: str | None
    transcription_id: str | None
    cost: Cost | None
    steps: list[TraceStep]


class TrailEntry(TypedDict):
    at: str
    call: str
    caller: str
    kind: TrailKind
    operation: str
    target: NotRequired[str]
    status: NotRequired[int | None]


TrailKind = Literal["read", "change"]


class TrailPage(TypedDict):
    value: list[TrailEntry]
    nextLink: str | None


class Transcript(TypedDict):
    schema: NotRequired[str]
    job: Job
    source: Source
    provider: Provider
    language: Language
    text: str
    confidence: NotRequired[float | None]
    needs_review: NotRequired[bool]
    speakers: NotRequired[list[Speaker]]
    utterances: NotRequired[list[Utterance]]
    insights: NotRequired[Insights | None]
    review: NotRequired[Review | None]
    redaction: NotRequired[Redaction | None]
    translation: NotRequired[Translation | None]


TranscriptFile = Literal["csv", "srt", "ttml", "txt", "vtt"]

TranscriptFormat = Literal["json", "vtt", "srt", "ttml", "txt", "docx", "csv", "words"]


class Translation(TypedDict):
    from_language: str | None
    by: str
    model: NotRequired[str | None]
    made_at: str
    input_tokens: NotRequired[int]
    output_tokens: NotRequired[int]
    cost: NotRequired[Cost | None]


TranslationState = Literal["asked", "made", "not_made"]


class TranslationView(TypedDict):
    language: str
    state: TranslationState
    formats: NotRequired[list[str]]
    reason: NotRequired[str | None]


class Twin(TypedDict):
    batch_id: str
    recording_id: str


class Upload(TypedDict):
    url: str
    method: UploadMethod
    headers: dict[str, str]
    container: str
    blob: str
    expires_at: str


UploadMethod = Literal["PUT"]


class Usage(TypedDict):
    input_tokens: NotRequired[int | None]
    output_tokens: NotRequired[int | None]
    records: NotRequired[int | None]
    cost: NotRequired[Cost | None]


class Utterance(TypedDict):
    id: int
    turn: int
    start_ms: int
    end_ms: int
    channel: int
    speaker: NotRequired[str | None]
    role: NotRequired[str | None]
    language: NotRequired[str | None]
    confidence: NotRequired[float | None]
    needs_review: NotRequired[bool]
    overlaps: NotRequired[bool]
    text: NotRequired[str]
    text_itn: NotRequired[str | None]
    text_lexical: NotRequired[str | None]
    words: NotRequired[list[Word]]
    alternatives: NotRequired[list[Alternative]]
    unit: NotRequired[int | None]
    timing: NotRequired[WordTiming]


class Word(TypedDict):
    text: str
    start_ms: int
    end_ms: int
    confidence: NotRequired[float | None]
    timing: NotRequired[WordTiming]


WordTiming = Literal["provider", "interpolated"]
