"""What is made of audio before it is sent: whether a copy, in which format, of which channels."""
