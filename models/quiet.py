"""Quiet hours: when no request leaves, in France's time. `QUIET_HOURS=12:00-14:00,22:00-06:00`.

>>> QuietHours.parse("22:00-06:00").wait(datetime(2026, 1, 5, 22, 30, tzinfo=PARIS))
27000.0
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
_DAY: Final = 24 * 60
_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Spans of minutes of the day; one that ends before it begins goes past midnight."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def parse(cls, told: str) -> Self:
        """Spans as `HH:MM-HH:MM`, comma separated. ValueError names the one that is none."""
        spans = []
        for part in filter(None, (part.strip() for part in told.split(","))):
            found = _SPAN.fullmatch(part)
            if found is None:
                raise ValueError(f"{part} is no span of hours such as 22:00-06:00")
            begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
            if begin == end:
                raise ValueError(f"{part} begins when it ends")
            spans.append((begin, end))
        if all(_inside(minute, spans) for minute in range(_DAY)):
            raise ValueError("these hours leave none of the day to crawl in")
        return cls(tuple(spans))

    def wait(self, now: datetime) -> float:
        """Seconds until the quiet that holds at `now` is over; 0 when none holds."""
        if not self.spans:
            return 0.0
        local = now.astimezone(PARIS)
        minute = local.hour * 60 + local.minute
        ahead = 0
        while ahead < _DAY and _inside((minute + ahead) % _DAY, self.spans):
            ahead += 1
        return ahead * 60.0 - local.second - local.microsecond / 1e6 if ahead else 0.0


def _inside(minute: int, spans: tuple[tuple[int, int], ...] | list[tuple[int, int]]) -> bool:
    return any(
        begin <= minute < end if begin < end else minute >= begin or minute < end for begin, end in spans
    )
