"""The web page: one Gradio tab per file, drawn with our own HTML, fonts and styles."""

from assistant.web.serve import serve

__all__ = ["serve"]
