"""`detective(seed)`: training loops of which a line is wrong, and what they look like from outside."""
