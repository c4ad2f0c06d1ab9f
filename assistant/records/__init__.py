"""The database of what happened: conversations and the person's feedback, exams, and the cards that were learned."""

from assistant.records.exams import Attempt, ExamRecords, SavedCard, SavedReview
from assistant.records.store import Conversation, Records, SavedTurn

__all__ = ["Attempt", "Conversation", "ExamRecords", "Records", "SavedCard", "SavedReview", "SavedTurn"]
