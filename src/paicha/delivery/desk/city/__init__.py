"""The city's desk: samples, re-interviews, extension of stages, bulletin."""
