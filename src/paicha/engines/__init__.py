"""A pack's rules over a frame of answers: findings. One rule text, several engines."""
