"""Services that hold what was said and find it: a folder each."""
