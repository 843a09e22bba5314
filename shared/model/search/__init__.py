"""Search over what was said: words, entries, pieces of the index, and what is found in them."""
