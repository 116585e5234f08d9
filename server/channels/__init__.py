"""Ways to a visitor: each takes one message and says whether it arrived, never will, or may later."""
