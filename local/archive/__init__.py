"""Results that were fetched years ago, by whatever program, become transcripts of today."""
