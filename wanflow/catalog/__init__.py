"""What can be done and who can do it, as data files, and how a file becomes a value."""

from wanflow.catalog.build import card_from, operation_from
from wanflow.catalog.files import DEFAULT_MODEL, CatalogTexts, texts

__all__ = ["DEFAULT_MODEL", "CatalogTexts", "card_from", "operation_from", "texts"]
