"""Settings, addresses and the WSGI entry: the only place where everything meets."""
