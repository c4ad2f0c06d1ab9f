"""The database of what happened: conversations, exams and cards, ratings, invocations of models, and jobs."""

from assistant.records.exams import Attempt, ExamRecords, SavedCard, SavedReview
from assistant.records.invocations import FindingCount, Invocation, Invocations
from assistant.records.jobs import Job, Jobs
from assistant.records.metrics import Metrics, Series, Summary
from assistant.records.prices import prices_of
from assistant.records.ratings import Brought, Rating, RatingRecords, RatingSession
from assistant.records.recorded import Call, recorded
from assistant.records.store import Conversation, Records, SavedTurn

__all__ = [
    "Attempt",
    "Brought",
    "Call",
    "Conversation",
    "ExamRecords",
    "FindingCount",
    "Invocation",
    "Invocations",
    "Job",
    "Jobs",
    "Metrics",
    "Rating",
    "RatingRecords",
    "RatingSession",
    "Records",
    "SavedCard",
    "SavedReview",
    "SavedTurn",
    "Series",
    "Summary",
    "prices_of",
    "recorded",
]
