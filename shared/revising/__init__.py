"""People correct transcripts: revisions beside the machine's own, which stays as it is."""
