"""The pages for candidates: French and English, made on the server, without any script."""

from intake.pages.routes import router

__all__ = ["router"]
