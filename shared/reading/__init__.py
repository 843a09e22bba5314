"""What people look at and listen to: how all is doing, and the sound of a recording."""
