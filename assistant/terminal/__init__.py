"""What the `etude` command prints: one file a command."""
