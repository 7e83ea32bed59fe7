"""What every page stands in: its place and scope, the frame, the words, the lines of work, the form sent once."""
