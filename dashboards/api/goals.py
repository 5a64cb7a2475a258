"""Goals that somebody practises, as calls: what came of each day, and the weeks."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal
from dashboards.care.goals import outcomes_of
from dashboards.care.seen import note_seen
from dashboards.visit import Visitor, needs
from rules.goal import Outcome, streak, weeks

api = APIRouter(prefix="/api/v1", dependencies=[needs("see goals")], responses={401: {"model": Refusal}})


class GoalDayOut(BaseModel):
    day: date = Field(description="It ends at 04:00 of the next")
    outcome: Outcome


class GoalWeekOut(BaseModel):
    monday: date
    reached: int
    reminded: int = Field(description="Reached after a reminder")
    missed: int


class GoalOut(BaseModel):
    """One goal of one room; the residents are pseudonyms."""

    goal: str
    name: str = Field(description="In the reader's language")
    place: str
    residents: list[str]
    streak: int = Field(description="How many of the newest days in a row were kept")
    days: list[GoalDayOut]
    weeks: list[GoalWeekOut]


class GoalsOut(BaseModel):
    goals: list[GoalOut]


@api.get("/goals")
def list_goals(visit: Visitor) -> GoalsOut:
    """The goals in force that the caller sees, with the last six weeks."""
    found = []
    for watch in visit.house.rules.watches.values():
        if watch.rule.goal is None or not visit.access.sees_unit(watch.unit):
            continue
        outcomes = outcomes_of(visit, watch)
        found.append(
            GoalOut(
                goal=watch.name,
                name=watch.rule.name.said(visit.language),
                place=watch.room,
                residents=list(watch.residents),
                streak=streak(outcomes),
                days=[GoalDayOut(day=day, outcome=outcome) for day, outcome in outcomes],
                weeks=[GoalWeekOut(**week._asdict()) for week in weeks(outcomes)],
            )
        )
    note_seen(visit, "/api/v1/goals", (resident for goal in found for resident in goal.residents))
    return GoalsOut(goals=found)
