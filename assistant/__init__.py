"""Everything that answers: models, prompts, the answer pipeline, records, the page and the command line."""
