"""Work that outlives a request: each job in a process of its own, the others in line for their device.

A kind of job is declared with ``@job`` (``kinds``), put in line, watched and ended through a ``Queue`` (``queue``).

There is no daemon. A job has two processes, which outlive the page or command that began them: ``worker`` waits for
its turn and watches, ``work`` does it. A job is alive as long as its worker holds the lock in the job's folder, which
the operating system lets go of when the worker dies, however it dies; so nothing stays running for ever. A lock for
each device keeps the others waiting; short jobs have a line and a lock of their own on each, so that a piece of music
does not wait for a training to end.

It limits minutes and memory so that a mistake does not take the machine; it is no sandbox. A job may read, write and
call whatever its user may.
"""
