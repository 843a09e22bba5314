"""What the application stands on, all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict

from shared.model.address import Network
from shared.model.insights.insight import Insight
from shared.model.manifest.known import Known
from shared.model.money.brakes import Ceiling
from shared.model.money.price import PriceTable
from shared.model.policy import Policy
from shared.model.profile.capabilities import Capabilities
from shared.model.profile.profile import Profile
from shared.ports.access import ApiKeys, Trail
from shared.ports.blobs import (
    AudioBlobs,
    Glossaries,
    OutputLinks,
    Outputs,
    Requests,
    Revisions,
    Uploads,
    WebAudio,
)
from shared.ports.brakes import Brakes, NoticedBrakes
from shared.ports.copies import Converter, Copies
from shared.ports.events import Confidences, Deliveries, Outbox, Sender, Subscriptions
from shared.ports.finder import Finder
from shared.ports.indices import (
    ActiveJobs,
    Contents,
    Diaries,
    EndpointBook,
    Line,
    Names,
    NoticedBook,
)
from shared.ports.listening import ListeningPorts
from shared.ports.pieces import Pieces, PieceStore
from shared.ports.prompter import Prompter
from shared.ports.provider import SpeechProvider
from shared.ports.queue import Clock, Leftovers, Queue
from shared.ports.searcher import Searcher
from shared.ports.state import BatchStore, NoticedRows
from shared.ports.unredacted import Unredacted


class EventPorts(NamedTuple):
    """What telling others stands on. `callers` carries the calls, `calls` at a time, apart from
    the pipeline's own work. `own_secrets` sign what goes to addresses that batches bring along.
    `chance` is from 0 to 1."""

    outbox: Outbox
    subscriptions: Subscriptions
    confidences: Confidences
    deliveries: Deliveries
    sender: Sender
    callers: Executor
    new_secret: Callable[[], str]
    chance: Callable[[], float]
    own_secrets: Sequence[str] = ()
    calls: int = 16


class AccessPorts(NamedTuple):
    """What knowing callers stands on. `owner_digest` is the hash of the key that the deployment
    brought along, "" where it did not; `new_bytes` are those of a key."""

    keys: ApiKeys
    trail: Trail
    new_bytes: Callable[[], bytes]
    new_call_id: Callable[[], str]
    owner_digest: str = ""


class SearchPorts(NamedTuple):
    """What search stands on. `pool` carries its reads, apart from the pipeline's own work. Where
    there is a `searcher`, pieces are handed over to it; after `days` it holds nothing any more, 0
    is for ever."""

    pieces: Pieces
    pool: Executor
    is_on: bool = True
    searcher: Searcher | None = None
    days: int = 0


class ProfilesFile(NamedTuple):
    """The file that the profiles are of. `problems` is why that of the release, or the one that was
    given, is not in force, but one of before. `origin` is "release", "given" or "kept". `check`
    raises `ConfigurationError` for the text of a file that has mistakes."""

    text: str = ""
    problems: tuple[str, ...] = ()
    origin: Literal["release", "given", "kept"] = "release"
    check: Callable[[str], object] = len


class Ports(NamedTuple):
    """What adapters, settings and profiles fill. `deployment` begins every id that providers see,
    so that several deployments can share a resource. `sources` are the containers whose blobs a
    request may name. `ceilings` are those of a day, by scope, `stopped` the scopes of which
    a setting says that nothing is sent. Without `webhook_url` the providers are only polled.
    `schedules` are those of the timers, by name, `warnings` what is odd about the settings and
    stops nothing. `finder` finds personal data that has no form; `gather_seconds` is how long a
    call of it waits for further questions. `prompter` answers what is asked of transcripts, which
    `insights` says by name; some of them `analysts` find, each its own."""

    clock: Clock
    audio: AudioBlobs
    outputs: Outputs
    store: NoticedRows
    active: ActiveJobs
    line: Line
    book: NoticedBook
    diaries: Diaries
    contents: Contents
    names: Names
    queue: Queue
    leftovers: Leftovers
    providers: Mapping[str, SpeechProvider]
    capabilities: Mapping[str, Capabilities]
    requests: Requests
    web: WebAudio
    uploads: Uploads
    revisions: Revisions
    copies: Copies
    converter: Converter
    listening: ListeningPorts
    redacted_audio: ListeningPorts
    unredacted: Unredacted
    glossaries: Glossaries
    output_links: OutputLinks
    profiles: Sequence[Profile]
    policy: Policy
    prices: PriceTable
    pool: Executor
    new_id: Callable[[], str]
    deployment: str
    events: EventPorts
    access: AccessPorts
    search: SearchPorts
    exports: PieceStore
    brakes: NoticedBrakes
    intake: str = "audio"
    transcripts: str = "transcripts"
    reports: str = "reports"
    errors: str = "errors"
    corrected: str = "corrected"
    manifests: str = "manifests"
    dead_letters: str = "dead-letters"
    uploads_container: str = "uploads"
    sources: Sequence[str] = ("uploads", "audio")
    allow_http: bool = False
    networks: Sequence[Network] = ()
    webhook_url: str | None = None
    webhook_secret: str = ""
    ceilings: Mapping[str, Ceiling] = {}
    stopped: Sequence[str] = ()
    profiles_file: ProfilesFile = ProfilesFile()
    schedules: Mapping[str, str] = {}
    warnings: Sequence[str] = ()
    finder: Finder | None = None
    gather_seconds: float = 0.5
    prompter: Prompter | None = None
    insights: Mapping[str, Insight] = {}
    analysts: Mapping[str, Finder] = {}


class Common(TypedDict):
    """What `UseCase` is built from."""

    store: BatchStore
    active: ActiveJobs
    queue: Queue
    policy: Policy
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class UseCase:
    """What nearly every use-case stands on. One that needs little of it names its ports instead."""

    store: BatchStore
    active: ActiveJobs
    queue: Queue
    policy: Policy
    clock: Clock


class Ground(NamedTuple):
    """The ports, with what use-cases get in the place of some of them: `store` and `book` tell
    others of what they save, `endpoints`, `finder`, `prompter` and `analysts` are providers,
    finder, prompter and analysts within their limits. `common` is what nearly all of them get,
    `known` what a manifest may refer to."""

    ports: Ports
    common: Common
    store: BatchStore
    book: EndpointBook
    endpoints: Mapping[str, SpeechProvider]
    brakes: Brakes
    known: Known
    finder: Finder | None = None
    prompter: Prompter | None = None
    analysts: Mapping[str, Finder] = {}

    def new_mark(self) -> str:
        """An id that providers see."""
        return self.ports.deployment + self.ports.new_id()
