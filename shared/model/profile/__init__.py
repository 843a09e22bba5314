"""What is to be done with a kind of audio, and whether it fits that audio."""
