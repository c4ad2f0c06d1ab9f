"""The Settings tab: models, device, answers, appearance and records."""
