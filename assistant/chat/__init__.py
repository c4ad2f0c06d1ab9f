"""The answer pipeline. ``pipeline.Assistant`` is the door; ``events`` says what it yields."""
