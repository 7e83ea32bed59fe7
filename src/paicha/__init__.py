"""Paicha (排查): a county's household screening, from one entry to seven official forms.

The packages import in one direction: config, delivery, domain, engines and formats, core.
import-linter holds them to it (`make check`); `docs/architecture.md` says what lives where.
"""

__version__ = "0.1.0"
