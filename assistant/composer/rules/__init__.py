"""A composer that learns nothing: it harmonises a melody by the rules of a harmony book, as a competitor to beat."""

from assistant.composer.rules.voices import harmonise

__all__ = ["harmonise"]
