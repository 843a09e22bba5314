"""What a language model says of a transcript, once that is stored."""
