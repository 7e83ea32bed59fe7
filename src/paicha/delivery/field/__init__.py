"""The offline client: what a grid worker holds at the door. Static modules, a shell, a service worker."""
