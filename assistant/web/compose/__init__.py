"""The Compose tab: a melody to begin with, the pieces that were made of it, and the training of models."""
