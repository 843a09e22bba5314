"""Small pieces become large ones, whatever they are of."""
