"""What happened, in plain sentences: the same words on the board, in a notification and in the log.

Here: sentences in Norwegian bokmål and English, times in the site's zone. Not here: the page's own words
(buttons, headings: dashboards/locale).
"""

from rules.wording.alerting import NAMES as ALERTING
from rules.wording.alerting import leg_words, nobody_tells, why_broken
from rules.wording.alerts import (
    OPEN_AGAIN,
    how_it_ended,
    how_late,
    how_often,
    what_happened,
    what_is_coming,
    who_else,
    why_open_again,
)
from rules.wording.confidence import how_sure, what_was_wrong, why_so_sure
from rules.wording.escalation import (
    the_calls_in_a_line,
    who_is_called_later,
    who_was_called,
    who_was_called_to_help,
    who_was_not_reached,
)
from rules.wording.heard import what_was_heard
from rules.wording.names import name_of, name_of_rule
from rules.wording.protection import is_away, who_is_silent, why_not_covered
from rules.wording.reach import gap_begins, gap_in_words, gap_words, hours_in_words, reason_words
from rules.wording.times import at, day, from_when, full_date, full_moment, length, month, since
from rules.wording.trail import trail_in_words, what_was_done
from rules.wording.voice import Language, Voice
from rules.wording.watch import part_is_down as part_down
from rules.wording.watch import part_is_well as part_well

__all__ = [
    "ALERTING",
    "OPEN_AGAIN",
    "Language",
    "Voice",
    "at",
    "day",
    "from_when",
    "full_date",
    "full_moment",
    "gap_begins",
    "gap_in_words",
    "gap_words",
    "hours_in_words",
    "how_it_ended",
    "how_late",
    "how_often",
    "how_sure",
    "is_away",
    "leg_words",
    "length",
    "month",
    "name_of",
    "name_of_rule",
    "nobody_tells",
    "part_down",
    "part_well",
    "reason_words",
    "since",
    "the_calls_in_a_line",
    "trail_in_words",
    "what_happened",
    "what_is_coming",
    "what_was_done",
    "what_was_heard",
    "what_was_wrong",
    "who_else",
    "who_is_called_later",
    "who_is_silent",
    "who_was_called",
    "who_was_called_to_help",
    "who_was_not_reached",
    "why_broken",
    "why_not_covered",
    "why_open_again",
    "why_so_sure",
]
