"""The Prompts tab: templates, filling one in, editing its file, and how it differs from the shipped one."""
