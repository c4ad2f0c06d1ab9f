"""The Guardrails tab: which guardrails there are, what each does in plain words, editing one, and trying a text."""
