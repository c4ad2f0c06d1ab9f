"""Signing in: the door that every request goes through, and the page for a name and a password."""
