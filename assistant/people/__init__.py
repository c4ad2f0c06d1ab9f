"""The people who use one Etude together: who is asking, their accounts, and what is theirs.

The doors for other rooms:

- `person_of` (request) says who sent a request, in a route (``request: Request``) or in an event handler of Gradio
  (``request: gr.Request``, which Gradio fills in by its type); ``person.name`` is the ``owner`` of records
  (``records.of(person.name)``), ``person.admin`` says whether what belongs to everybody may be changed;
- `collections_for` (settings, owners, person) are the collections of notes that a person may read;
- `CollectionOwners` (``claim`` before a new collection is written, ``may_change`` before it is changed or deleted,
  ``share``, ``forget`` after it is deleted) says whose each is.
"""

from assistant.people.collections import CollectionOwners, collections_for, collections_in, searched_by
from assistant.people.person import LOCAL, Person, check_name, person_of

__all__ = [
    "LOCAL",
    "CollectionOwners",
    "Person",
    "check_name",
    "collections_for",
    "collections_in",
    "person_of",
    "searched_by",
]
