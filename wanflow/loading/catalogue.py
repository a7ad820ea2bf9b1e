"""The catalogue's files and their meaning, joined: only this room reads YAML."""

from functools import cache

from wanflow.catalog import DEFAULT_MODEL, card_from, operation_from, texts
from wanflow.loading.parse import drafted
from wanflow.loading.schema import contract
from wanflow.loading.texts import text_pointers
from wanflow.model.catalogue import Catalogue
from wanflow.model.document import Document


@cache
def catalogue() -> Catalogue:
    """Read the operations and models that come with wanflow, once in a process.

    The files are not validated here; the tests hold each of them against its schema.
    """
    files = texts()
    operations = [
        operation_from(document_of(data, file=name, kind="operation").value)
        for name, data in files.operations.items()
    ]
    cards = [
        card_from(document_of(data, file=name, kind="model").value)
        for name, data in files.models.items()
    ]
    return Catalogue(
        operations={operation.name: operation for operation in operations},
        models={card.name: card for card in cards},
        default_model=DEFAULT_MODEL,
    )


def document_of(data: bytes, *, file: str, kind: str) -> Document:
    """Read one file of the catalogue, with text where its schema wants text."""
    draft = drafted(data, file=file)
    for pointer in list(text_pointers(draft.value, contract(kind))):
        draft.as_text(pointer)
    return draft.document()
