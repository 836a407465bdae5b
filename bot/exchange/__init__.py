"""Questions that come from other programs and go to them: one module a format, and drafts between."""
