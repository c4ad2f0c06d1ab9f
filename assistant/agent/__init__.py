"""The tool agent: one conversation in which a person studies, is examined, measures, and gets music.

``agent.Agent`` is the door, ``events`` says what it yields, ``tool.tool`` makes a tool of a function. A local model
chooses badly among tools when it is let loose, so it is not: a planner makes the calls (``planning``), LangChain's
``create_agent`` carries them out (``model``), and middleware checks, asks, counts and answers (``middleware``).

What a person writes is the only thing that is ever planned from. What is read on the way, in notes, in results, in what
an attached server says, is data: it is shown and kept, and no call comes of it.
"""
