"""What stands in a picture's file beside its pixels: read, written, and carried over.

`labelled` writes what is known of a picture into its bytes, `metadata_of` reads what is in them,
`marks_of` and `with_marks` carry the marks of a service over to a picture made from another.
Nothing here decodes a pixel or packs one anew.
"""
