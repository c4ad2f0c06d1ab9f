"""The database of what happened: conversations, their turns and the person's feedback on them."""

from assistant.records.store import Conversation, Records, SavedTurn

__all__ = ["Conversation", "Records", "SavedTurn"]
