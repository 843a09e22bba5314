"""A job is over, and then its batch: the copy goes, the report comes."""
