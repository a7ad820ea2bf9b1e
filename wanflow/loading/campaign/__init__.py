"""A campaign file: read, held against its schema and its recipe, and built."""
