"""Sound that is a row of frames and nothing else: what it lasts, and whether it ends in the middle
of one, is told by the frames alone."""
