"""Words that the engine does not follow: it never reads free text, and says so each time."""

from wanflow.model.values import Note


def unread(parameter: str, words: str, instead: str) -> Note:
    """Say that a parameter's words were not read, and what the engine went by instead."""
    return Note(
        code=f"not_read: {parameter}",
        text=f"the local engine does not read `{parameter}` ('{words}'); it went by {instead}",
    )
