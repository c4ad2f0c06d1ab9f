"""The exam room: the question bank, answering by the model, sessions, grading, and the next review."""
