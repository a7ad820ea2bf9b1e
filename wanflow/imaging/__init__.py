"""Pictures on the client's side. Pillow loads when one is decoded, not when this is imported."""
