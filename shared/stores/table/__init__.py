"""Tables: batches with their jobs and recordings, small indices, events."""
