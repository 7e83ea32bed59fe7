"""The city's desk: samples, re-interviews, spot checks, the notice's figures beside the register's."""
