"""Templates become pages: one Jinja environment for each language, and static files that are fetched once."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboards.icons import icon_address
from dashboards.language import NAMES, translations
from dashboards.night import USUAL_NIGHT
from dashboards.pictures.drawing import mark_of
from rules.language import norwegian
from rules.wording import Language
from rules.wording.site_file import in_words

HERE = Path(__file__).parent
STATIC = HERE / "static"


def in_an_address(text: object) -> str:
    """One part of a path, or one value: a device may be called `../x`, and its page is found all the same."""
    return quote(str(text), safe="")


@cache
def environment(language: Language) -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    pages.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    pages.filters["urlencode"] = in_an_address
    pages.globals.update(
        static=static,
        icon=icon_address,
        language=language,
        languages_named=NAMES,
        norwegian=norwegian(language),
        mark_of=mark_of,
        site_words=partial(in_words, language=language),
        usual_night=USUAL_NIGHT,
    )
    return pages


def render(language: Language, template: str, **values: Any) -> str:
    return environment(language).get_template(template).render(**values)


@cache
def static(name: str) -> str:
    """The address of a static file; it changes with the file's content, so that browsers may keep it for
    good.
    """
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def clock_text(at: datetime, zone: ZoneInfo, language: Language, seconds: bool = False) -> str:
    """`02.10` or, in English, `02:10`."""
    style = "HH:mm:ss" if seconds else "HH:mm"
    style = style.replace(":", ".") if norwegian(language) else style
    return format_time(at, style, tzinfo=zone, locale=language)


def day_text(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """`tirsdag 24. november` / `Tuesday 24 November`."""
    style = "EEEE d. MMMM" if norwegian(language) else "EEEE d MMMM"
    return format_date(at.astimezone(zone).date(), style, locale=language)
