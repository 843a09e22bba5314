"""What a request may say: entries, files of several forms, and what is wrong with them."""
