"""What was done by one sending of one form, so that the same sending again does nothing and is answered the same."""
