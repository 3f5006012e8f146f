"""XMP sidecars: what other programs say of a photo, and what they are told."""
