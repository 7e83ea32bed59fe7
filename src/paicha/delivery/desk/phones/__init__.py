"""Phones at the desk: whose they are, what waits on them, what they sent that a person must look at."""
