"""The database of what happened: conversations and feedback, exams and learned cards, and ratings of answers."""

from assistant.records.exams import Attempt, ExamRecords, SavedCard, SavedReview
from assistant.records.ratings import Brought, Rating, RatingRecords, RatingSession
from assistant.records.store import Conversation, Records, SavedTurn

__all__ = [
    "Attempt",
    "Brought",
    "Conversation",
    "ExamRecords",
    "Rating",
    "RatingRecords",
    "RatingSession",
    "Records",
    "SavedCard",
    "SavedReview",
    "SavedTurn",
]
