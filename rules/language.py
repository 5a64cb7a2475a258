"""The languages that Vaka speaks, and a text of a rule or a site in each of them. The two written forms of
Norwegian share their clocks, dates and commas; their words are each their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Literal["nb", "nn", "en"]
"""Norwegian bokmål, nynorsk, English."""

LANGUAGES: tuple[Language, ...] = get_args(Language)


def norwegian(language: Language) -> bool:
    """Whether a clock is written 02.10, a number 1,5 and a day 24. november."""
    return language != "en"


Line = Annotated[str, Field(min_length=1, max_length=400)]


class Text(BaseModel):
    """The same words in Norwegian bokmål, nynorsk and English. A single text stands for all; bokmål stands in
    where there is no nynorsk.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    nb: Line
    nn: Line | None = None
    en: Line

    @model_validator(mode="before")
    @classmethod
    def _one_for_all(cls, given: Any) -> Any:
        return dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else given

    def said(self, language: Language) -> str:
        if language == "nn":
            return self.nn or self.nb
        return self.en if language == "en" else self.nb
