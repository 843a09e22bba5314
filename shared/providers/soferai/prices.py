"""The list prices of Sofer.ai, model v1 (v0: 1.00 USD an hour). Telling speakers apart costs
extra, whether their number is given or is to be found out."""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.money.price import Rate, Surcharge
from shared.model.profile.options import Mode

SOURCE = "Sofer.ai's API description"
READ_ON = "2026-07-31"
_SPEAKERS = (Surcharge(when=("diarization",), per_hour=0.30),)

RATES: Mapping[Mode, Rate] = {
    "standard": Rate(
        per_hour=0.90, models={"v0": 1.00}, surcharges=_SPEAKERS, source=SOURCE, read_on=READ_ON
    ),
    "express": Rate(per_hour=1.20, surcharges=_SPEAKERS, source=SOURCE, read_on=READ_ON),
}
