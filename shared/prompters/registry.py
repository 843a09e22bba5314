"""The prompter that there is. Another one is a folder, and a line here."""

from __future__ import annotations

from shared.prompters.chat.offer import OFFER
from shared.prompters.offer import PrompterOffer

PROMPTER: PrompterOffer = OFFER
