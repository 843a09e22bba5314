"""What of a recording its job, and whoever collects it, has to know."""

from __future__ import annotations

import msgspec


class JobItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a create call and its results need to know of a recording of the job. Of a carrier,
    `job_index` is the position in its call, and `part` the number of the part. `copy` is the blob
    that the provider gets in its place."""

    batch_id: str
    id: str
    container: str
    name: str
    etag: str = ""
    bytes: int = 0
    web_url: str | None = None
    item: int | None = None
    job_index: int | None = None
    part: int | None = None
    copy: str | None = None
