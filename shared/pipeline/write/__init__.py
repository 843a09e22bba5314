"""Results become transcripts, captions and rows."""
