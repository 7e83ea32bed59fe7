"""`paicha demo --scene day7`: a county in the middle of its survey, played day by day with the product's own acts.

What holds: every row comes through an import or a service, at its own moment of the round; today is the scene's
day; the played town has something on every list, the rest of the county is as far as counties are.
"""

from paicha.delivery.cli.scene.days import SCENES, Played, play

__all__ = ["SCENES", "Played", "play"]
