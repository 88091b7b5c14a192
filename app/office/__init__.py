"""Office pages, and what staff do from a desk."""
