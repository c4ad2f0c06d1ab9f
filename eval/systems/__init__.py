"""Systems under test: how each is opened over notes of its own, and how what it gives becomes an `Output`."""
