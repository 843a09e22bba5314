"""Tables for analysis: rows are kept with the transcripts they are of, merged, and forgotten."""
