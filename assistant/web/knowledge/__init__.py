"""The Knowledge tab: collections of notes, how they come in, what is in them, and what a question finds."""
